/**
 * Items that were not there when the model was solved, by their content alone. Bordering A + λI with such an item's column
 * a = β·C·c and inverting by blocks (Schur complement s) gives its weights in closed form:
 *
 *     B[i, new] = (P·a)_i = (M·c)_i,                    M = β·P·C  [items × contentDim], the adaptation map,
 *     B[new, i] = (P·a)_i / (s·P_ii + (P·a)_i²),        s = λ + cᵀ·K·c,   K = β·(I − Cᵀ·M),
 *     B[new, other new] = c_newᵀ·K·c_other / s_new,     each pair as if it were the only one,
 *
 * exactly what solving again with the item would give; only what the item changes between all others, of second order, is
 * left out. Items without text say nothing and are named by nobody.
 */
import type { RunContext } from '@lorekeep/core';
import { type ProductPool, sharedFloats } from '@lorekeep/graph';
import { badContent } from '../errors.ts';
import type { GramSettings } from './gram.ts';
import { createLargest } from './neighbours.ts';
import { diagonalOf, type SymmetricTiles, transposed } from './tiles.ts';

export interface Adaptation {
  lambda: number;
  /** M `[items × contentDim]` */
  map: Float32Array;
  /** K `[contentDim × contentDim]` */
  kernel: Float32Array;
  /** P_ii `[items]` */
  diagonal: Float32Array;
}

/**
 * @param inverse P
 * @param content `[items × contentDim]` centred, as the model was solved with
 */
export async function adaptationOf(
  inverse: SymmetricTiles,
  content: Float32Array,
  { lambda, beta }: GramSettings,
  pool: ProductPool,
  { signal }: RunContext = {},
): Promise<Adaptation> {
  const { size, block, tiles } = inverse;
  const dim = content.length / size;
  const blocks = tiles.length;
  const sums = tiles.map(() => sharedFloats(block * dim));
  const columns = sharedFloats(dim * block);
  const mirrored = Array.from({ length: blocks }, () => sharedFloats(block * block));
  for (let j = 0; j < blocks; j++) {
    signal?.throwIfAborted();
    // Products take their second factor transposed: [contentDim × block] here.
    columns.fill(0);
    for (let row = 0; row < Math.min(block, size - j * block); row++)
      for (let k = 0; k < dim; k++) columns[k * block + row] = content[(j * block + row) * dim + k];
    await pool.run(
      { rows: block, columns: dim, inner: block, factor: beta },
      sums.map((c, i) => ({
        a: i >= j ? tiles[i][j] : transposed(tiles[j][i], block, mirrored[i]),
        b: columns,
        c,
      })),
    );
  }
  const map = new Float32Array(size * dim);
  sums.forEach((sum, i) => {
    map.set(sum.subarray(0, Math.min(block, size - i * block) * dim), i * block * dim);
  });
  const kernel = new Float64Array(dim * dim);
  for (let row = 0; row < size; row++)
    for (let p = 0; p < dim; p++) {
      const value = -beta * content[row * dim + p];
      if (value !== 0) for (let q = 0; q < dim; q++) kernel[p * dim + q] += value * map[row * dim + q];
    }
  for (let k = 0; k < dim; k++) kernel[k * (dim + 1)] += beta;
  return { lambda, map, kernel: Float32Array.from(kernel), diagonal: diagonalOf(inverse) };
}

/** Positive weights, strongest first. */
export interface Entries {
  ids: Int32Array;
  values: Float32Array;
}

export interface FoldedItem {
  /** Items that this one speaks for: its row of B. */
  says: Entries;
  /** Items that speak for this one: its column. */
  named: Entries;
  /** c */
  content: Float32Array;
  /** K·c */
  turned: Float32Array;
  /** s */
  slack: number;
}

/**
 * @param content `[contentDim]` centred, length 1; all zeros without text
 * @throws LorekeepError `TOWERS_BAD_CONTENT` for another width
 */
export function foldIn(
  { lambda, map, kernel, diagonal }: Adaptation,
  content: Float32Array,
  perItem: number,
): FoldedItem {
  const items = diagonal.length;
  const dim = content.length;
  if (map.length !== items * dim) throw badContent(`a new item's width is ${dim}, the model's ${map.length / items}`);
  const says = createLargest(Math.min(perItem, items));
  const named = createLargest(Math.min(perItem, items));
  const turned = new Float32Array(dim);
  for (let k = 0; k < dim; k++) turned[k] = dot(kernel, k * dim, content);
  const slack = lambda + dot(turned, 0, content);
  for (let row = 0; row < items; row++) {
    const value = dot(map, row * dim, content);
    if (value > named.least) named.offer(row, value);
    const back = value / (slack * diagonal[row] + value * value);
    if (back > says.least) says.offer(row, back);
  }
  return { says: entriesOf(says, perItem), named: entriesOf(named, perItem), content, turned, slack };
}

/** B[from, to] between two items that were both not there. */
export function betweenFolded(from: FoldedItem, to: FoldedItem): number {
  return dot(from.turned, 0, to.content) / from.slack;
}

function dot(rows: Float32Array, from: number, vector: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < vector.length; k++) sum += rows[from + k] * vector[k];
  return sum;
}

/** What was kept, strongest first. */
export function entriesOf(largest: ReturnType<typeof createLargest>, most: number): Entries {
  const ids = new Int32Array(most);
  const values = new Float32Array(most);
  const end = largest.drain(ids, values, 0);
  return { ids: ids.slice(0, end), values: values.slice(0, end) };
}
