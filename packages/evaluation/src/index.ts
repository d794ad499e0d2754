export { baselines } from './baselines.ts';
export { errors, errors as evaluationErrors } from './errors.ts';
export { type Evaluation, emptyRanking, evaluationOf } from './evaluation.ts';
export { createRankEvaluator, type RankEvaluator, type Ranking } from './full-ranking.ts';
export { type Intervals, type MetricName, type Metrics, metricsOfRanks } from './metrics.ts';
export { type Difference, pairedDifferences } from './paired.ts';
export { createScorer, type HistorySettings, rankByNeighbours, type SparseScores } from './sparse-ranking.ts';
export {
  type EvaluationCase,
  type EvaluationSet,
  evaluationCases,
  type FitOn,
  leaveOneOut,
  PROTOCOLS,
  type Protocol,
  type Split,
  splitBy,
  trainCounts,
  trainItems,
} from './split.ts';
