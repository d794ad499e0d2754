/** The contract of re-rankers: they order candidates that a candidate source has chosen. */
import type { Candidates } from '@lorekeep/linear';

export interface RerankQuery {
  /** Item rows, oldest first; −1 for an item that the re-ranker does not know. */
  history: ArrayLike<number>;
  candidates: Candidates;
}

export interface RankedCandidates {
  /** Item rows, best first. */
  items: Int32Array;
  /** In descending order; comparable within one list only. */
  scores: Float32Array;
  /**
   * 1 for an item that no user has chosen yet. Such an item keeps the rank that the candidate
   * source gave it, because in training it was never the target, and takes the score of the item
   * before it. Default: there is none.
   */
  unchosen?: Uint8Array;
}

export interface Reranker {
  /** @returns one list per query, in order; an empty one for a query without candidates */
  rerank(queries: readonly RerankQuery[]): Promise<RankedCandidates[]>;
  close(): Promise<void>;
}

/**
 * Orders candidates by descending score. Equal scores keep their order, scores that are not finite
 * go last, and an unchosen item keeps its rank.
 *
 * @param items item rows in the order of the candidate source
 * @param scores one per item
 * @param unchosen see `RankedCandidates`
 */
export function orderedByScore(items: Int32Array, scores: Float32Array, unchosen?: Uint8Array): RankedCandidates {
  const value = (at: number) => (Number.isFinite(scores[at]) ? scores[at] : -Infinity);
  const byScore = Array.from(scores.keys())
    .filter((at) => unchosen?.[at] !== 1)
    .sort((a, b) => value(b) - value(a) || a - b);
  let next = 0;
  const order = Array.from(scores.keys(), (at) => (unchosen?.[at] === 1 ? at : byScore[next++]));
  const sorted = Float32Array.from(order, (at) => scores[at]);
  let score = byScore.length > 0 ? scores[byScore[0]] : 0;
  for (let at = 0; at < sorted.length; at++) {
    if (unchosen?.[at] === 1) sorted[at] = score;
    else score = sorted[at];
  }
  return { items: Int32Array.from(order, (at) => items[at]), scores: sorted, ...(unchosen && { unchosen }) };
}

/**
 * The list in the order of its scores plus `weight` times the scores of the towers. The towers add
 * what the order of a history tells, which no feature of the network covers. Their scores cannot be
 * features themselves: the towers were trained on the network's examples, so they know the targets.
 *
 * @param towers one score per item of the list
 */
export function blendScores(
  { items, scores, unchosen }: RankedCandidates,
  towers: ArrayLike<number>,
  weight: number,
): RankedCandidates {
  const blended = Float32Array.from(scores, (score, at) => score + weight * towers[at]);
  return orderedByScore(items, blended, unchosen);
}
