/**
 * The rankings that a model must beat. All of them run through the same code on the same cases:
 *
 * * `popularity`: by the number of users with a training event of the item;
 * * `repeat-last`: the last item first, all other items tied;
 * * `last-item-knn`: max(0, cosine) of the raw content vectors to the last item ("no alignment");
 * * `decayed-history-knn`: Σ .7^age · max(0, cosine)⁴ over the last 20 items, on content vectors
 *   with the mean removed.
 *
 * In the last two, an item is not its own neighbour, and items that are not among the 500 nearest
 * of an item get no score from it. Both are left out if there is no content.
 */
import { centredContent, contentMean, noProgress, type RunContext, type SparseRows } from '@lorekeep/core';
import { nearestByContent } from './content-neighbours.ts';
import { type Evaluation, emptyRanking, evaluationOf } from './evaluation.ts';
import type { Ranking } from './full-ranking.ts';
import { rankByItemScores } from './item-score-ranking.ts';
import type { HistorySettings } from './neighbour-scorer.ts';
import { rankByNeighbours } from './sparse-ranking.ts';
import { type EvaluationCase, type EvaluationSet, evaluationCases, type Split, trainUsers } from './split/split.ts';

/** A ranking that needs no training. */
export type BaselineName = 'popularity' | 'repeat-last' | 'last-item-knn' | 'decayed-history-knn';

/** The baselines that rank by text alone. */
export const TEXT_BASELINES = ['last-item-knn', 'decayed-history-knn'] as const satisfies readonly BaselineName[];

export interface BaselineOptions extends RunContext {
  /** Default: all cores. */
  threads?: number;
  /** Seed of the bootstrap. Default 42. */
  seed?: number;
}

/**
 * Progress is reported as stage `'evaluate'`, unit `'users'`, once per baseline.
 *
 * @param content `[items × contentDim]` raw vectors, `undefined` without content
 */
export async function baselines(
  split: Split,
  set: EvaluationSet,
  content: Float32Array | undefined,
  { progress = noProgress, signal, threads, seed = 42 }: BaselineOptions = {},
): Promise<Partial<Record<BaselineName, Evaluation>>> {
  const items = split.log.itemIds.length;
  const cases = evaluationCases(split, set);
  const results: Partial<Record<BaselineName, Evaluation>> = {};
  const add = async (name: BaselineName, rank: () => Ranking | Promise<Ranking>) => {
    const report = (done: number) =>
      progress({ stage: 'evaluate', done, total: cases.length, unit: 'users', note: `${name}, ${set}` });
    report(0);
    results[name] = evaluationOf(split, set, cases.length === 0 ? emptyRanking() : await rank(), seed);
    report(cases.length);
  };
  await add('popularity', () => rankByItemScores(Float32Array.from(trainUsers(split)), cases));
  await add('repeat-last', () => rankByNeighbours(identityRows(items), cases, { decay: 1, maxHistory: 1 }));
  if (content === undefined || items === 0) return results;
  const dim = content.length / items;
  const addByContent = (name: BaselineName, mean: Float32Array, power: number, settings: HistorySettings) =>
    add(name, async () => {
      const vectors = centredContent(content, mean);
      const wanted = newestItems(cases, settings.maxHistory);
      const neighbours = await nearestByContent(vectors, items, wanted, power, { threads, signal });
      return rankByNeighbours(neighbours, cases, settings);
    });
  await addByContent('last-item-knn', new Float32Array(dim), 1, { decay: 1, maxHistory: 1 });
  await addByContent('decayed-history-knn', contentMean(content, items, dim), 4, { decay: 0.7, maxHistory: 20 });
  return results;
}

/**
 * Items among the newest `maxHistory` of any history, ascending. Only their neighbours are needed.
 */
function newestItems(cases: readonly EvaluationCase[], maxHistory: number): Int32Array {
  const found = new Set<number>();
  for (const { history } of cases) for (const item of history.slice(-maxHistory)) found.add(item);
  return Int32Array.from(found).sort();
}

/** The identity matrix: each item is its own only neighbour. */
function identityRows(items: number): SparseRows {
  return {
    items,
    offsets: Uint32Array.from({ length: items + 1 }, (_, item) => item),
    ids: Int32Array.from({ length: items }, (_, item) => item),
    values: new Float32Array(items).fill(1),
  };
}
