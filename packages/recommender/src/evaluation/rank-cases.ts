/**
 * Full ranking by the composition: every case gets the very list that the engine serves, without the
 * items that the user did not want, and its target the position there. A target behind the list has the rank that the linear model (or the
 * towers) gives it among all items.
 */
import type { RunContext } from '@lorekeep/core';
import {
  createRankEvaluator,
  type EvaluationCase,
  emptyRanking,
  type Ranking,
  rankByNeighbours,
} from '@lorekeep/evaluation';
import { createRecommender, type PreparedQuery } from '../composition/recommender.ts';
import type { CatalogueParts } from './catalogue-parts.ts';

/** Length of the lists: the deepest metric is recall@50. */
const DEPTH = 50;
/** Cases between two looks at the signal. */
const BLOCK = 256;

export interface RankOptions extends RunContext {
  /** Default: all cores. */
  threads?: number;
  /** For progress. */
  note?: string;
}

export async function rankCases(
  parts: CatalogueParts,
  cases: readonly EvaluationCase[],
  { threads, progress, signal, note }: RankOptions = {},
): Promise<Ranking> {
  if (cases.length === 0) return emptyRanking();
  const report = (done: number) => progress?.({ stage: 'evaluate', done, total: cases.length, unit: 'users', note });
  report(0);
  if (parts.weights === undefined) return rankByTowers(parts, cases, { threads, signal, report });
  const ranking = rankByNeighbours(parts.weights.rows, cases, parts.weights.settings);
  const recommender = createRecommender(parts);
  for (let first = 0; first < cases.length; first += BLOCK) {
    signal?.throwIfAborted();
    const some = cases.slice(first, first + BLOCK);
    const prepared = await recommender.prepare(some);
    for (const [index, query] of prepared.entries()) await placeTarget(ranking, first + index, some[index], query);
    report(first + some.length);
  }
  return ranking;
}

/** Puts the composed list and the target's rank in it into the ranking of the linear model. */
async function placeTarget(
  ranking: Ranking,
  at: number,
  { history, target, unwanted }: EvaluationCase,
  query: PreparedQuery,
): Promise<void> {
  const { seenIncluded, seenExcluded, top, width } = ranking;
  const seen = new Set(history);
  const left = new Set(unwanted);
  const included = await query.list(DEPTH, left);
  const behind = seenIncluded[at];
  if (Number.isFinite(behind)) {
    seenIncluded[at] = rankIn(included, target, behind);
    if (!seen.has(target))
      seenExcluded[at] = rankIn(await query.list(DEPTH, seen.union(left)), target, seenExcluded[at]);
  }
  top.set(included.keys.subarray(0, width), at * width);
}

/**
 * @param behind the target's rank by the linear model alone, with halves for equal scores
 */
function rankIn(
  { keys, scores, source }: Awaited<ReturnType<PreparedQuery['list']>>,
  target: number,
  behind: number,
): number {
  const place = keys.indexOf(target);
  if (place < 0) return Math.max(behind, keys.length + 1);
  if (!Number.isFinite(scores[place])) return Infinity;
  // Of equal scores of the linear model the list has the lower row first, which is no merit.
  return source === 'linear' && behind <= keys.length ? behind : place + 1;
}

/** Without a linear model the list is the towers' exact order, which one graph ranks in full. */
async function rankByTowers(
  parts: CatalogueParts,
  cases: readonly EvaluationCase[],
  { threads, signal, report }: { threads?: number; signal?: AbortSignal; report: (done: number) => void },
): Promise<Ranking> {
  const { dim } = parts.towers;
  const vectors = await parts.itemVectors();
  const users = await parts.towers.userVectors(cases.map(({ history }) => history));
  const ranker = createRankEvaluator({ threads, signal });
  try {
    const ranking = await ranker.rankVectors(users, vectors, dim, cases);
    report(cases.length);
    return ranking;
  } finally {
    await ranker.close();
  }
}
