/**
 * A solved linear model as one safetensors file of a bundle: `offsets`, `ids` and `values` of the
 * neighbours (sparse rows, one per item) and, if it was solved with content, `mean`, `diagonal` and
 * what new items are folded in with: `map` and `kernel` of a whole solution; `content`, `chosen` and
 * the sparse rows `pairs/…` of a solution by columns.
 */
import { namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import type { LinearModel } from './fit.ts';
import { foldInArrays, foldInOf } from './fold-in-arrays.ts';
import { rowArrays, rowsIn } from './sparse-row-arrays.ts';

export const LINEAR_FILE = 'linear.safetensors';

export async function saveLinear(path: string, { neighbours, foldIn, mean }: LinearModel): Promise<void> {
  const { items } = neighbours;
  const flat = (data: Float32Array) => namedArray([data.length], data);
  await saveSafetensors(path, {
    ...rowArrays(neighbours),
    ...(mean === undefined ? {} : { mean: flat(mean) }),
    ...(foldIn === undefined ? {} : foldInArrays(foldIn, items)),
  });
}

/**
 * Settings of a saved model and the search that selected them, as the manifest of its bundle stores
 * them.
 */
export type LinearSummary = LinearModel['settings'] & { search: LinearModel['search'] };

export async function readLinear(path: string, { search, ...settings }: LinearSummary): Promise<LinearModel> {
  const { arrays } = await readSafetensors(path);
  return {
    settings,
    neighbours: rowsIn(arrays),
    foldIn: foldInOf(arrays, settings),
    mean: arrays.mean === undefined ? undefined : (arrays.mean.data as Float32Array),
    search,
  };
}
