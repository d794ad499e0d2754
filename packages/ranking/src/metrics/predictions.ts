/** Predicted probabilities, given as such or as logits. */
import { checkFinite, checkLabels, checkLength, chosenRows, invalid, type RowChoice, type RowValues } from './rows.ts';

export interface PredictionOptions {
  /**
   * `'probabilities'` (default), or `'logits'`: the probability is 1 / (1 + e^−logit).
   */
  as?: 'probabilities' | 'logits';
  /** The rows that count. Default: all. */
  rows?: RowChoice;
}

/** The predictions of the rows that count, and their labels. */
export interface Predicted {
  probabilities: Float64Array;
  labels: Uint8Array;
}

/**
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for a prediction that is not finite or no
 *   probability, for a label that is neither 0 nor 1, or for lengths that differ
 */
export function predicted(
  predictions: RowValues,
  labels: Uint8Array,
  { as = 'probabilities', rows }: PredictionOptions,
): Predicted {
  checkLength('predictions', predictions, labels.length);
  const chosen = chosenRows(labels.length, rows);
  checkLabels(labels, chosen);
  checkFinite('predictions', predictions, chosen);
  const probabilities = Float64Array.from(chosen, (row) => {
    const value = predictions[row];
    if (as === 'logits') return 1 / (1 + Math.exp(-value));
    if (value < 0 || value > 1)
      throw invalid('predictions', `must be from 0 to 1, but row ${row} has ${value}; for logits, give as: 'logits'`);
    return value;
  });
  return { probabilities, labels: Uint8Array.from(chosen, (row) => labels[row]) };
}
