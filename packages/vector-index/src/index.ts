export type { IndexAdapter, IndexKind, IndexOptions, SearchOptions, SearchResult, VectorIndex } from './contract.ts';
export { errors as vectorIndexErrors } from './errors.ts';
export { indexKinds, openIndexAdapter } from './registry.ts';
export { createVectorTable } from './vector-table.ts';
