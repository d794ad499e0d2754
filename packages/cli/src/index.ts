/**
 * The library: `import { openWorkspace } from 'lorekeep'`. The guide
 * own-project.md installs it.
 *
 * | Task | Name |
 * | --- | --- |
 * | open or create a workspace | {@link openWorkspace} |
 * | import files; how columns and formats are named | {@link Workspace.import}; data-formats.md#columns |
 * | what types of events and ratings mean | {@link Workspace.events}, {@link Workspace.changeEventRules} |
 * | read the texts, train, evaluate, publish | {@link Workspace.encode}, {@link Workspace.train}, {@link Workspace.evaluate}, {@link Workspace.publish} |
 * | rankers of what was shown | {@link Workspace.rankEvaluate}, {@link Workspace.rankTrain}, {@link Workspace.rankScore} |
 * | knowledge for rankers | {@link Workspace.knowledgePretrain}, {@link Workspace.knowledgePublish}, {@link Workspace.knowledgeExtract} |
 * | recommend, similar items, search, new items and events | {@link Workspace.engine}, then {@link Engine} |
 * | train and publish by themselves; go back to a former publication | {@link Jobs} |
 * | see how far a workspace is | {@link Workspace.status} |
 * | check the machine | {@link diagnose} |
 * | show progress and warnings, stop a step | {@link RunContext} |
 * | handle errors | {@link LorekeepError}; errors.md |
 * | a vector index of your own | {@link registerIndexAdapter} |
 *
 * @module lorekeep
 */

export {
  type ErrorKind,
  LorekeepError,
  type LorekeepErrorOptions,
  type Progress,
  type ProgressEvent,
  type RunContext,
  type Warning,
} from '@lorekeep/core';
export type { BadLine, Format, ImportOptions, RawFormat, SimulatedShopOptions, UnknownItems } from '@lorekeep/datasets';
export type { TextEncoder } from '@lorekeep/encoder';
export type {
  BaselineName,
  Difference,
  Evaluation,
  FitOn,
  Group,
  Intervals,
  MetricName,
  Metrics,
  Protocol,
} from '@lorekeep/evaluation';
export type {
  Boost,
  BundleManifest,
  Cap,
  ConfigOverrides,
  Diversity,
  Engine,
  EngineStats,
  EventInput,
  Explanation,
  Fallback,
  FieldMatch,
  Filter,
  FilterValue,
  NumberRange,
  Preset,
  PublicationManifest,
  Recommendation,
  Recommendations,
  RecommenderConfig,
  RecommendRequest,
  Scenario,
  ScenarioSettings,
  ScorePart,
  SearchRequest,
  SimilarRequest,
  Source,
  TextMatch,
  WordMatch,
} from '@lorekeep/recommender';
export type {
  Event,
  ImpressionBatch,
  ImpressionColumns,
  ImpressionLog,
  ImpressionLogOptions,
  ImpressionNames,
  Item,
  UserRecord,
} from '@lorekeep/store';
export {
  type IndexAdapter,
  type IndexCapabilities,
  type IndexKind,
  type IndexOptions,
  registerIndexAdapter,
  type SearchOptions,
  type SearchResult,
  type VectorIndex,
  vectorIndexErrors,
} from '@lorekeep/vector-index';
export * from '@lorekeep/workspace';
