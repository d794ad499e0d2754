/**
 * What a model has to beat, ranked by the same code on the same cases:
 *
 * * `popularity`: number of training events;
 * * `repeat-last`: the last item again, everything else tied;
 * * `last-item-knn`: max(0, cosine) of the raw content vectors to the last item ("no alignment");
 * * `decayed-history-knn`: Σ .7^age · max(0, cosine)⁴ over the last 20 items, content vectors with the mean removed.
 *
 * An item is not its own neighbour: the two last say nothing about an item from that item itself, nor about one that is
 * not among its 500 nearest. They are left out where there is no content.
 */

import { centredContent, contentMean, createTopK, noProgress, type RunContext, type SparseRows } from '@lorekeep/core';
import { createGraphCache, namedArray, tf } from '@lorekeep/graph';
import { type Evaluation, emptyRanking, evaluationOf } from './evaluation.ts';
import { type Ranking, TOP } from './full-ranking.ts';
import { rankByNeighbours } from './sparse-ranking.ts';
import { type EvaluationCase, type EvaluationSet, evaluationCases, type Split, trainCounts } from './split.ts';

export type BaselineName = 'popularity' | 'repeat-last' | 'last-item-knn' | 'decayed-history-knn';

export interface BaselineOptions extends RunContext {
  /** Default: all the machine offers. */
  threads?: number;
  /** Of the bootstrap. Default 42. */
  seed?: number;
}

/** Content neighbours seenIncluded an item: what comes after them is level at 0. */
const NEAREST = 500;
/** Items compared with the catalogue in one run. */
const BLOCK = 512;

/** @param content `[items × contentDim]` raw vectors, `undefined` where there are none */
export async function baselines(
  split: Split,
  set: EvaluationSet,
  content: Float32Array | undefined,
  { progress = noProgress, signal, threads, seed = 42 }: BaselineOptions = {},
): Promise<Partial<Record<BaselineName, Evaluation>>> {
  const items = split.log.itemIds.length;
  const asked = evaluationCases(split, set);
  const results: Partial<Record<BaselineName, Evaluation>> = {};
  const add = async (name: BaselineName, rank: () => Ranking | Promise<Ranking>) => {
    progress({ stage: 'evaluate', done: 0, total: asked.length, unit: 'users', note: `${name}, ${set}` });
    results[name] = evaluationOf(split, set, asked.length === 0 ? emptyRanking() : await rank(), seed);
    progress({ stage: 'evaluate', done: asked.length, total: asked.length, unit: 'users', note: `${name}, ${set}` });
  };
  await add('popularity', () => rankByOneOrder(Float32Array.from(trainCounts(split)), asked));
  await add('repeat-last', () => rankByNeighbours(onlyThemselves(items), asked, { decay: 1, maxHistory: 1 }));
  if (content === undefined || items === 0) return results;
  const dim = content.length / items;
  const byContent = (
    name: BaselineName,
    mean: Float32Array,
    power: number,
    how: { decay: number; maxHistory: number },
  ) =>
    add(name, async () => {
      const vectors = centredContent(content, mean);
      const wanted = newestItems(asked, how.maxHistory);
      return rankByNeighbours(await nearestByContent(vectors, items, wanted, power, { threads, signal }), asked, how);
    });
  await byContent('last-item-knn', new Float32Array(dim), 1, { decay: 1, maxHistory: 1 });
  await byContent('decayed-history-knn', contentMean(content, items, dim), 4, { decay: 0.7, maxHistory: 20 });
  return results;
}

/** Items among the newest `most` of any history, ascending: of others nobody asks for the neighbours. */
function newestItems(asked: readonly EvaluationCase[], most: number): Int32Array {
  const found = new Set<number>();
  for (const { history } of asked) for (const item of history.slice(-most)) found.add(item);
  return Int32Array.from(found).sort();
}

/** Full ranking, as ranks.ts defines it, where everybody is shown the same: one score an item. */
function rankByOneOrder(scores: Float32Array, asked: readonly EvaluationCase[]): Ranking {
  const items = scores.length;
  const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
  /** Of each score, how many items have more, and how many have it. */
  const places = new Map<number, { higher: number; level: number }>();
  order.forEach((item, at) => {
    const place = places.get(scores[item]);
    if (place === undefined) places.set(scores[item], { higher: at, level: 1 });
    else place.level++;
  });
  const width = Math.min(TOP, items);
  const ranking: Ranking = {
    seenIncluded: new Float64Array(asked.length),
    seenExcluded: new Float64Array(asked.length),
    top: new Int32Array(asked.length * width),
    width,
  };
  asked.forEach(({ history, target }, at) => {
    let { higher, level } = places.get(scores[target]) as { higher: number; level: number };
    ranking.seenIncluded[at] = 1 + higher + (level - 1) / 2;
    const past = new Set(history);
    for (const item of past) {
      if (scores[item] > scores[target]) higher--;
      else if (scores[item] === scores[target]) level--;
    }
    ranking.seenExcluded[at] = past.has(target) ? items : 1 + higher + (level - 1) / 2;
    ranking.top.set(order.slice(0, width), at * width);
  });
  return ranking;
}

/** Every item its own and only neighbour. */
function onlyThemselves(items: number): SparseRows {
  return {
    items,
    offsets: Uint32Array.from({ length: items + 1 }, (_, item) => item),
    ids: Int32Array.from({ length: items }, (_, item) => item),
    values: new Float32Array(items).fill(1),
  };
}

/**
 * The `NEAREST` items of each of these items by max(0, cosine) ^ power, itself left out.
 *
 * @param vectors `[items × dim]`, rows of length 1
 * @param wanted item rows, ascending; the others get no neighbours
 */
async function nearestByContent(
  vectors: Float32Array,
  items: number,
  wanted: Int32Array,
  power: number,
  { threads, signal }: { threads?: number; signal?: AbortSignal },
): Promise<SparseRows> {
  const dim = vectors.length / items;
  const kept = Math.min(NEAREST, items - 1);
  const cache = createGraphCache(
    ({ rows, all }) => ({ similar: tf.matMul(rows as never, all as never, false, true) }),
    { name: 'neighbours', threads },
  );
  const all = namedArray([items, dim], vectors);
  const ends = new Uint32Array(items);
  const ids = new Int32Array(wanted.length * kept);
  const values = new Float32Array(wanted.length * kept);
  const largest = createTopK(kept, 0);
  const size = Math.min(BLOCK, wanted.length);
  const rows = new Float32Array(size * dim);
  const data = new Float32Array(size * items);
  let end = 0;
  try {
    for (let first = 0; first < wanted.length; first += size) {
      signal?.throwIfAborted();
      const some = wanted.subarray(first, first + size);
      some.forEach((item, row) => {
        rows.set(vectors.subarray(item * dim, (item + 1) * dim), row * dim);
      });
      await cache.run({ rows: namedArray([size, dim], rows), all }, { similar: namedArray([size, items], data) });
      some.forEach((item, row) => {
        largest.clear();
        for (let other = 0, at = row * items; other < items; other++, at++)
          if (data[at] >= largest.least && other !== item) largest.offer(other, data[at]);
        end = largest.drain(ids, values, end);
        ends[item] = end;
      });
    }
  } finally {
    await cache.close();
  }
  for (let at = 0; at < end; at++) values[at] **= power;
  const offsets = new Uint32Array(items + 1);
  for (let item = 0; item < items; item++) offsets[item + 1] = Math.max(offsets[item], ends[item]);
  return { items, offsets, ids, values };
}
