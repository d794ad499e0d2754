/**
 * The evaluation of one ranking, the same for every model: metrics with intervals, once with seen
 * items included (as in published tables) and once with seen items excluded (as in a shop), a
 * breakdown by item and history, and catalogue coverage.
 */
import { breakdownOf, type Group } from './breakdown.ts';
import type { Ranking } from './full-ranking.ts';
import { bootstrapAll, type Intervals, type Metrics, metricsOfRanks } from './metrics.ts';
import type { EvaluationSet, Split } from './split/split.ts';

/** How well one model ranks the held-out targets of a validation or test set. */
export interface Evaluation {
  /** Items of the history are ranked like all others. */
  metrics: Metrics;
  /** 95 % bootstrap intervals over users. */
  intervals: Intervals;
  /** The same cases, with the items of the history left out of the ranking. */
  seenExcluded: { metrics: Metrics; intervals: Intervals };
  /** Seen items included; every case is in one group of each kind. */
  breakdown: Group[];
  /** Share of the catalogue that is in the top 10 of at least one case, seen items included. */
  coverage: number;
  /** `[cases]` seen items included, in the order of `split.heldOut[set].users`. */
  ranks: Float64Array;
}

/** @param seed Seed of the bootstrap. Default 42. */
export function evaluationOf(split: Split, set: EvaluationSet, ranking: Ranking, seed = 42): Evaluation {
  const { seenIncluded, seenExcluded, top } = ranking;
  const [intervals, seenExcludedIntervals] = bootstrapAll([seenIncluded, seenExcluded], { seed });
  return {
    metrics: metricsOfRanks(seenIncluded),
    intervals,
    seenExcluded: { metrics: metricsOfRanks(seenExcluded), intervals: seenExcludedIntervals },
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
