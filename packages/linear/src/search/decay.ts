/** Selects the decay of a solved model. */
import type { SparseRows } from '@lorekeep/core';
import { type EvaluationCase, metricsOfRanks, ranksByNeighbours } from '@lorekeep/evaluation';
import { lineSearch } from './line-search.ts';

const DECAYS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** The decay if there are no cases, and the start of the first search. */
export const DEFAULT_DECAY = 0.8;

/**
 * The decay with the highest NDCG@10, seen items included, by a line search: NDCG@10 rises to one
 * largest value and falls behind it.
 *
 * @param start one of `DECAYS`, best that of similar settings. Default: `DEFAULT_DECAY`
 */
export async function bestDecay(
  neighbours: SparseRows,
  cases: readonly EvaluationCase[],
  maxHistory: number,
  start: number = DEFAULT_DECAY,
): Promise<{ decay: number; ndcg: number }> {
  const { value, quality } = await lineSearch(DECAYS, start, async (decay) => {
    const ranks = ranksByNeighbours(neighbours, cases, { decay, maxHistory });
    return metricsOfRanks(ranks)['ndcg@10'];
  });
  return { decay: value, ndcg: quality };
}
