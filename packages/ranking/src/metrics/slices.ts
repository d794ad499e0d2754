/** Rows by ranges of a count, such as the length of a history: where a ranker gains, and where not. */
import { chosenRows, invalid, type RowChoice } from './rows.ts';

export interface Slice {
  /** `0–4`, `5–19`, `20+`. */
  name: string;
  /** The numbers of the rows, for the option `rows` of a metric. */
  rows: Int32Array;
}

/**
 * @param counts `[rows]`, whole numbers of at least 0
 * @param from where each range begins, in ascending order; the last range has no end
 * @param rows the rows that are divided; default: all
 * @returns one slice per range; rows below the first range are in none
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for ranges that do not ascend
 * @example
 * for (const { name, rows } of slicesByCount(historyLengths, [0, 5, 20]))
 *   console.log(name, gauc(scores, labels, groups, { rows }).value);
 */
export function slicesByCount(counts: ArrayLike<number>, from: readonly number[], rows?: RowChoice): Slice[] {
  from.forEach((start, at) => {
    if (at > 0 && !(start > from[at - 1])) throw invalid('from', `must ascend, but has ${start} after ${from[at - 1]}`);
  });
  const chosen = chosenRows(counts.length, rows);
  return from.map((start, at) => {
    const end = from[at + 1] ?? Infinity;
    const last = end === start + 1 ? `${start}` : `${start}–${end - 1}`;
    return {
      name: end === Infinity ? `${start}+` : last,
      rows: chosen.filter((row) => counts[row] >= start && counts[row] < end),
    };
  });
}
