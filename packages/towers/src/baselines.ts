/**
 * What a model has to beat, ranked by the same code on the same questions:
 *
 * * `popularity`: number of training events;
 * * `repeat-last`: the last item again, everything else tied;
 * * `last-item-knn`: cosine of the raw content vectors to the last item ("no alignment");
 * * `decayed-history-knn`: Σ .7^age · max(0, cosine)⁴ over the last 20 items, content vectors with the mean removed.
 *
 * An item is not its own neighbour: the two last say nothing about an item from that item itself. They are left out
 * where there is no content.
 */
import { type RunContext, silent } from '@lorekeep/core';
import { createGraphCache, namedArray, tf } from '@lorekeep/graph';
import { centredContent, contentMean } from './content.ts';
import { type Evaluation, evaluationOf } from './evaluate.ts';
import { createRankEvaluator, type RankEvaluator } from './ranks.ts';
import { type Question, questions, type Split, trainCounts } from './split.ts';
import type { EvaluationSet } from './types.ts';

export type BaselineName = 'popularity' | 'repeat-last' | 'last-item-knn' | 'decayed-history-knn';

export interface BaselineOptions extends RunContext {
  /** Default: all the machine offers. */
  threads?: number;
  /** Of the bootstrap. Default 42. */
  seed?: number;
}

/** Score matrices are made in blocks of about this many numbers. */
const BLOCK = 1 << 22;
/** History items compared with the catalogue in one run. */
const NEIGHBOUR_ROWS = 512;

interface Neighbours {
  vectors: Float32Array;
  decay: number;
  power: number;
  maxHistory: number;
}

/** @param content `[items × contentDim]` raw vectors, `undefined` where there are none */
export async function baselines(
  split: Split,
  set: EvaluationSet,
  content: Float32Array | undefined,
  { progress = silent, signal, threads, seed = 42 }: BaselineOptions = {},
): Promise<Partial<Record<BaselineName, Evaluation>>> {
  const items = split.corpus.itemIds.length;
  const asked = questions(split, set);
  const targets = asked.map(({ target }) => target);
  const ranker = createRankEvaluator({ threads, signal });
  try {
    const results: Partial<Record<BaselineName, Evaluation>> = {};
    const add = async (name: BaselineName, ranks: () => Promise<Float64Array>) => {
      progress({ stage: 'evaluate', done: 0, total: asked.length, unit: 'users', note: `${name}, ${set}` });
      results[name] = evaluationOf(asked.length === 0 ? new Float64Array(0) : await ranks(), seed);
      progress({
        stage: 'evaluate',
        done: asked.length,
        total: asked.length,
        unit: 'users',
        note: `${name}, ${set}`,
      });
    };
    await add('popularity', () => {
      const counts = Float32Array.from(trainCounts(split));
      return ranker.byVectors(new Float32Array(asked.length).fill(1), counts, 1, targets);
    });
    await add('repeat-last', () =>
      rankedInBlocks(ranker, items, targets, async (first, last, scores) => {
        for (let user = first; user < last; user++) {
          const { history } = asked[user];
          scores[(user - first) * items + history[history.length - 1]] = 1;
        }
      }),
    );
    if (content === undefined || items === 0) return results;
    const dim = content.length / items;
    const nearest = (neighbours: Neighbours) =>
      rankedByNeighbours(ranker, items, asked, neighbours, { threads, signal });
    await add('last-item-knn', () =>
      nearest({ vectors: centredContent(content, new Float32Array(dim)), decay: 1, power: 1, maxHistory: 1 }),
    );
    const centred = centredContent(content, contentMean(content, items, dim));
    await add('decayed-history-knn', () => nearest({ vectors: centred, decay: 0.7, power: 4, maxHistory: 20 }));
    return results;
  } finally {
    await ranker.close();
  }
}

async function rankedInBlocks(
  ranker: RankEvaluator,
  items: number,
  targets: number[],
  fill: (first: number, last: number, scores: Float32Array) => Promise<void>,
): Promise<Float64Array> {
  const size = Math.max(1, Math.min(targets.length, Math.floor(BLOCK / items)));
  const ranks = new Float64Array(targets.length);
  const scores = new Float32Array(size * items);
  for (let first = 0; first < targets.length; first += size) {
    const last = Math.min(first + size, targets.length);
    scores.fill(0);
    await fill(first, last, scores);
    ranks.set(await ranker.byScores(scores.subarray(0, (last - first) * items), targets.slice(first, last)), first);
  }
  return ranks;
}

async function rankedByNeighbours(
  ranker: RankEvaluator,
  items: number,
  asked: Question[],
  { vectors, decay, power, maxHistory }: Neighbours,
  { threads, signal }: { threads?: number; signal?: AbortSignal },
): Promise<Float64Array> {
  const dim = vectors.length / items;
  const cache = createGraphCache(
    ({ rows, all }) => {
      const cosine = tf.matMul(rows as never, all as never, false, true);
      return { similar: power === 1 ? tf.clone(cosine) : tf.pow(tf.relu(cosine), power) };
    },
    { name: 'neighbours', threads },
  );
  const all = namedArray([items, dim], vectors);
  const targets = asked.map(({ target }) => target);
  try {
    return await rankedInBlocks(ranker, items, targets, async (first, last, scores) => {
      // Which users of the block have which item in their history, and with what weight.
      const uses = new Map<number, [row: number, weight: number][]>();
      for (let user = first; user < last; user++) {
        const recent = asked[user].history.subarray(-maxHistory);
        recent.forEach((item, position) => {
          const use: [number, number] = [user - first, decay ** (recent.length - 1 - position)];
          const sofar = uses.get(item);
          if (sofar === undefined) uses.set(item, [use]);
          else sofar.push(use);
        });
      }
      const touched = [...uses.keys()];
      const size = Math.min(NEIGHBOUR_ROWS, items);
      const rows = new Float32Array(size * dim);
      for (let begin = 0; begin < touched.length; begin += size) {
        signal?.throwIfAborted();
        const some = touched.slice(begin, begin + size);
        some.forEach((item, row) => {
          rows.set(vectors.subarray(item * dim, (item + 1) * dim), row * dim);
        });
        const { similar } = await cache.run({ rows: namedArray([size, dim], rows), all });
        const data = similar.data as Float32Array;
        some.forEach((item, row) => {
          data[row * items + item] = 0;
          for (const [user, weight] of uses.get(item) as [number, number][])
            for (let i = 0, from = row * items, to = user * items; i < items; i++, from++, to++)
              scores[to] += weight * data[from];
        });
      }
    });
  } finally {
    await cache.close();
  }
}
