export type {
  BuiltInIndexKind,
  IndexAdapter,
  IndexCapabilities,
  IndexKind,
  IndexOptions,
  SearchOptions,
  SearchResult,
  VectorIndex,
} from './contract.ts';
export { errors as vectorIndexErrors } from './errors.ts';
export { indexKinds, openIndexAdapter, registerIndexAdapter } from './registry.ts';
export { createVectorTable, type VectorTable } from './table/vector-table.ts';
