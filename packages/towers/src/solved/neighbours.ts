/**
 * The item–item weights B = −P / diag(P) (column by column, diagonal 0), P = (XᵀX + β·C·Cᵀ + λI)⁻¹, cut to each item's
 * strongest neighbours. A history asks for the rows of its items and for nothing else, so a user is scored in
 * history × neighbours additions, exactly and without an index, whatever the size of the catalogue.
 */
import { badOption } from '../errors.ts';
import { rowsOfBlock, type SymmetricTiles } from './tiles.ts';

export interface Neighbours {
  /** Rows of B, and of the catalogue. */
  items: number;
  /** `[items + 1]`: the entries of row h are those from `offsets[h]` up to `offsets[h + 1]`, strongest first. */
  offsets: Uint32Array;
  /** Column of each entry: the item that the row's item speaks for. */
  ids: Int32Array;
  /** B[row, column] > 0. */
  values: Float32Array;
}

/** Entries kept an item, from 1 to the catalogue's size. */
export const PER_ITEM = 100;

/**
 * The `perItem` largest positive entries of every row of B. Rows are made a block at a time; B as a whole never is.
 * Negative entries say what not to recommend among items that other entries recommend: without them validation
 * NDCG@10 is the same to .0003.
 *
 * @throws LorekeepError `TOWERS_BAD_OPTION`
 */
export function strongestNeighbours(inverse: SymmetricTiles, perItem: number = PER_ITEM): Neighbours {
  if (!Number.isInteger(perItem) || perItem < 1) throw badOption('neighbours', perItem, 'a whole number from 1');
  const { size, block, tiles } = inverse;
  const width = tiles.length * block;
  const kept = Math.min(perItem, Math.max(0, size - 1));
  const scale = new Float32Array(size);
  for (let row = 0; row < size; row++) {
    const i = Math.floor(row / block);
    scale[row] = -1 / tiles[i][i][(row - i * block) * (block + 1)];
  }
  const offsets = new Uint32Array(size + 1);
  const ids = new Int32Array(size * kept);
  const values = new Float32Array(size * kept);
  const rows = new Float32Array(block * width);
  const largest = createLargest(kept);
  let end = 0;
  for (let i = 0; i < tiles.length; i++) {
    rowsOfBlock(inverse, i, rows);
    for (let item = i * block; item < Math.min((i + 1) * block, size); item++) {
      const from = (item - i * block) * width;
      largest.clear();
      for (let column = 0; column < size; column++) {
        const value = rows[from + column] * scale[column];
        if (value > largest.least && column !== item) largest.offer(column, value);
      }
      end = largest.drain(ids, values, end);
      offsets[item + 1] = end;
    }
  }
  return { items: size, offsets, ids: ids.slice(0, end), values: values.slice(0, end) };
}

/** The strongest `perItem` of each row. */
export function firstOfEach({ items, offsets, ids, values }: Neighbours, perItem: number): Neighbours {
  const ends = new Uint32Array(items + 1);
  for (let row = 0; row < items; row++) ends[row + 1] = ends[row] + Math.min(perItem, offsets[row + 1] - offsets[row]);
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
 * The same weights for items in another order.
 *
 * @param rowOf the new row of each item, −1 for one that is left out
 * @param items new rows; those that no item has are empty
 */
export function renumbered({ offsets, ids, values }: Neighbours, rowOf: Int32Array, items: number): Neighbours {
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

/** The k largest positive of the values offered. A binary heap, the least on top. */
export function createLargest(k: number) {
  const ids = new Int32Array(k);
  const values = new Float32Array(k);
  let count = 0;
  const largest = {
    /** What a value must exceed to be kept. */
    least: 0,
    clear() {
      count = 0;
      largest.least = k === 0 ? Infinity : 0;
    },
    /** Only for a value above `least`. */
    offer(id: number, value: number) {
      let at: number;
      if (count < k) {
        at = count++;
        while (at > 0) {
          const parent = (at - 1) >> 1;
          if (values[parent] <= value) break;
          values[at] = values[parent];
          ids[at] = ids[parent];
          at = parent;
        }
      } else {
        at = 0;
        for (;;) {
          let child = 2 * at + 1;
          if (child >= k) break;
          if (child + 1 < k && values[child + 1] < values[child]) child++;
          if (values[child] >= value) break;
          values[at] = values[child];
          ids[at] = ids[child];
          at = child;
        }
      }
      values[at] = value;
      ids[at] = id;
      if (count === k) largest.least = values[0];
    },
    /** Writes what was kept, largest first (of equals, the lower id), and returns where it ends. */
    drain(intoIds: Int32Array, intoValues: Float32Array, from: number): number {
      const order = Array.from({ length: count }, (_, at) => at);
      order.sort((a, b) => values[b] - values[a] || ids[a] - ids[b]);
      for (const [at, source] of order.entries()) {
        intoIds[from + at] = ids[source];
        intoValues[from + at] = values[source];
      }
      return from + count;
    },
  };
  return largest;
}
