export { type Engine, type EngineOptions, type EngineStats, openEngine } from './engine.ts';
export { indexKinds, openIndexAdapter } from './index/open.ts';
export { type PublicationManifest, readCurrent } from './publication.ts';
export { type PublishOptions, publish } from './publish.ts';
export type { EventInput, Filter, Recommendations, RecommendRequest, SimilarRequest } from './schemas.ts';
export { createServer, type Server, type ServerOptions } from './server.ts';
export type {
  IndexAdapter,
  IndexKind,
  IndexOptions,
  SearchOptions,
  SearchResult,
  VectorIndex,
} from './types.ts';
