/**
 * Solutions and search results in files. A restarted run, another seed or another preset on the
 * same data reads them instead of solving again.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, type SparseRows, sha256, writeFileAtomic } from '@lorekeep/core';
import { type Arrays, namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import type { FoldInMap } from '../fold-in/fold-in-map.ts';
import type { GramSettings } from '../solve/gram.ts';
import { rowArrays, rowsIn } from './sparse-row-arrays.ts';

export interface Solution {
  neighbours: SparseRows;
  /** P_ii `[items]` */
  diagonal: Float32Array;
  /** `undefined` if it was not requested or the model was solved without content. */
  foldIn: FoldInMap | undefined;
}

/** Where solutions are cached. */
export interface SolutionCache {
  directory: string;
  /**
   * Identifies everything besides settings that a solution depends on: training events and content.
   */
  data: string;
}

/** What a cached solution depends on besides the data. */
export interface SolutionKey extends GramSettings {
  neighboursPerItem: number;
  withFoldIn: boolean;
}

const PREFIX = 'solved-';
/** Version of the file format and of the computation. */
const FORMAT_VERSION = 2;

const solutionPath = (cache: SolutionCache, { lambda, beta, neighboursPerItem, withFoldIn }: SolutionKey) =>
  pathIn(cache, [lambda, beta, neighboursPerItem, withFoldIn], '.safetensors');

/** `undefined` if there is no file or it cannot be read; the solution is then computed again. */
export async function readSolution(cache: SolutionCache | undefined, key: SolutionKey): Promise<Solution | undefined> {
  if (cache === undefined) return undefined;
  try {
    const { arrays } = await readSafetensors(solutionPath(cache, key));
    const floats = (name: string) => arrays[name].data as Float32Array;
    const diagonal = floats('diagonal');
    return {
      neighbours: rowsIn(arrays),
      diagonal,
      foldIn: arrays.map && { lambda: key.lambda, map: floats('map'), kernel: floats('kernel'), diagonal },
    };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error).startsWith('SAFETENSORS')) return undefined;
    throw error;
  }
}

export async function writeSolution(
  cache: SolutionCache | undefined,
  key: SolutionKey,
  { neighbours, diagonal, foldIn }: Solution,
): Promise<void> {
  if (cache === undefined) return;
  const items = neighbours.items;
  const arrays: Arrays = { ...rowArrays(neighbours), diagonal: namedArray([diagonal.length], diagonal) };
  if (foldIn !== undefined) {
    const dim = foldIn.map.length / items;
    arrays.map = namedArray([items, dim], foldIn.map);
    arrays.kernel = namedArray([dim, dim], foldIn.kernel);
  }
  const path = solutionPath(cache, key);
  await mkdir(dirname(path), { recursive: true });
  await saveSafetensors(path, arrays);
}

/**
 * Reads a JSON value that belongs to the data of the cache.
 *
 * @param key any JSON value
 * @returns `undefined` if there is none
 */
export async function readCached<T>(cache: SolutionCache | undefined, key: unknown): Promise<T | undefined> {
  if (cache === undefined) return undefined;
  try {
    return JSON.parse(await readFile(pathIn(cache, key, '.json'), 'utf8')) as T;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Writes a small JSON value beside the solutions. */
export async function writeCached(cache: SolutionCache | undefined, key: unknown, value: unknown): Promise<void> {
  if (cache === undefined) return;
  await mkdir(cache.directory, { recursive: true });
  await writeFileAtomic(pathIn(cache, key, '.json'), JSON.stringify(value));
}

/** Removes the files that belong to other data. */
export async function clearSolutions(cache: SolutionCache): Promise<void> {
  const names = await readdir(cache.directory).catch((error) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of names)
    if (name.startsWith(PREFIX) && !name.startsWith(PREFIX + shortHash(cache.data)))
      await rm(join(cache.directory, name), { force: true });
}

const shortHash = (text: string) => sha256(text).slice(0, 16);

function pathIn({ directory, data }: SolutionCache, key: unknown, ending: string): string {
  return join(directory, `${PREFIX}${shortHash(data)}-${shortHash(JSON.stringify([FORMAT_VERSION, key]))}${ending}`);
}
