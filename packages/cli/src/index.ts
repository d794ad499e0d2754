/** The library: `import { openWorkspace } from 'lorekeep'`. */

export { LorekeepError, type Progress, type ProgressEvent, type RunContext, type Warning } from '@lorekeep/core';
export type { Difference, Evaluation, MetricName, Metrics, Protocol } from '@lorekeep/evaluation';
export type {
  Engine,
  EngineStats,
  EventInput,
  Filter,
  FilterValue,
  Range,
  Recommendation,
  Recommendations,
  RecommendRequest,
  SimilarRequest,
} from '@lorekeep/recommender';
export type { Event, Item } from '@lorekeep/store';
export * from '@lorekeep/workspace';
