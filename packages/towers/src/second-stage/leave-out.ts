/**
 * The item–item weights as they would be had a user's later events not been there. A pair that the model is to be asked
 * about in training has itself made those weights, so without this the second stage learns to trust them far too much.
 *
 * With f the items of the user's training events, g those of the prefix that is kept, A loses f·fᵀ and gains g·gᵀ, and by
 * Woodbury's identity, U = [f g],
 *
 *     P′ = P − Y·K·Yᵀ,   Y = P·U,   K = (diag(−1, 1) + UᵀY)⁻¹  [2 × 2],   B′ = −P′ / diag(P′) column by column.
 *
 * Exact for whole matrices. Here P is known by its diagonal and the strongest entries of B, which leaves out what is
 * small in Y; an entry that falls below the least one kept of its row would not have been kept, and is dropped.
 */
import type { Neighbours } from '../solved/neighbours.ts';

/** Of what was taken out, at most so much stays by the terms that are left out of Y. */
const ERROR = 0.2;

export interface LeftOut {
  /** Names what is asked about next. The prefix's items must be among the user's. */
  leaveOut(all: readonly number[], prefix: readonly number[]): void;
  /** The entry at position `at` of row `row`, 0 where it would not have been kept. */
  weight(row: number, at: number): number;
  /** The diagonal element of P′ over that of P, from 1. */
  looser(item: number): number;
}

/** @param diagonal `[items]` of P */
export function createLeaveOut({ items, offsets, ids, values }: Neighbours, diagonal: Float32Array): LeftOut {
  /** Y, `[items × 2]`. */
  const y = new Float64Array(2 * items);
  const touched: number[] = [];
  let [k00, k01, k11] = [0, 0, 0];

  function add(item: number, value: number, column: 0 | 1): void {
    if (y[2 * item] === 0 && y[2 * item + 1] === 0) touched.push(item);
    y[2 * item + column] += value;
  }
  function addRows(rows: readonly number[], column: 0 | 1): void {
    for (const row of rows) {
      add(row, diagonal[row], column);
      for (let at = offsets[row]; at < offsets[row + 1]; at++) add(ids[at], -values[at] * diagonal[ids[at]], column);
    }
  }
  const corrected = (item: number) => {
    const [f, g] = [y[2 * item], y[2 * item + 1]];
    return diagonal[item] - (k00 * f * f + 2 * k01 * f * g + k11 * g * g);
  };

  return {
    leaveOut(all, prefix) {
      for (const item of touched) y[2 * item] = y[2 * item + 1] = 0;
      touched.length = 0;
      addRows(all, 0);
      addRows(prefix, 1);
      let [ff, fg, gg] = [-1, 0, 1];
      for (const item of all) ff += y[2 * item];
      for (const item of prefix) {
        fg += y[2 * item];
        gg += y[2 * item + 1];
      }
      const determinant = ff * gg - fg * fg;
      k00 = gg / determinant;
      k01 = -fg / determinant;
      k11 = ff / determinant;
    },
    weight(row, at) {
      const id = ids[at];
      const [f, g] = [y[2 * id], y[2 * id + 1]];
      if (f === 0 && g === 0) return values[at];
      const [rowF, rowG] = [y[2 * row], y[2 * row + 1]];
      const p = -values[at] * diagonal[id] - (k00 * rowF * f + k01 * (rowF * g + rowG * f) + k11 * rowG * g);
      const weight = -p / corrected(id);
      // What is left of a pair that only this user had is nothing but the error of the correction.
      if (weight < ERROR * Math.abs(values[at] - weight)) return 0;
      return weight < values[offsets[row + 1] - 1] ? 0 : weight;
    },
    looser: (item) => corrected(item) / diagonal[item],
  };
}
