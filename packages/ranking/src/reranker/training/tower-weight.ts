/**
 * Selects, on the validation cases, how much weight the scores of the towers get beside the
 * re-ranker.
 */
import { dot } from '@lorekeep/core';
import { type EvaluationCase, metricsOfRanks } from '@lorekeep/evaluation';
import type { CandidateSource } from '@lorekeep/linear';
import { blendScores, type Reranker } from '../../contract.ts';

/** Weights that are tried, relative to the logits of the towers. */
const WEIGHTS = [0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5];
/** Cases that are ranked before the signal is checked again. */
const BLOCK = 256;

/** Vectors of both towers for the validation cases. */
export interface ValidationVectors {
  /** `[cases × dim]` */
  users: Float32Array;
  /** `[items × dim]` */
  vectors: Float32Array;
  dim: number;
  /** The temperature that divided their inner products in training. */
  temperature: number;
}

/**
 * @param ranksOfSource `[cases]` ranks in the order of the candidate source; targets that are no
 *   candidate keep them, behind all candidates
 * @param towers `undefined`: only the weight 0 is tried
 * @returns the weight with the best NDCG@10, and the `[cases]` ranks that it gives
 * @throws `signal.reason` if stopped
 */
export async function selectTowerWeight(
  source: CandidateSource,
  reranker: Reranker,
  cases: readonly EvaluationCase[],
  ranksOfSource: Float64Array,
  towers: ValidationVectors | undefined,
  signal: AbortSignal | undefined,
): Promise<{ ranks: Float64Array; weight: number }> {
  const weights = towers === undefined ? [0] : WEIGHTS.map((weight) => weight / towers.temperature);
  const trials = weights.map((weight) => ({ weight, ranks: ranksOfSource.slice() }));
  for (let first = 0; first < cases.length; first += BLOCK) {
    signal?.throwIfAborted();
    const block = cases.slice(first, first + BLOCK);
    const queries = block.map(({ history }) => ({ history, candidates: source.candidates(history) }));
    for (const [index, ranked] of (await reranker.rerank(queries)).entries()) {
      const at = first + index;
      const scores = towers === undefined ? undefined : towerScores(towers, at, ranked.items);
      for (const { weight, ranks } of trials) {
        const { items } = scores === undefined ? ranked : blendScores(ranked, scores, weight);
        const position = items.indexOf(block[index].target);
        ranks[at] = position < 0 ? Math.max(ranks[at], items.length + 1) : position + 1;
      }
    }
  }
  const ndcg = ({ ranks }: { ranks: Float64Array }) => metricsOfRanks(ranks)['ndcg@10'];
  return trials.reduce((best, other) => (ndcg(other) > ndcg(best) ? other : best));
}

/** Inner products of the user of one case with `items`. */
export function towerScores(
  { users, vectors, dim }: ValidationVectors,
  index: number,
  items: Int32Array,
): Float32Array {
  return Float32Array.from(items, (item) => dot(users, index * dim, vectors, item * dim, dim));
}
