export { baselines } from './baselines.ts';
export { errors } from './errors.ts';
export { emptyRanking, type Evaluation, evaluationOf } from './evaluation.ts';
export { createRankEvaluator, type RankEvaluator, type Ranking } from './full-ranking.ts';
export { type Intervals, type MetricName, type Metrics, metricsOfRanks } from './metrics.ts';
export { type Difference, pairedDifferences } from './paired.ts';
export { createScorer, type HistorySettings, rankByNeighbours, type SparseScores } from './sparse-ranking.ts';
export { type EvaluationCase, evaluationCases, type EvaluationSet, type FitOn, leaveOneOut, type Protocol, PROTOCOLS, type Split, splitBy, trainCounts, trainItems } from './split.ts';
export { errors as evaluationErrors } from './errors.ts';
