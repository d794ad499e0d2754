/** Selects the decay of a solved model, and the cases that settings are compared on. */
import type { SparseRows } from '@lorekeep/core';
import { type EvaluationCase, metricsOfRanks, rankByNeighbours } from '@lorekeep/evaluation';

const DECAYS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** The decay if there are no cases. */
export const DEFAULT_DECAY = 0.8;
/** Maximum number of cases that settings are compared on. */
const MAX_CASES = 20_000;

/** Every second, third, … case, so that at most `MAX_CASES` remain. */
export function casesForSearch(cases: readonly EvaluationCase[]): readonly EvaluationCase[] {
  const step = Math.ceil(cases.length / MAX_CASES);
  return step <= 1 ? cases : cases.filter((_, at) => at % step === 0);
}

/** The decay with the highest NDCG@10, seen items included. */
export function bestDecay(
  neighbours: SparseRows,
  cases: readonly EvaluationCase[],
  maxHistory: number,
): { decay: number; ndcg: number } {
  let best = { decay: DEFAULT_DECAY, ndcg: -1 };
  for (const decay of DECAYS) {
    const { seenIncluded } = rankByNeighbours(neighbours, cases, { decay, maxHistory });
    const ndcg = metricsOfRanks(seenIncluded)['ndcg@10'];
    if (ndcg > best.ndcg) best = { decay, ndcg };
  }
  return best;
}
