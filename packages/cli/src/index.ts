/**
 * The library: `import { openWorkspace } from 'lorekeep'`.
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
  BundleManifest,
  ConfigOverrides,
  Engine,
  EngineStats,
  EventInput,
  Filter,
  FilterValue,
  Preset,
  PublicationManifest,
  Range,
  Recommendation,
  Recommendations,
  RecommenderConfig,
  RecommendRequest,
  SimilarRequest,
  Source,
} from '@lorekeep/recommender';
export type { Event, Item } from '@lorekeep/store';
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
