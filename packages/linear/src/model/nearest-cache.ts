/** The nearest texts of a catalogue in a file beside its solutions: all of them share these. */
import { mkdir } from 'node:fs/promises';
import { errorCode } from '@lorekeep/core';
import { namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { createTextNeighbours } from '../local/nearest-texts.ts';
import type { TextNeighbours } from '../local/shared-data.ts';
import { pathIn, type SolutionCache } from './solution-cache.ts';

const pathOf = (cache: SolutionCache) => pathIn(cache, 'nearest texts', '.safetensors');

/** `undefined` if there is no file or it cannot be read; they are then found again. */
export async function readNearest(
  cache: SolutionCache | undefined,
  items: number,
): Promise<TextNeighbours | undefined> {
  if (cache === undefined) return undefined;
  try {
    const { arrays } = await readSafetensors(pathOf(cache));
    const nearest = createTextNeighbours(items, arrays.ids.data.length / items);
    nearest.ids.set(arrays.ids.data as Int32Array);
    nearest.cosines.set(arrays.cosines.data as Float32Array);
    return nearest;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error).startsWith('SAFETENSORS')) return undefined;
    throw error;
  }
}

export async function writeNearest(cache: SolutionCache | undefined, { ids, cosines }: TextNeighbours): Promise<void> {
  if (cache === undefined) return;
  await mkdir(cache.directory, { recursive: true });
  await saveSafetensors(pathOf(cache), {
    ids: namedArray([ids.length], ids),
    cosines: namedArray([cosines.length], cosines),
  });
}
