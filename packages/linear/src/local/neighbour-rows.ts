/** Columns of B as the strongest neighbours of each item: the rows of B. */
import { firstOfEachRow, optionErrors, type SparseRows } from '@lorekeep/core';
import type { Columns } from './shared-data.ts';

/** Neighbours of items whose columns were solved one by one. */
export interface RegressedRows extends SparseRows {
  /**
   * `[entries]` how much the entry of XᵀX can fall before its row is no regressor of its column any
   * more: the weight is then 0
   */
  margins: Float32Array;
}

/** The first `perRow` entries of each row. */
export function firstOfEachRegressedRow(rows: RegressedRows, perRow: number): RegressedRows {
  const first = firstOfEachRow(rows, perRow);
  if (first.ids.length === rows.ids.length) return rows;
  const { values: margins } = firstOfEachRow({ ...rows, values: rows.margins }, perRow);
  return { ...first, margins };
}

/**
 * The `neighboursPerItem` largest positive entries of each row.
 *
 * @param columnItems the item of each column. Default: column i is item i.
 * @throws LorekeepError `OPTION_INVALID` if `neighboursPerItem` is not a whole number of at least 1
 */
export function neighbourRows(
  { width, lengths, ids, weights, margins }: Columns,
  items: number,
  neighboursPerItem: number,
  columnItems?: Int32Array,
): RegressedRows {
  if (!Number.isInteger(neighboursPerItem) || neighboursPerItem < 1)
    throw optionErrors.OPTION_INVALID({
      name: 'neighboursPerItem',
      value: neighboursPerItem,
      allowed: 'a whole number of at least 1',
    });
  /** First position of each row before it is cut. */
  const starts = new Float64Array(items + 1);
  for (let column = 0; column < lengths.length; column++)
    for (let at = column * width; at < column * width + lengths[column]; at++)
      if (weights[at] > 0) starts[ids[at] + 1]++;
  for (let row = 0; row < items; row++) starts[row + 1] += starts[row];
  const next = starts.slice();
  const rowIds = new Int32Array(starts[items]);
  const rowValues = new Float32Array(starts[items]);
  const rowMargins = new Float32Array(starts[items]);
  for (let column = 0; column < lengths.length; column++)
    for (let at = column * width; at < column * width + lengths[column]; at++) {
      if (!(weights[at] > 0)) continue;
      const to = next[ids[at]]++;
      rowIds[to] = columnItems === undefined ? column : columnItems[column];
      rowValues[to] = weights[at];
      rowMargins[to] = margins[at];
    }
  // Rows are sorted and cut in place: a row never ends behind its own start in the longer table.
  const offsets = new Uint32Array(items + 1);
  let end = 0;
  for (let row = 0; row < items; row++) {
    const order = Array.from({ length: starts[row + 1] - starts[row] }, (_, at) => starts[row] + at);
    order.sort((a, b) => rowValues[b] - rowValues[a] || rowIds[a] - rowIds[b]);
    const kept = order.slice(0, neighboursPerItem);
    const keptIds = kept.map((at) => rowIds[at]);
    const keptValues = kept.map((at) => rowValues[at]);
    const keptMargins = kept.map((at) => rowMargins[at]);
    rowIds.set(keptIds, end);
    rowValues.set(keptValues, end);
    rowMargins.set(keptMargins, end);
    end += kept.length;
    offsets[row + 1] = end;
  }
  return {
    items,
    offsets,
    ids: rowIds.slice(0, end),
    values: rowValues.slice(0, end),
    margins: rowMargins.slice(0, end),
  };
}
