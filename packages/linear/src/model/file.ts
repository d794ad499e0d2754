/**
 * A solved linear model as one safetensors file of a bundle: `offsets`, `ids` and `values` of the
 * neighbours (sparse rows, one per item) and, if it was solved with content, `mean` and the fold-in
 * map's `map`, `kernel` and `diagonal`.
 */
import { namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import type { LinearModel } from './fit.ts';
import { rowArrays, rowsIn } from './sparse-row-arrays.ts';

export const LINEAR_FILE = 'linear.safetensors';

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

/**
 * Settings of a saved model and the search that selected them, as the manifest of its bundle stores
 * them.
 */
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
