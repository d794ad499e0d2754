/**
 * A solved linear model as one safetensors file of a bundle: `offsets`, `ids` and `values` of the neighbours (one row an
 * item, compressed), and with content `mean`, `map`, `kernel` and `diagonal` of the foldIn (fold.ts).
 */

import type { SparseRows } from '@lorekeep/core';
import { type Arrays, namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import type { LinearModel } from './fit.ts';

export const LINEAR_FILE = 'linear.safetensors';

/** Sparse rows as arrays of a safetensors file, their names after `prefix`. */
export function rowArrays({ offsets, ids, values }: SparseRows, prefix = ''): Arrays {
  return {
    [`${prefix}offsets`]: namedArray([offsets.length], Int32Array.from(offsets)),
    [`${prefix}ids`]: namedArray([ids.length], ids),
    [`${prefix}values`]: namedArray([values.length], values),
  };
}

/** What `rowArrays` wrote. */
export function rowsIn(arrays: Arrays, prefix = ''): SparseRows {
  const offsets = Uint32Array.from(arrays[`${prefix}offsets`].data as Int32Array);
  return {
    items: offsets.length - 1,
    offsets,
    ids: arrays[`${prefix}ids`].data as Int32Array,
    values: arrays[`${prefix}values`].data as Float32Array,
  };
}

export async function saveLinear(path: string, { neighbours, foldIn, mean }: LinearModel): Promise<void> {
  const { items } = neighbours;
  const flat = (data: Float32Array) => namedArray([data.length], data);
  const dim = mean?.length ?? 0;
  await saveSafetensors(path, {
    ...rowArrays(neighbours),
    ...(mean === undefined ? {} : { mean: flat(mean) }),
    ...(foldIn === undefined
      ? {}
      : {
          map: namedArray([items, dim], foldIn.map),
          kernel: namedArray([dim, dim], foldIn.kernel),
          diagonal: flat(foldIn.diagonal),
        }),
  });
}

/** Settings of a saved model and how they were chosen, as its bundle's manifest keeps them. */
export type LinearSummary = LinearModel['settings'] & { search: LinearModel['search'] };

export async function readLinear(path: string, { search, ...settings }: LinearSummary): Promise<LinearModel> {
  const { arrays } = await readSafetensors(path);
  const floats = (name: string) => arrays[name]?.data as Float32Array;
  const { lambda } = settings;
  return {
    settings,
    neighbours: rowsIn(arrays),
    foldIn:
      arrays.map === undefined
        ? undefined
        : { lambda, map: floats('map'), kernel: floats('kernel'), diagonal: floats('diagonal') },
    mean: arrays.mean === undefined ? undefined : floats('mean'),
    search,
  };
}
