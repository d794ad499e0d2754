export type { IndexKind, VectorIndex } from './contract.ts';
export { errors, errors as vectorIndexErrors } from './errors.ts';
export { indexKinds, openIndexAdapter } from './registry.ts';
export { createVectorTable } from './vector-table.ts';
