/** A square sparse matrix in compressed rows, the form of every item–item table. */

export interface SparseRows {
  /** Rows, and columns. */
  items: number;
  /** `[items + 1]`: the entries of row r are those from `offsets[r]` up to `offsets[r + 1]`. */
  offsets: Uint32Array;
  /** `[entries]` column of each entry. */
  ids: Int32Array;
  /** `[entries]` */
  values: Float32Array;
}

/** The first `perRow` entries of each row. */
export function firstOfEachRow({ items, offsets, ids, values }: SparseRows, perRow: number): SparseRows {
  const ends = new Uint32Array(items + 1);
  for (let row = 0; row < items; row++) ends[row + 1] = ends[row] + Math.min(perRow, offsets[row + 1] - offsets[row]);
  if (ends[items] === ids.length) return { items, offsets, ids, values };
  const cut = { items, offsets: ends, ids: new Int32Array(ends[items]), values: new Float32Array(ends[items]) };
  for (let row = 0; row < items; row++) {
    const from = offsets[row];
    const to = from + ends[row + 1] - ends[row];
    cut.ids.set(ids.subarray(from, to), ends[row]);
    cut.values.set(values.subarray(from, to), ends[row]);
  }
  return cut;
}

/**
 * The same entries for items in another order.
 *
 * @param rowOf `[items]` the new row of each item, −1 for an item that is left out
 * @param items new rows; a row that no item moves to is empty
 */
export function renumberedRows({ offsets, ids, values }: SparseRows, rowOf: Int32Array, items: number): SparseRows {
  const from = new Int32Array(items).fill(-1);
  rowOf.forEach((row, old) => {
    if (row >= 0) from[row] = old;
  });
  const result = {
    items,
    offsets: new Uint32Array(items + 1),
    ids: new Int32Array(ids.length),
    values: new Float32Array(ids.length),
  };
  let end = 0;
  from.forEach((old, row) => {
    if (old >= 0)
      for (let at = offsets[old]; at < offsets[old + 1]; at++) {
        if (rowOf[ids[at]] < 0) continue;
        result.ids[end] = rowOf[ids[at]];
        result.values[end++] = values[at];
      }
    result.offsets[row + 1] = end;
  });
  return { ...result, ids: result.ids.subarray(0, end), values: result.values.subarray(0, end) };
}

export function transposedRows({ items, offsets, ids, values }: SparseRows): SparseRows {
  const counts = new Uint32Array(items + 1);
  for (const id of ids) counts[id + 1]++;
  for (let item = 0; item < items; item++) counts[item + 1] += counts[item];
  const next = counts.slice();
  const result = { items, offsets: counts, ids: new Int32Array(ids.length), values: new Float32Array(ids.length) };
  for (let row = 0; row < items; row++)
    for (let at = offsets[row]; at < offsets[row + 1]; at++) {
      const to = next[ids[at]]++;
      result.ids[to] = row;
      result.values[to] = values[at];
    }
  return result;
}
