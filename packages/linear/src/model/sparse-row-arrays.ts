/** Sparse rows as arrays of a safetensors file. */
import type { SparseRows } from '@lorekeep/core';
import { type Arrays, namedArray } from '@lorekeep/graph';

/** @param prefix of the names of the arrays */
export function rowArrays({ offsets, ids, values }: SparseRows, prefix = ''): Arrays {
  return {
    [`${prefix}offsets`]: namedArray([offsets.length], Int32Array.from(offsets)),
    [`${prefix}ids`]: namedArray([ids.length], ids),
    [`${prefix}values`]: namedArray([values.length], values),
  };
}

/** The rows that `rowArrays` made arrays of. */
export function rowsIn(arrays: Arrays, prefix = ''): SparseRows {
  const offsets = Uint32Array.from(arrays[`${prefix}offsets`].data as Int32Array);
  return {
    items: offsets.length - 1,
    offsets,
    ids: arrays[`${prefix}ids`].data as Int32Array,
    values: arrays[`${prefix}values`].data as Float32Array,
  };
}
