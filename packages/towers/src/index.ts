export { type BaselineName, type BaselineOptions, baselines } from './baselines.ts';
export type { Group } from './breakdown.ts';
export { readManifest, writeBundle } from './bundle.ts';
export { discardCheckpoint } from './checkpoint.ts';
export { resolveConfig, type TowerConfig } from './config.ts';
export { type EvaluateOptions, type Evaluation, evaluateTowers, evaluationOf } from './evaluate.ts';
export { evaluateBundle } from './evaluate-bundle.ts';
export {
  bootstrapIntervals,
  type IntervalOptions,
  type Intervals,
  METRIC_NAMES,
  type MetricName,
  metricsOfRanks,
} from './metrics.ts';
export { type Difference, pairedDifferences } from './paired.ts';
export { type Preset, presets } from './presets.ts';
export { createRankEvaluator, type RankEvaluator, type RankEvaluatorOptions, type Ranking } from './ranks.ts';
export { type LoadOptions, loadTowers } from './runtime.ts';
export { merged, type Proposal, type SecondStage, withTowers } from './second-stage/stage.ts';
export { type TwinFactors, type TwinOptions, twinFactors } from './solved/factors.ts';
export { type GramSettings, type Interactions, interactionsOf, userCounts } from './solved/gram.ts';
export { type ItemModel, openItemModel } from './solved/items.ts';
export { fitLinear, type LinearModel, type LinearOptions } from './solved/linear.ts';
export { type Neighbours, PER_ITEM, strongestNeighbours } from './solved/neighbours.ts';
export {
  createScorer,
  type HistorySettings,
  type NeighbourScorer,
  rankByNeighbours,
  type SparseScores,
} from './solved/score.ts';
export {
  type LinearSettings,
  type SearchOptions,
  type SearchResult,
  type SearchStep,
  searchLinear,
} from './solved/search.ts';
export { type SolveContext, solveItems } from './solved/solve.ts';
export type { SymmetricTiles } from './solved/tiles.ts';
export {
  type Asked,
  leaveOneOut,
  PROTOCOLS,
  type Question,
  questions,
  type Split,
  splitBy,
  temporal,
  trainCounts,
  trainItems,
} from './split.ts';
export { type Chosen, type TrainedTowers, type TrainOptions, trainTowers } from './train.ts';
export { type InitialTowers, readInitialTowers } from './transfer.ts';
export type {
  BundleManifest,
  EpochRecord,
  EvaluationSet,
  Metrics,
  Protocol,
  SecondStageReport,
  TowerRuntime,
  TrainedOn,
} from './types.ts';
