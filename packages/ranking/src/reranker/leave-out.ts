/**
 * The item–item weights as they would be without a user's later events. A training example asks about
 * an event that itself contributed to those weights; without this correction the re-ranker learns to
 * trust them far too much.
 *
 * With f the items of the user's training events and g those of the prefix that stays, A loses f·fᵀ
 * and gains g·gᵀ, and by Woodbury's identity (a downdate), U = [f g],
 *
 *     P′ = P − Y·K·Yᵀ,   Y = P·U,   K = (diag(−1, 1) + UᵀY)⁻¹  [2 × 2],   B′ = −P′ / diag(P′) column by column.
 *
 * This is exact for whole matrices. Here P is known by its diagonal and the strongest entries of B, so
 * the small entries of Y are missing; an entry that falls below the least one kept in its row would
 * not have been kept, and is dropped.
 */
import type { SparseRows } from '@lorekeep/core';

/** Share of the removed contribution that can remain because of the entries missing from Y. */
const ERROR = 0.2;

export interface LeaveOut {
  /** Sets the user: all items of their training events, and those of the prefix, which are among them. */
  leaveOut(all: readonly number[], prefix: readonly number[]): void;
  /** The entry at position `at` of row `row`, 0 where it would not have been kept. */
  weight(row: number, at: number): number;
  /** The diagonal element of P′ divided by that of P, at least 1. */
  uncertaintyRatio(item: number): number;
}

/** @param diagonal `[items]` of P */
export function createLeaveOut({ items, offsets, ids, values }: SparseRows, diagonal: Float32Array): LeaveOut {
  /** Y, `[items × 2]`. */
  const y = new Float64Array(2 * items);
  const touched: number[] = [];
  let k00 = 0;
  let k01 = 0;
  let k11 = 0;

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
    const f = y[2 * item];
    const g = y[2 * item + 1];
    return diagonal[item] - (k00 * f * f + 2 * k01 * f * g + k11 * g * g);
  };

  return {
    leaveOut(all, prefix) {
      for (const item of touched) y[2 * item] = y[2 * item + 1] = 0;
      touched.length = 0;
      addRows(all, 0);
      addRows(prefix, 1);
      let ff = -1;
      let fg = 0;
      let gg = 1;
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
      const f = y[2 * id];
      const g = y[2 * id + 1];
      if (f === 0 && g === 0) return values[at];
      const rowF = y[2 * row];
      const rowG = y[2 * row + 1];
      const p = -values[at] * diagonal[id] - (k00 * rowF * f + k01 * (rowF * g + rowG * f) + k11 * rowG * g);
      const weight = -p / corrected(id);
      // For a pair that only this user has, the remainder is only the error of the correction.
      if (weight < ERROR * Math.abs(values[at] - weight)) return 0;
      return weight < values[offsets[row + 1] - 1] ? 0 : weight;
    },
    uncertaintyRatio: (item) => corrected(item) / diagonal[item],
  };
}
