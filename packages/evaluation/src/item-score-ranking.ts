/** Full ranking by one score per item, the same for every user. */
import type { Ranking } from './full-ranking.ts';
import { TOP } from './rank-graph.ts';
import type { EvaluationCase } from './split/split.ts';

/** @param scores `[items]`; of equal scores, `top` prefers the lower row */
export function rankByItemScores(scores: Float32Array, cases: readonly EvaluationCase[]): Ranking {
  const items = scores.length;
  const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
  /** For each score, the number of items with a higher score and with the same score. */
  const counts = new Map<number, { higher: number; ties: number }>();
  order.forEach((item, at) => {
    const count = counts.get(scores[item]);
    if (count === undefined) counts.set(scores[item], { higher: at, ties: 1 });
    else count.ties++;
  });
  const width = Math.min(TOP, items);
  const ranking: Ranking = {
    seenIncluded: new Float64Array(cases.length),
    seenExcluded: new Float64Array(cases.length),
    top: new Int32Array(cases.length * width),
    width,
  };
  cases.forEach(({ history, target, unwanted: given }, at) => {
    let { higher, ties } = counts.get(scores[target]) as { higher: number; ties: number };
    const leaveOut = (left: Iterable<number>) => {
      for (const item of left) {
        if (scores[item] > scores[target]) higher--;
        else if (scores[item] === scores[target]) ties--;
      }
    };
    const unwanted = new Set(given);
    leaveOut(unwanted);
    ranking.seenIncluded[at] = unwanted.has(target) ? items : 1 + higher + (ties - 1) / 2;
    const past = new Set(history);
    leaveOut(past.difference(unwanted));
    ranking.seenExcluded[at] = past.has(target) || unwanted.has(target) ? items : 1 + higher + (ties - 1) / 2;
    const first = order.slice(0, width + unwanted.size).filter((item) => !unwanted.has(item));
    ranking.top.set(first.slice(0, width), at * width);
  });
  return ranking;
}
