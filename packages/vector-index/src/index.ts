export type { IndexKind, VectorIndex } from './contract.ts';
export { errors } from './errors.ts';
export { openIndexAdapter } from './registry.ts';
export { createVectorTable } from './vector-table.ts';
export { errors as vectorIndexErrors } from './errors.ts';
