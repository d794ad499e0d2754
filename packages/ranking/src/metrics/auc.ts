/**
 * Area under the ROC curve: the probability that a positive row has a higher score than a negative
 * row (Hanley & McNeil 1982). A tie counts half.
 */
import { checkFinite, checkLabels, checkLength, chosenRows, type RowChoice, type RowValues } from './rows.ts';

/**
 * @param scores `[rows]`
 * @param labels `[rows]`, 0 or 1
 * @param rows the rows that count; default: all
 * @returns NaN if all rows have one class, or if there are none
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for a score that is not finite, for a label that
 *   is neither 0 nor 1, or for lengths that differ
 */
export function auc(scores: RowValues, labels: Uint8Array, rows?: RowChoice): number {
  checkLength('scores', scores, labels.length);
  const chosen = chosenRows(labels.length, rows);
  checkLabels(labels, chosen);
  checkFinite('scores', scores, chosen);
  const positives = chosen.filter((row) => labels[row] === 1);
  const negatives = chosen.filter((row) => labels[row] === 0);
  return aucOfSorted(
    Float64Array.from(positives, (row) => scores[row]).sort(),
    Float64Array.from(negatives, (row) => scores[row]).sort(),
  );
}

/** @param positives, negatives scores in ascending order */
export function aucOfSorted(positives: Float64Array, negatives: Float64Array): number {
  let below = 0;
  let upTo = 0;
  let sum = 0;
  for (let at = 0; at < positives.length; at++) {
    const score = positives[at];
    while (below < negatives.length && negatives[below] < score) below++;
    while (upTo < negatives.length && negatives[upTo] <= score) upTo++;
    sum += below + upTo;
  }
  return sum / (2 * positives.length * negatives.length);
}
