export { type BaselineName, type BaselineOptions, baselines, TEXT_BASELINES } from './baselines.ts';
export type { Group } from './breakdown.ts';
export { errors as evaluationErrors } from './errors.ts';
export { type Evaluation, emptyRanking, evaluationOf } from './evaluation.ts';
export {
  createRankEvaluator,
  type RankEvaluator,
  type RankEvaluatorOptions,
  type Ranking,
} from './full-ranking.ts';
export {
  bootstrapIntervals,
  type IntervalOptions,
  type Intervals,
  METRIC_NAMES,
  type MetricName,
  type Metrics,
  metricsOfRanks,
} from './metrics.ts';
export { createScorer, type HistorySettings, type NeighbourScorer, type SparseScores } from './neighbour-scorer.ts';
export { type Difference, pairedDifferences } from './paired.ts';
export { TOP } from './rank-graph.ts';
export { rankByNeighbours, ranksByNeighbours } from './sparse-ranking.ts';
export { type ImplausibleUsers, implausibleUsers, popularityOf } from './split/implausible-users.ts';
export {
  casesForChoice,
  type EvaluationCase,
  type EvaluationSet,
  evaluationCases,
  type FitOn,
  type HeldOut,
  leaveOneOut,
  PROTOCOLS,
  type Protocol,
  type Split,
  splitAt,
  splitBy,
  temporal,
  trainCounts,
  trainItems,
  trainTargetCounts,
  trainTargets,
  trainUsers,
  trainWeights,
} from './split/split.ts';
export type { EventChoice, TrainingEvents } from './split/training-events.ts';
