/**
 * Leave-out correction: the item–item weights as they would be without a user's later events. The
 * target of a training example is an event that contributed to those weights. Without this
 * correction the re-ranker learns to trust them far too much.
 *
 * With f the row of X of the user's training events and g that of the prefix that stays, A loses f·fᵀ
 * and gains g·gᵀ, and by Woodbury's identity (a downdate), U = [f g],
 *
 *     P′ = P − Y·K·Yᵀ,   Y = P·U,   K = (diag(−1, 1) + UᵀY)⁻¹  [2 × 2],   B′ = −P′ / diag(P′) column by column.
 *
 * This is exact for whole matrices. Here only the diagonal of P and the strongest entries of B are
 * stored, so the small entries of Y are missing. An entry that falls below the smallest stored one
 * of its row counts as 0, because the solver would not have stored it. Where columns are solved one
 * by one, so does an entry whose item would not be a regressor without the user: its margin tells.
 */
import type { SparseRows } from '@lorekeep/core';
import type { RegressedRows } from '@lorekeep/linear';

/** Share of the removed contribution that can remain because entries of Y are missing. */
const ERROR = 0.2;

export interface LeaveOut {
  /**
   * Sets the user.
   *
   * @param all distinct items of the user's training events
   * @param prefix distinct items of the history that stays; a subset of `all`
   * @param values their values in X. Default: all are 1.
   */
  leaveOut(all: readonly number[], prefix: readonly number[], values?: OwnValues): void;
  /** The corrected weight at position `entry` of the sparse rows, which lies in row `row`. */
  weight(row: number, entry: number): number;
  /** The diagonal element of P′ divided by that of P, at least 1. */
  uncertaintyRatio(item: number): number;
}

/** Values in X of a user's items. */
export interface OwnValues {
  all: ReadonlyMap<number, number>;
  prefix: ReadonlyMap<number, number>;
}

/** @param diagonal `[items]` of P */
export function createLeaveOut(
  { items, offsets, ids, values, margins }: SparseRows & Partial<RegressedRows>,
  diagonal: Float32Array,
): LeaveOut {
  /** Values in X that are removed, and those that stay. */
  const removed = new Map<number, number>();
  const staying = new Map<number, number>();
  /** Y, `[items × 2]`; other rows than those of `touched` are 0. */
  const y = new Float64Array(2 * items);
  const touched: number[] = [];
  let k00 = 0;
  let k01 = 0;
  let k11 = 0;

  function add(item: number, value: number, column: 0 | 1): void {
    if (y[2 * item] === 0 && y[2 * item + 1] === 0) touched.push(item);
    y[2 * item + column] += value;
  }
  function addRows(rows: readonly number[], valueAt: (row: number) => number, column: 0 | 1): void {
    for (const row of rows) {
      const value = valueAt(row);
      add(row, value * diagonal[row], column);
      for (let entry = offsets[row]; entry < offsets[row + 1]; entry++)
        add(ids[entry], -value * values[entry] * diagonal[ids[entry]], column);
    }
  }
  /** The diagonal element of P′. */
  const correctedDiagonal = (item: number) => {
    const f = y[2 * item];
    const g = y[2 * item + 1];
    return diagonal[item] - (k00 * f * f + 2 * k01 * f * g + k11 * g * g);
  };

  /** What the user's later events add to the entry of XᵀX. */
  const lost = (row: number, id: number) =>
    (removed.get(row) ?? 0) * (removed.get(id) ?? 0) - (staying.get(row) ?? 0) * (staying.get(id) ?? 0);

  return {
    leaveOut(all, prefix, own) {
      const valueIn = (part: keyof OwnValues) => (row: number) => own?.[part].get(row) ?? 1;
      const [inAll, inPrefix] = [valueIn('all'), valueIn('prefix')];
      removed.clear();
      staying.clear();
      for (const item of all) removed.set(item, inAll(item));
      for (const item of prefix) staying.set(item, inPrefix(item));
      for (const item of touched) y[2 * item] = y[2 * item + 1] = 0;
      touched.length = 0;
      addRows(all, inAll, 0);
      addRows(prefix, inPrefix, 1);
      let ff = -1;
      let fg = 0;
      let gg = 1;
      for (const item of all) ff += inAll(item) * y[2 * item];
      for (const item of prefix) {
        fg += inPrefix(item) * y[2 * item];
        gg += inPrefix(item) * y[2 * item + 1];
      }
      const determinant = ff * gg - fg * fg;
      k00 = gg / determinant;
      k01 = -fg / determinant;
      k11 = ff / determinant;
    },
    weight(row, entry) {
      const id = ids[entry];
      const f = y[2 * id];
      const g = y[2 * id + 1];
      if (f === 0 && g === 0) return values[entry];
      if (margins !== undefined) {
        const loss = lost(row, id);
        if (loss > 0 && loss >= margins[entry]) return 0;
      }
      const rowF = y[2 * row];
      const rowG = y[2 * row + 1];
      const p = -values[entry] * diagonal[id] - (k00 * rowF * f + k01 * (rowF * g + rowG * f) + k11 * rowG * g);
      const weight = -p / correctedDiagonal(id);
      // If the pair occurs for this user alone, all that remains is the error of the correction.
      if (weight < ERROR * Math.abs(values[entry] - weight)) return 0;
      return weight < values[offsets[row + 1] - 1] ? 0 : weight;
    },
    uncertaintyRatio: (item) => correctedDiagonal(item) / diagonal[item],
  };
}
