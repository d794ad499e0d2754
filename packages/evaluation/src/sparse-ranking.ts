/**
 * Full ranking by sparse item–item weights, with ranks as `metrics.ts` defines them. Items that are
 * not neighbours of a history all have the score 0, so only the neighbours have to be counted.
 */
import { createTopK, type SparseRows } from '@lorekeep/core';
import type { Ranking } from './full-ranking.ts';
import { createScorer, type HistorySettings, type NeighbourScorer, type SparseScores } from './neighbour-scorer.ts';
import { TOP } from './rank-graph.ts';
import type { EvaluationCase } from './split/split.ts';

const NONE = new Int32Array(0);

/** Of equal scores, `top` prefers the lower row. */
export function rankByNeighbours(
  neighbours: SparseRows,
  cases: readonly EvaluationCase[],
  settings: HistorySettings,
): Ranking {
  const scorer = createScorer(neighbours);
  const count = neighbours.items;
  const width = Math.min(TOP, count);
  const seenIncluded = new Float64Array(cases.length);
  const seenExcluded = new Float64Array(cases.length);
  const top = new Int32Array(cases.length * width);
  const best = createTopK(width, 0);
  const bestScores = new Float32Array(width);
  cases.forEach((evaluationCase, at) => {
    const found = scorer.score(evaluationCase.history, settings);
    const ranks = ranksOf(scorer, found, evaluationCase, count);
    seenIncluded[at] = ranks.seenIncluded;
    seenExcluded[at] = ranks.seenExcluded;

    best.clear();
    const unwanted = new Set(evaluationCase.unwanted);
    for (let i = 0; i < found.items.length; i++)
      if (found.scores[i] >= best.least && !unwanted.has(found.items[i])) best.offer(found.items[i], found.scores[i]);
    const end = best.drain(top.subarray(at * width, (at + 1) * width), bestScores, 0);
    // Items with the score 0 fill the rest.
    for (let next = 0, position = at * width + end; position < (at + 1) * width && next < count; next++)
      if (scorer.of(next) === 0 && !unwanted.has(next)) top[position++] = next;
  });
  return { seenIncluded, seenExcluded, top, width };
}

/** `[cases]` ranks with seen items included, as `rankByNeighbours` gives them. */
export function ranksByNeighbours(
  neighbours: SparseRows,
  cases: readonly EvaluationCase[],
  settings: HistorySettings,
): Float64Array {
  const scorer = createScorer(neighbours);
  return Float64Array.from(cases, (evaluationCase) => {
    const found = scorer.score(evaluationCase.history, settings);
    return ranksOf(scorer, found, evaluationCase, neighbours.items).seenIncluded;
  });
}

/** @param count items of the catalogue */
function ranksOf(
  scorer: NeighbourScorer,
  { items, scores }: SparseScores,
  { history, target, unwanted = NONE }: EvaluationCase,
  count: number,
): { seenIncluded: number; seenExcluded: number } {
  const targetScore = scorer.of(target);
  if (!Number.isFinite(targetScore)) return { seenIncluded: Infinity, seenExcluded: Infinity };
  let higher = 0;
  // The target itself is one of the ties.
  let ties = targetScore === 0 ? count - items.length : 0;
  for (let i = 0; i < items.length; i++) {
    if (scores[i] > targetScore) higher++;
    else if (scores[i] === targetScore) ties++;
  }
  if (unwanted.includes(target)) return { seenIncluded: count, seenExcluded: count };
  const leaveOut = (left: Iterable<number>) => {
    for (const item of left) {
      const score = scorer.of(item);
      if (score > targetScore) higher--;
      else if (score === targetScore) ties--;
    }
  };
  leaveOut(unwanted);
  const seenIncluded = 1 + higher + (ties - 1) / 2;
  const seen = new Set(history);
  if (seen.has(target)) return { seenIncluded, seenExcluded: count };
  leaveOut(seen.difference(new Set(unwanted)));
  return { seenIncluded, seenExcluded: 1 + higher + (ties - 1) / 2 };
}
