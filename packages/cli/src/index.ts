/** The library: `import { openWorkspace } from 'lorekeep'`. */

export { LorekeepError, type Progress, type ProgressEvent, type RunContext, type Warning } from '@lorekeep/core';
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
export * from '@lorekeep/workspace';
