/**
 * One evaluation from one ranking, for every model alike: metrics with intervals, seen items
 * included (as the published tables have it) and excluded (as a shop does), a breakdown by item and
 * history, and catalogue coverage.
 */
import { breakdownOf, type Group } from './breakdown.ts';
import type { Ranking } from './full-ranking.ts';
import { bootstrapAll, type Intervals, type Metrics, metricsOfRanks } from './metrics.ts';
import type { EvaluationSet, Split } from './split.ts';

export interface Evaluation {
  /** History seenIncluded. */
  metrics: Metrics;
  /** 95 % bootstrap over users. */
  intervals: Intervals;
  /** The same cases with the items of the history left out of the ranking. */
  seenExcluded: { metrics: Metrics; intervals: Intervals };
  /** History seenIncluded; every question is in one group of each kind. */
  breakdown: Group[];
  /** Share of the catalogue that is among the best 10 of anybody, history seenIncluded. */
  coverage: number;
  /** `[cases]` history seenIncluded, in the order of `split.heldOut[set].users`. */
  ranks: Float64Array;
}

/** The evaluation of a ranking, however it was made. */
export function evaluationOf(split: Split, set: EvaluationSet, ranking: Ranking, seed = 42): Evaluation {
  const { seenIncluded, seenExcluded, top } = ranking;
  const [intervals, intervalsRemoved] = bootstrapAll([seenIncluded, seenExcluded], { seed });
  return {
    metrics: metricsOfRanks(seenIncluded),
    intervals,
    seenExcluded: { metrics: metricsOfRanks(seenExcluded), intervals: intervalsRemoved },
    breakdown: breakdownOf(split, set, seenIncluded),
    coverage: split.log.itemIds.length === 0 ? 0 : new Set(top).size / split.log.itemIds.length,
    ranks: seenIncluded,
  };
}

/** A ranking without cases. */
export const emptyRanking = (): Ranking => ({
  seenIncluded: new Float64Array(0),
  seenExcluded: new Float64Array(0),
  top: new Int32Array(0),
  width: 0,
});
