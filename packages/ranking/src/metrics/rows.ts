/** The rows that a metric counts, and the checks that all metrics share. */
import { evaluationErrors } from '@lorekeep/evaluation';

/** One number a row: scores, logits or probabilities. */
export type RowValues = Float32Array | Float64Array;

/** A choice of rows: a mask, 0 for each row that does not count, or the numbers of the rows that count. */
export type RowChoice = Uint8Array | Int32Array;

export const invalid = (name: string, problem: string) => evaluationErrors.EVALUATION_INPUT_INVALID({ name, problem });

/**
 * @param length the number of rows in all
 * @param choice default: all rows
 * @returns the numbers of the rows that count
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for a mask of another length, or for a row that
 *   does not exist
 */
export function chosenRows(length: number, choice?: RowChoice): Int32Array {
  if (choice === undefined) return Int32Array.from({ length }, (_, row) => row);
  if (choice instanceof Int32Array) {
    for (const row of choice)
      if (row < 0 || row >= length) throw invalid('rows', `name row ${row}, but there are ${length} rows`);
    return choice;
  }
  checkLength('rows', choice, length);
  let count = 0;
  for (const counts of choice) if (counts !== 0) count++;
  const rows = new Int32Array(count);
  let at = 0;
  for (let row = 0; row < length; row++) if (choice[row] !== 0) rows[at++] = row;
  return rows;
}

/** @throws LorekeepError `EVALUATION_INPUT_INVALID` if `values` has another length */
export function checkLength(name: string, values: ArrayLike<number>, length: number): void {
  if (values.length !== length) throw invalid(name, `have ${values.length} rows, but the labels have ${length}`);
}

/** @throws LorekeepError `EVALUATION_INPUT_INVALID` if a label is neither 0 nor 1 */
export function checkLabels(labels: Uint8Array, rows: Int32Array): void {
  for (const row of rows)
    if (labels[row] > 1) throw invalid('labels', `must be 0 or 1, but the label of row ${row} is ${labels[row]}`);
}

/**
 * A score that is not finite means that training failed; a metric of the other rows would hide it.
 *
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` if a value is not finite
 */
export function checkFinite(name: string, values: RowValues, rows: Int32Array): void {
  for (const row of rows)
    if (!Number.isFinite(values[row]))
      throw invalid(name, `must be finite numbers, but row ${row} has the value ${values[row]}`);
}
