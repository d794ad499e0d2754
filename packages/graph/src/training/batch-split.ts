/**
 * Splits a batch along the first axis of its arrays: into shards, and each shard into
 * micro-batches.
 */
import { type Arrays, checkArray, type Tensors } from '../arrays.ts';
import { errors } from '../errors.ts';
import { tf } from '../tf.ts';

export interface BatchSplit {
  shards: number;
  /** Micro-batches per shard. */
  microBatches: number;
  /** Names of arrays that are not split: every micro-batch gets all their rows. */
  replicated: ReadonlySet<string>;
}

/**
 * The batch of each shard. Its arrays are views.
 *
 * @throws LorekeepError `GRAPH_BAD_FEED` if the rows of an array do not split evenly into all
 *   micro-batches
 */
export function shardsOf(batch: Arrays, { shards, microBatches, replicated }: BatchSplit): Arrays[] {
  const parts = shards * microBatches;
  if (parts === 1) return [batch];
  for (const [name, array] of Object.entries(batch)) {
    checkArray(name, array);
    const rows = array.shape[0] ?? 0;
    if (!replicated.has(name) && (rows === 0 || rows % parts !== 0))
      throw errors.GRAPH_BAD_FEED({
        name,
        problem: `of shape [${array.shape}] does not split into ${shards} × ${microBatches} equal parts`,
      });
  }
  return Array.from({ length: shards }, (_, shard) => {
    const own: Arrays = {};
    for (const [name, array] of Object.entries(batch)) {
      if (replicated.has(name)) {
        own[name] = array;
        continue;
      }
      const [rows, ...rest] = array.shape;
      const size = array.data.length / shards;
      const data = array.data.subarray(shard * size, (shard + 1) * size);
      own[name] = { shape: [rows / shards, ...rest], dtype: array.dtype, data };
    }
    return own;
  });
}

/** The micro-batches of one shard, as slices in the graph. */
export function microBatchesOf(batch: Tensors, { microBatches, replicated }: BatchSplit): Tensors[] {
  if (microBatches === 1) return [batch];
  return Array.from({ length: microBatches }, (_, part) =>
    Object.fromEntries(
      Object.entries(batch).map(([name, array]) => {
        if (replicated.has(name)) return [name, array];
        const rows = array.shape[0] / microBatches;
        return [name, tf.slice(array, [part * rows], [rows])];
      }),
    ),
  );
}
