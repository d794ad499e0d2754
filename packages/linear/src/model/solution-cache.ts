/**
 * Solutions and search results in files. A restarted run, another seed or another preset on the
 * same data reads them instead of solving again.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, type SparseRows, sha256, writeFileAtomic } from '@lorekeep/core';
import { type Arrays, namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import type { FoldIn } from '../fold-in/folded-items.ts';
import type { RegressedRows } from '../local/neighbour-rows.ts';
import type { GramSettings } from '../solve/gram.ts';
import { foldInArrays, foldInOf } from './fold-in-arrays.ts';
import { rowArrays, rowsIn } from './sparse-row-arrays.ts';

export interface Solution {
  /** With margins if the columns were solved one by one. */
  neighbours: SparseRows & Partial<RegressedRows>;
  /** P_ii `[items]` */
  diagonal: Float32Array;
  /** `undefined` if it was not requested or the model was solved without content. */
  foldIn: FoldIn | undefined;
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
  /** Whether it was solved column by column. */
  isLocal: boolean;
}

const PREFIX = 'solved-';
/** Version of the file format and of the computation. */
const FORMAT_VERSION = 3;

const solutionPath = (cache: SolutionCache, { lambda, beta, neighboursPerItem, withFoldIn, isLocal }: SolutionKey) =>
  pathIn(cache, [lambda, beta, neighboursPerItem, withFoldIn, isLocal], '.safetensors');

/**
 * @param content that the model was solved with; the file does not hold it
 * @returns `undefined` if there is no file or it cannot be read; the solution is then computed again
 */
export async function readSolution(
  cache: SolutionCache | undefined,
  key: SolutionKey,
  content: Float32Array | undefined,
): Promise<Solution | undefined> {
  if (cache === undefined) return undefined;
  try {
    const { arrays } = await readSafetensors(solutionPath(cache, key));
    const diagonal = arrays.diagonal.data as Float32Array;
    const foldIn = foldInOf(
      content === undefined ? arrays : { ...arrays, content: namedArray([content.length], content) },
      key,
    );
    const neighbours: Solution['neighbours'] = rowsIn(arrays);
    if ('margins' in arrays) neighbours.margins = arrays.margins.data as Float32Array;
    return { neighbours, diagonal, foldIn };
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
  const { content: _, ...folding } = foldIn === undefined ? {} : foldInArrays(foldIn, items);
  const arrays: Arrays = { ...rowArrays(neighbours), ...folding, diagonal: namedArray([items], diagonal) };
  const { margins } = neighbours;
  if (margins !== undefined) arrays.margins = namedArray([margins.length], margins);
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

/** @param key any JSON value */
export function pathIn({ directory, data }: SolutionCache, key: unknown, ending: string): string {
  return join(directory, `${PREFIX}${shortHash(data)}-${shortHash(JSON.stringify([FORMAT_VERSION, key]))}${ending}`);
}
