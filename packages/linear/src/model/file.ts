/**
 * A solved linear model as one safetensors file of a bundle: `offsets`, `ids` and `values` of the
 * neighbours (sparse rows, one per item) and, if it was solved with content, `mean`, `diagonal` and
 * what new items are folded in with: `map` and `kernel` of a whole solution; `content`, `chosen` and
 * the sparse rows `pairs/…` of a solution by columns.
 */
import { namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { sharedFoldIn } from '../fold-in/local-fold-in.ts';
import { withRoom } from '../live/live-weights.ts';
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

/**
 * @param live for a model whose columns move while it serves, if they were solved one by one: its rows
 *   have room, and what columns are solved from is in shared memory. Default false.
 */
export async function readLinear(
  path: string,
  { search, ...settings }: LinearSummary,
  { live = false }: { live?: boolean } = {},
): Promise<LinearModel> {
  const { arrays } = await readSafetensors(path);
  const neighbours = rowsIn(arrays);
  const foldIn = foldInOf(arrays, settings);
  const isLive = live && foldIn !== undefined && 'pairs' in foldIn;
  return {
    settings,
    neighbours: isLive ? withRoom(neighbours, settings.neighboursPerItem) : neighbours,
    foldIn: isLive ? sharedFoldIn(foldIn) : foldIn,
    mean: arrays.mean === undefined ? undefined : (arrays.mean.data as Float32Array),
    search,
  };
}
