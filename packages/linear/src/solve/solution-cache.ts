/**
 * One exact solution cut to what is used of it. A solution depends on the data and its settings alone, not on seed or preset, and of
 * a large catalogue it is minutes of work, so it is kept in a file: a run that was killed, another seed or another preset
 * takes it from there. Files of other data are removed.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, firstOfEachRow, type SparseRows, sha256, writeFileAtomic } from '@lorekeep/core';
import { type Arrays, createMatmulPool, namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { rowArrays, rowsIn } from '../model/file.ts';
import { type FoldInMap, foldInMap } from '../model/fold-in.ts';
import type { GramSettings, Interactions } from './gram.ts';
import { strongestNeighbours } from './neighbours.ts';
import { type SolveContext, solveItems } from './solve.ts';
import { diagonalOf } from './tiles.ts';

export interface Solution {
  neighbours: SparseRows;
  /** P_ii `[items]` */
  diagonal: Float32Array;
  /** Only where asked for, and solved with content. */
  foldIn: FoldInMap | undefined;
}

/** Where solutions are kept, and of what data. */
export interface SolutionCache {
  directory: string;
  /** Of everything a solution depends on besides its settings: the training events and the content. */
  data: string;
}

export interface SolutionOptions extends SolveContext {
  neighboursPerItem: number;
  /** The map that folds new items in is made too. Default false. */
  withFoldIn?: boolean;
  /** Default: nothing is kept. */
  cache?: SolutionCache;
}

const PREFIX = 'solved-';
/** SparseRows that are kept at least, so that presets which want fewer find theirs. */
const MIN_NEIGHBOURS = 200;
/** Of the files' form, and of what is computed. */
const FORMAT_VERSION = 1;

/**
 * @param content `[items × contentDim]` centred, `undefined` without content
 * @throws LorekeepError what `solveItems` throws
 */
export async function solution(
  interactions: Interactions,
  content: Float32Array | undefined,
  { lambda, beta }: GramSettings,
  { neighboursPerItem, withFoldIn = false, cache, threads, pool: given, ...run }: SolutionOptions,
): Promise<Solution> {
  const used = beta > 0 ? content : undefined;
  const wantsFoldIn = withFoldIn && used !== undefined;
  const most = cache === undefined ? neighboursPerItem : Math.max(neighboursPerItem, MIN_NEIGHBOURS);
  const path = cache && pathIn(cache, [lambda, beta, most, wantsFoldIn], '.safetensors');
  const cut = (whole: Solution) => ({ ...whole, neighbours: firstOfEachRow(whole.neighbours, neighboursPerItem) });
  const kept = path === undefined ? undefined : await readSolution(path, lambda);
  if (kept !== undefined) return cut(kept);

  const pool = given ?? createMatmulPool(threads);
  try {
    const settings = { lambda, beta };
    const inverse = await solveItems(interactions, used, settings, { pool, ...run });
    const solved: Solution = {
      neighbours: strongestNeighbours(inverse, most),
      diagonal: diagonalOf(inverse),
      foldIn: wantsFoldIn ? await foldInMap(inverse, used, settings, pool, { signal: run.signal }) : undefined,
    };
    if (path !== undefined) await writeSolution(path, solved);
    return cut(solved);
  } finally {
    if (given === undefined) await pool.close();
  }
}

async function writeSolution(path: string, { neighbours, diagonal, foldIn }: Solution) {
  const items = neighbours.items;
  const arrays: Arrays = { ...rowArrays(neighbours), diagonal: namedArray([diagonal.length], diagonal) };
  if (foldIn !== undefined) {
    const dim = foldIn.map.length / items;
    arrays.map = namedArray([items, dim], foldIn.map);
    arrays.kernel = namedArray([dim, dim], foldIn.kernel);
  }
  await mkdir(dirname(path), { recursive: true });
  await saveSafetensors(path, arrays);
}

/** `undefined` where there is none that can be read: it is then solved again. */
async function readSolution(path: string, lambda: number): Promise<Solution | undefined> {
  try {
    const { arrays } = await readSafetensors(path);
    const floats = (name: string) => arrays[name].data as Float32Array;
    const diagonal = floats('diagonal');
    return {
      neighbours: rowsIn(arrays),
      diagonal,
      foldIn: arrays.map && { lambda, map: floats('map'), kernel: floats('kernel'), diagonal },
    };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error).startsWith('SAFETENSORS')) return undefined;
    throw error;
  }
}

/** What is known by name `what` of the cache's data, `undefined` where nothing is. */
export async function readNote<T>(cache: SolutionCache | undefined, what: unknown): Promise<T | undefined> {
  if (cache === undefined) return undefined;
  try {
    return JSON.parse(await readFile(pathIn(cache, what, '.json'), 'utf8')) as T;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Keeps something small beside the solutions. */
export async function writeNote(cache: SolutionCache | undefined, what: unknown, note: unknown): Promise<void> {
  if (cache === undefined) return;
  await mkdir(cache.directory, { recursive: true });
  await writeFileAtomic(pathIn(cache, what, '.json'), JSON.stringify(note));
}

/** Removes what is kept of other data than this. */
export async function clearSolutions(cache: SolutionCache): Promise<void> {
  const names = await readdir(cache.directory).catch((error) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of names)
    if (name.startsWith(PREFIX) && !name.startsWith(PREFIX + short(cache.data)))
      await rm(join(cache.directory, name), { force: true });
}

const short = (text: string) => sha256(text).slice(0, 16);

function pathIn({ directory, data }: SolutionCache, what: unknown, ending: string): string {
  return join(directory, `${PREFIX}${short(data)}-${short(JSON.stringify([FORMAT_VERSION, what]))}${ending}`);
}
