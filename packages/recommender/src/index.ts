export { readInitialTowers } from './bundle/initial-towers.ts';
export { type Bundle, type LoadOptions, openBundle } from './bundle/load.ts';
export type { BundleManifest } from './bundle/manifest.ts';
export { readManifest } from './bundle/read-manifest.ts';
export { PARAMETERS, writeBundle } from './bundle/write.ts';
export type { RankedItems, Source } from './composition/lists.ts';
export {
  createRecommender,
  type PreparedQuery,
  type Query,
  type Recommender,
  type RecommenderParts,
} from './composition/recommender.ts';
export type { EngineDeletions } from './engine/deletions.ts';
export { type Engine, type EngineOptions, type EngineStats, openEngine } from './engine/engine.ts';
export type { EngineExperiments } from './engine/experiments.ts';
export { requestInvalid } from './engine/request-invalid.ts';
export type {
  EventFilterInput,
  EventInput,
  Fallback,
  Recommendation,
  Recommendations,
  RecommendRequest,
  RequestContext,
  Scenario,
  ScenarioSettings,
  SearchRequest,
  SimilarRequest,
} from './engine/request-types.ts';
export {
  deletedSchema,
  deletionIdsSchema,
  eventFilterSchema,
  eventSchema,
  flattenIssues,
  itemSchema,
  MAX_BATCH,
  userSchema,
} from './engine/requests.ts';
export { idSchema } from './engine/schema-parts.ts';
export { createUnpublishedEngine, NO_VERSION } from './engine/unpublished-engine.ts';
export { errors as recommenderErrors } from './errors.ts';
export { evaluateBundle } from './evaluation/evaluate-bundle.ts';
export { evaluateTrained } from './evaluation/evaluate-trained.ts';
export { createExperiments, type Experiments } from './experiments/experiments.ts';
export { experimentResults } from './experiments/results.ts';
export {
  experimentResultsSchema,
  experimentSchema,
  experimentSettingsSchema,
  outcomesSchema,
} from './experiments/schemas.ts';
export type {
  ArmDifference,
  ArmResults,
  Experiment,
  ExperimentArm,
  ExperimentResults,
  ExperimentSettings,
  OutcomeMetric,
  OutcomeRow,
  Outcomes,
} from './experiments/types.ts';
export type { FieldMatch, Filter, FilterValue, NumberRange, TextMatch, WordMatch } from './filters/filter.ts';
export { type Preset, presets } from './options/presets.ts';
export { resolveConfig } from './options/resolve-config.ts';
export { type ConfigOverrides, type RecommenderConfig, recommenderOptions } from './options/table.ts';
export type { Explanation, ScorePart } from './page/explanation.ts';
export type { Boost, Cap, Diversity } from './page/options.ts';
export {
  MAX_K,
  recommendationsSchema,
  recommendSchema,
  searchSchema,
  settingsSchema,
  similarSchema,
} from './page/schemas.ts';
export { bundleOfPublication, goLive, liveVersion, publicationsIn } from './publication/former.ts';
export { type PublicationManifest, readCurrent } from './publication/publication.ts';
export { type PublishOptions, publish } from './publication/publish.ts';
export { columnNames, knowledgeAnswer } from './ranking/knowledge-answer.ts';
export { type LiveRanker, type LiveRankerOptions, openLiveRanker } from './ranking/live-ranker.ts';
export {
  latestRanker,
  RANKER_NETWORK,
  type RankerKnowledge,
  type RankerManifest,
  rankersIn,
  readRankerManifest,
} from './ranking/manifest.ts';
export {
  createRankingService,
  type RankingService,
  type RankingServiceOptions,
  SPACES,
} from './ranking/ranking-service.ts';
export { knowledgeAnswerSchema, knowledgeRequestSchema, rankAnswerSchema, rankSchema } from './ranking/schemas.ts';
export { KEEP_SPACE, readKnowledge, type ServedKnowledge, UNKNOWN_ID } from './ranking/served-knowledge.ts';
export type {
  HistoryEntry,
  KnowledgeAnswer,
  KnowledgeRequest,
  RankAnswer,
  RankedItem,
  RankingStats,
  RankRequest,
  UsedKnowledge,
} from './ranking/types.ts';
export type { EngineScenarios } from './scenarios/engine-scenarios.ts';
export { createScenarios, MAX_SCENARIO_VERSIONS, type Scenarios, scenarioNameSchema } from './scenarios/scenarios.ts';
export { type Selected, type TrainedRecommender, type TrainOptions, trainRecommender } from './training/train.ts';
