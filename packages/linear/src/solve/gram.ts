/**
 * The Gram matrix A = XᵀX + β·C·Cᵀ + λ·I, tile by tile. X `[users × items]` is binary, or has the
 * weights of events: repeated events of a user with an item count once, with the largest weight. C `[items × contentDim]` holds content vectors. An item
 * without text has a row of zeros in C, so only its events count.
 */
import type { RunContext } from '@lorekeep/core';
import { type Split, trainItems, trainWeights } from '@lorekeep/evaluation';
import { type MatmulPool, sharedFloats } from '@lorekeep/graph';
import { addAt, createTiles, type SymmetricTiles } from './tiles.ts';

/** The rows of X: each user's items, each once. */
export interface Interactions {
  /** Columns of X. */
  items: number;
  /** `[users + 1]` position in `rows` at which each user's items begin. */
  offsets: Uint32Array;
  /** Item rows. */
  rows: Int32Array;
  /** Values of X at `rows`. Absent if all are 1. */
  values?: Float32Array;
}

/** The interactions in the training events of a split. */
export function interactionsOf(split: Split): Interactions {
  const users = split.trainLengths.length;
  const offsets = new Uint32Array(users + 1);
  const rows = new Int32Array(split.trainEvents);
  const values = split.training?.weights && new Float32Array(split.trainEvents);
  let end = 0;
  for (let user = 0; user < users; user++) {
    const weights = values && largestWeights(trainItems(split, user), trainWeights(split, user));
    for (const item of new Set(trainItems(split, user))) {
      if (values !== undefined) values[end] = weights?.get(item) ?? 1;
      rows[end++] = item;
    }
    offsets[user + 1] = end;
  }
  const items = split.log.itemIds.length;
  return { items, offsets, rows: rows.subarray(0, end), ...(values && { values: values.subarray(0, end) }) };
}

/** The largest weight of the events with each item: its value in X. */
export function largestWeights(items: Int32Array, weights: Float32Array | undefined): Map<number, number> {
  const largest = new Map<number, number>();
  items.forEach((item, at) => {
    largest.set(item, Math.max(largest.get(item) ?? 0, weights?.[at] ?? 1));
  });
  return largest;
}

export interface GramSettings {
  /** λ > 0. */
  lambda: number;
  /** β ≥ 0. */
  beta: number;
}

/**
 * @param content `[items × contentDim]` centred rows of length 1, zeros for an item without text;
 *   `undefined` without content
 */
export async function gramTiles(
  interactions: Interactions,
  content: Float32Array | undefined,
  { lambda, beta }: GramSettings,
  pool: MatmulPool,
  { signal }: RunContext = {},
): Promise<SymmetricTiles> {
  const { items, offsets, rows, values } = interactions;
  const matrix = createTiles(items);
  if (content !== undefined && beta > 0) await addContent(matrix, content, beta, pool, signal);
  for (let user = 0; user + 1 < offsets.length; user++)
    for (let a = offsets[user]; a < offsets[user + 1]; a++)
      for (let b = offsets[user]; b <= a; b++)
        addAt(matrix, rows[a], rows[b], values === undefined ? 1 : values[a] * values[b]);
  for (let row = 0; row < items; row++) addAt(matrix, row, row, lambda);
  return matrix;
}

async function addContent(
  { size, block, tiles }: SymmetricTiles,
  content: Float32Array,
  beta: number,
  pool: MatmulPool,
  signal: AbortSignal | undefined,
): Promise<void> {
  const dim = content.length / size;
  const shape = { rows: block, columns: block, inner: dim, factor: beta };
  /** The rows of each block; zeros pad the last block. */
  const rows = tiles.map((_, i) => {
    const own = sharedFloats(block * dim);
    own.set(content.subarray(i * block * dim, Math.min((i + 1) * block, size) * dim));
    return own;
  });
  for (let i = 0; i < tiles.length; i++) {
    signal?.throwIfAborted();
    await pool.run(
      shape,
      tiles[i].map((tile, j) => ({ a: rows[i], b: rows[j], c: tile })),
    );
  }
}
