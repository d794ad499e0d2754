/**
 * Calibration: whether a prediction of 20 % comes true in 20 % of its rows. Rows are divided into
 * bins by their prediction; each bin compares the mean prediction with the rate of positive rows
 * (Niculescu-Mizil & Caruana 2005). Bins of equal mass are the default, because the predictions of
 * a ranker are concentrated near the base rate and leave most bins of equal width empty (Nixon et
 * al. 2019).
 */
import { wilsonInterval } from './intervals.ts';
import { type Predicted, type PredictionOptions, predicted } from './predictions.ts';
import { invalid, type RowValues } from './rows.ts';

export interface CalibrationOptions extends PredictionOptions {
  /** The number of bins. Default 10. */
  bins?: number;
  /** What the bins have in common: `'mass'` (default), the number of rows, or `'width'`. */
  equal?: 'mass' | 'width';
}

/** A bin with at least one row. */
export interface ReliabilityBin {
  /** The mean prediction. */
  prediction: number;
  /** The share of rows with label 1. */
  rate: number;
  /** The Wilson interval of the rate (Wilson 1927), 95 %. */
  interval: [low: number, high: number];
  rows: number;
}

export interface Calibration {
  /** In ascending order of predictions. */
  reliability: ReliabilityBin[];
  /** The mean over rows of |mean prediction − rate| of their bin. NaN if there are no rows. */
  expectedCalibrationError: number;
  /** Sum of predictions / number of positive rows. 1 is exact on average. Infinite without positives. */
  predictedToObserved: number;
}

/**
 * @param predictions `[rows]`, probabilities, or logits with `as: 'logits'`
 * @param labels `[rows]`, 0 or 1
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for a prediction that is not finite or no
 *   probability, for a label that is neither 0 nor 1, for lengths that differ, or for a number of
 *   bins below 1
 */
export function calibration(
  predictions: RowValues,
  labels: Uint8Array,
  { bins = 10, equal = 'mass', ...options }: CalibrationOptions = {},
): Calibration {
  if (!Number.isInteger(bins) || bins < 1) throw invalid('bins', 'must be a whole number of at least 1');
  const rows = predicted(predictions, labels, options);
  const edges =
    equal === 'width'
      ? Array.from({ length: bins - 1 }, (_, at) => (at + 1) / bins)
      : quantiles(rows.probabilities, bins);
  const reliability = binned(rows, edges);
  const count = rows.labels.length;
  const sum = (of: (bin: ReliabilityBin) => number) => reliability.reduce((total, bin) => total + of(bin), 0);
  return {
    reliability,
    expectedCalibrationError: sum((bin) => bin.rows * Math.abs(bin.prediction - bin.rate)) / count,
    predictedToObserved: sum((bin) => bin.rows * bin.prediction) / sum((bin) => bin.rows * bin.rate),
  };
}

/** @returns the `bins − 1` inner edges of bins with the same number of rows, interpolated linearly */
function quantiles(values: Float64Array, bins: number): number[] {
  const sorted = values.slice().sort();
  return Array.from({ length: bins - 1 }, (_, at) => {
    const position = ((at + 1) * (sorted.length - 1)) / bins;
    const below = Math.floor(position);
    return sorted[below] + (position - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
  });
}

/** A prediction on an edge belongs to the lower bin, so equal predictions are in one bin. */
function binned({ probabilities, labels }: Predicted, edges: readonly number[]): ReliabilityBin[] {
  const sums = new Float64Array(edges.length + 1);
  const positives = new Float64Array(edges.length + 1);
  const rows = new Float64Array(edges.length + 1);
  for (let row = 0; row < labels.length; row++) {
    let bin = 0;
    while (bin < edges.length && edges[bin] < probabilities[row]) bin++;
    sums[bin] += probabilities[row];
    positives[bin] += labels[row];
    rows[bin]++;
  }
  return Array.from(rows, (count, bin) => ({
    prediction: sums[bin] / count,
    rate: positives[bin] / count,
    interval: wilsonInterval(positives[bin], count),
    rows: count,
  })).filter((bin) => bin.rows > 0);
}
