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
import { type Evaluation, emptyRanking, evaluationOf } from './evaluate.ts';
import { createRankEvaluator, type RankEvaluator, type Ranking } from './ranks.ts';
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
  const ranker = createRankEvaluator({ threads, signal });
  try {
    const results: Partial<Record<BaselineName, Evaluation>> = {};
    const add = async (name: BaselineName, rank: () => Promise<Ranking>) => {
      progress({ stage: 'evaluate', done: 0, total: asked.length, unit: 'users', note: `${name}, ${set}` });
      results[name] = evaluationOf(split, set, asked.length === 0 ? emptyRanking() : await rank(), seed);
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
      return ranker.rankVectors(new Float32Array(asked.length).fill(1), counts, 1, asked);
    });
    await add('repeat-last', () =>
      rankedInBlocks(ranker, items, asked, async (first, last, scores) => {
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
  asked: Question[],
  fill: (first: number, last: number, scores: Float32Array) => Promise<void>,
): Promise<Ranking> {
  const size = Math.max(1, Math.min(asked.length, Math.floor(BLOCK / items)));
  const whole = emptyRanking();
  whole.kept = new Float64Array(asked.length);
  whole.removed = new Float64Array(asked.length);
  const scores = new Float32Array(size * items);
  for (let first = 0; first < asked.length; first += size) {
    const last = Math.min(first + size, asked.length);
    scores.fill(0);
    await fill(first, last, scores);
    const block = await ranker.rankScores(scores.subarray(0, (last - first) * items), asked.slice(first, last));
    whole.kept.set(block.kept, first);
    whole.removed.set(block.removed, first);
    if (first === 0) {
      whole.width = block.width;
      whole.top = new Int32Array(asked.length * block.width);
    }
    whole.top.set(block.top, first * block.width);
  }
  return whole;
}

async function rankedByNeighbours(
  ranker: RankEvaluator,
  items: number,
  asked: Question[],
  { vectors, decay, power, maxHistory }: Neighbours,
  { threads, signal }: { threads?: number; signal?: AbortSignal },
): Promise<Ranking> {
  const dim = vectors.length / items;
  const cache = createGraphCache(
    ({ rows, all }) => {
      const cosine = tf.matMul(rows as never, all as never, false, true);
      return { similar: power === 1 ? tf.clone(cosine) : tf.pow(tf.relu(cosine), power) };
    },
    { name: 'neighbours', threads },
  );
  const all = namedArray([items, dim], vectors);
  try {
    return await rankedInBlocks(ranker, items, asked, async (first, last, scores) => {
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
