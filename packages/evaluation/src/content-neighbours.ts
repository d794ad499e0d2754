/** The nearest items by content, for the content baselines. */
import { createTopK, type SparseRows } from '@lorekeep/core';
import { createGraphCache, namedArray, tf } from '@lorekeep/graph';

/** Neighbours per item. All further items have the weight 0. */
const NEAREST = 500;
/** Items that are compared with the catalogue in one run. */
const BLOCK = 512;

/**
 * For each wanted item the `NEAREST` other items by max(0, cosine) ^ power.
 *
 * @param vectors `[items × dim]`, rows of length 1
 * @param wanted item rows, ascending; the rows of all other items are empty
 */
export async function nearestByContent(
  vectors: Float32Array,
  items: number,
  wanted: Int32Array,
  power: number,
  { threads, signal }: { threads?: number; signal?: AbortSignal },
): Promise<SparseRows> {
  const dim = vectors.length / items;
  const perItem = Math.min(NEAREST, items - 1);
  const cache = createGraphCache(
    ({ rows, all }) => ({ cosines: tf.matMul(rows as never, all as never, false, true) }),
    { name: 'neighbours', threads },
  );
  const all = namedArray([items, dim], vectors);
  const ends = new Uint32Array(items);
  const ids = new Int32Array(wanted.length * perItem);
  const values = new Float32Array(wanted.length * perItem);
  const best = createTopK(perItem, 0);
  const size = Math.min(BLOCK, wanted.length);
  const rows = new Float32Array(size * dim);
  const cosines = new Float32Array(size * items);
  let end = 0;
  try {
    for (let first = 0; first < wanted.length; first += size) {
      signal?.throwIfAborted();
      const chunk = wanted.subarray(first, first + size);
      chunk.forEach((item, row) => {
        rows.set(vectors.subarray(item * dim, (item + 1) * dim), row * dim);
      });
      await cache.run({ rows: namedArray([size, dim], rows), all }, { cosines: namedArray([size, items], cosines) });
      chunk.forEach((item, row) => {
        best.clear();
        for (let other = 0, at = row * items; other < items; other++, at++)
          if (cosines[at] >= best.least && other !== item) best.offer(other, cosines[at]);
        end = best.drain(ids, values, end);
        ends[item] = end;
      });
    }
  } finally {
    await cache.close();
  }
  for (let at = 0; at < end; at++) values[at] **= power;
  // Rows of items that are not wanted are empty.
  const offsets = new Uint32Array(items + 1);
  for (let item = 0; item < items; item++) offsets[item + 1] = Math.max(offsets[item], ends[item]);
  return { items, offsets, ids, values };
}
