export { type Engine, type EngineOptions, type EngineStats, openEngine } from './engine.ts';
export { errors as servingErrors } from './http/errors.ts';
export { createServer, type Server, type ServerOptions } from './http/server.ts';
export { indexKinds, openIndexAdapter } from './index/open.ts';
export { type PublicationManifest, readCurrent } from './publication.ts';
export { type PublishOptions, publish } from './publish.ts';
export type { EventInput, Filter, Recommendations, RecommendRequest, SimilarRequest } from './schemas.ts';
export type {
  IndexAdapter,
  IndexKind,
  IndexOptions,
  SearchOptions,
  SearchResult,
  VectorIndex,
} from './types.ts';
