/**
 * Log loss: the mean of −log of the probability that was given to what happened. Normalised entropy
 * (He et al. 2014) divides it by the log loss of the base rate; below 1 is better than a constant.
 */
import { type PredictionOptions, predicted } from './predictions.ts';
import type { RowValues } from './rows.ts';

export interface LogLoss {
  /** In nats. NaN if there are no rows. */
  value: number;
  /** The share of rows with label 1. */
  baseRate: number;
  /** The log loss of predicting the base rate for every row. 0 if all rows have one class. */
  baseValue: number;
  /** `value` / `baseValue`. Infinite if all rows have one class. */
  normalisedEntropy: number;
  rows: number;
}

/** A probability is at least this far from 0 and 1, so that one row cannot make the mean infinite. */
export const CLIP = 1e-7;

/**
 * @param predictions `[rows]`, probabilities, or logits with `as: 'logits'`
 * @param labels `[rows]`, 0 or 1
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for a prediction that is not finite or no
 *   probability, for a label that is neither 0 nor 1, or for lengths that differ
 */
export function logLoss(predictions: RowValues, labels: Uint8Array, options: PredictionOptions = {}): LogLoss {
  const { probabilities, labels: outcomes } = predicted(predictions, labels, options);
  const rows = outcomes.length;
  let sum = 0;
  let positives = 0;
  for (let row = 0; row < rows; row++) {
    const probability = Math.min(1 - CLIP, Math.max(CLIP, probabilities[row]));
    sum -= outcomes[row] === 1 ? Math.log(probability) : Math.log1p(-probability);
    positives += outcomes[row];
  }
  const value = sum / rows;
  const baseRate = positives / rows;
  const baseValue = entropyTerm(baseRate) + entropyTerm(1 - baseRate);
  return { value, baseRate, baseValue, normalisedEntropy: value / baseValue, rows };
}

const entropyTerm = (share: number) => (share === 0 ? 0 : -share * Math.log(share));
