/**
 * Search for the vectors with the largest inner product. An index of your own implements
 * `VectorIndex`, is registered with `registerIndexAdapter`, and passes the suite of
 * `@lorekeep/vector-index/conformance`.
 *
 * @module @lorekeep/vector-index
 */

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
export { searchPredicate } from './search-predicate.ts';
export { appendTable, readTable } from './table/table-file.ts';
export { checkQuery, checkVectors, createVectorTable, type VectorTable } from './table/vector-table.ts';
