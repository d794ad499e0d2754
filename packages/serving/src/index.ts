export { indexKinds, openIndexAdapter } from './index/open.ts';
export type {
  IndexAdapter,
  IndexKind,
  IndexOptions,
  SearchOptions,
  SearchResult,
  VectorIndex,
} from './types.ts';
