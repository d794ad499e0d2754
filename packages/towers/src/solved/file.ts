/**
 * A solved linear model as one safetensors file of a bundle: `offsets`, `ids` and `values` of the neighbours (one row an
 * item, compressed), and with content `mean`, `map`, `kernel` and `diagonal` of the adaptation (fold.ts).
 */
import { namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import type { BundleManifest } from '../types.ts';
import type { LinearModel } from './linear.ts';

export const LINEAR = 'linear.safetensors';

export async function saveLinear(path: string, { neighbours, adaptation, mean }: LinearModel): Promise<void> {
  const { items, offsets, ids, values } = neighbours;
  const flat = (data: Float32Array | Int32Array) => namedArray([data.length], data);
  const dim = mean?.length ?? 0;
  await saveSafetensors(path, {
    offsets: flat(Int32Array.from(offsets)),
    ids: flat(ids),
    values: flat(values),
    ...(mean === undefined ? {} : { mean: flat(mean) }),
    ...(adaptation === undefined
      ? {}
      : {
          map: namedArray([items, dim], adaptation.map),
          kernel: namedArray([dim, dim], adaptation.kernel),
          diagonal: flat(adaptation.diagonal),
        }),
  });
}

export async function readLinear(
  path: string,
  { search, ...settings }: NonNullable<BundleManifest['linear']>,
): Promise<LinearModel> {
  const { arrays } = await readSafetensors(path);
  const floats = (name: string) => arrays[name]?.data as Float32Array;
  const offsets = Uint32Array.from(arrays.offsets.data as Int32Array);
  const { lambda } = settings;
  return {
    settings,
    neighbours: {
      items: offsets.length - 1,
      offsets,
      ids: arrays.ids.data as Int32Array,
      values: floats('values'),
    },
    adaptation:
      arrays.map === undefined
        ? undefined
        : { lambda, map: floats('map'), kernel: floats('kernel'), diagonal: floats('diagonal') },
    mean: arrays.mean === undefined ? undefined : floats('mean'),
    search,
  };
}
