/**
 * One exact solution cut to what is used of it. A solution depends on the data and its settings alone, not on seed or preset, and of
 * a large catalogue it is minutes of work, so it is kept in a file: a run that was killed, another seed or another preset
 * takes it from there. Files of other data are removed.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, sha256, writeFileAtomic } from '@lorekeep/core';
import { type Arrays, createProductPool, namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { rowArrays, rowsIn } from './file.ts';
import { type Adaptation, adaptationOf } from './fold.ts';
import type { GramSettings, Interactions } from './gram.ts';
import { firstOfEach, type Neighbours, strongestNeighbours } from './neighbours.ts';
import { type SolveContext, solveItems } from './solve.ts';
import { diagonalOf } from './tiles.ts';

export interface Solution {
  neighbours: Neighbours;
  /** P_ii `[items]` */
  diagonal: Float32Array;
  /** Only where asked for, and solved with content. */
  adaptation: Adaptation | undefined;
}

/** Where solutions are kept, and of what data. */
export interface Shelf {
  directory: string;
  /** Of everything a solution depends on besides its settings: the training events and the content. */
  data: string;
}

export interface SolutionOptions extends SolveContext {
  perItem: number;
  /** The map that folds new items in is made too. Default false. */
  adapted?: boolean;
  /** Default: nothing is kept. */
  shelf?: Shelf;
}

const PREFIX = 'solved-';
/** Neighbours that are kept at least, so that presets which want fewer find theirs. */
const LEAST_KEPT = 200;
/** Of the files' form, and of what is computed. */
const EDITION = 1;

/**
 * @param content `[items × contentDim]` centred, `undefined` without content
 * @throws LorekeepError what `solveItems` throws
 */
export async function solution(
  interactions: Interactions,
  content: Float32Array | undefined,
  { lambda, beta }: GramSettings,
  { perItem, adapted = false, shelf, threads, pool: given, ...run }: SolutionOptions,
): Promise<Solution> {
  const used = beta > 0 ? content : undefined;
  const wantsMap = adapted && used !== undefined;
  const most = shelf === undefined ? perItem : Math.max(perItem, LEAST_KEPT);
  const path = shelf && placeOn(shelf, [lambda, beta, most, wantsMap], '.safetensors');
  const cut = (whole: Solution) => ({ ...whole, neighbours: firstOfEach(whole.neighbours, perItem) });
  const kept = path === undefined ? undefined : await readKept(path, lambda);
  if (kept !== undefined) return cut(kept);

  const pool = given ?? createProductPool(threads);
  try {
    const settings = { lambda, beta };
    const inverse = await solveItems(interactions, used, settings, { pool, ...run });
    const solved: Solution = {
      neighbours: strongestNeighbours(inverse, most),
      diagonal: diagonalOf(inverse),
      adaptation: wantsMap ? await adaptationOf(inverse, used, settings, pool, { signal: run.signal }) : undefined,
    };
    if (path !== undefined) await keep(path, solved);
    return cut(solved);
  } finally {
    if (given === undefined) await pool.close();
  }
}

async function keep(path: string, { neighbours, diagonal, adaptation }: Solution) {
  const items = neighbours.items;
  const arrays: Arrays = { ...rowArrays(neighbours), diagonal: namedArray([diagonal.length], diagonal) };
  if (adaptation !== undefined) {
    const dim = adaptation.map.length / items;
    arrays.map = namedArray([items, dim], adaptation.map);
    arrays.kernel = namedArray([dim, dim], adaptation.kernel);
  }
  await mkdir(dirname(path), { recursive: true });
  await saveSafetensors(path, arrays);
}

/** `undefined` where there is none that can be read: it is then solved again. */
async function readKept(path: string, lambda: number): Promise<Solution | undefined> {
  try {
    const { arrays } = await readSafetensors(path);
    const floats = (name: string) => arrays[name].data as Float32Array;
    const diagonal = floats('diagonal');
    return {
      neighbours: rowsIn(arrays),
      diagonal,
      adaptation: arrays.map && { lambda, map: floats('map'), kernel: floats('kernel'), diagonal },
    };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error).startsWith('SAFETENSORS')) return undefined;
    throw error;
  }
}

/** What is known by name `what` of the shelf's data, `undefined` where nothing is. */
export async function keptNote<T>(shelf: Shelf | undefined, what: unknown): Promise<T | undefined> {
  if (shelf === undefined) return undefined;
  try {
    return JSON.parse(await readFile(placeOn(shelf, what, '.json'), 'utf8')) as T;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Keeps something small beside the solutions. */
export async function keepNote(shelf: Shelf | undefined, what: unknown, note: unknown): Promise<void> {
  if (shelf === undefined) return;
  await mkdir(shelf.directory, { recursive: true });
  await writeFileAtomic(placeOn(shelf, what, '.json'), JSON.stringify(note));
}

/** Removes what is kept of other data than this. */
export async function clearShelf(shelf: Shelf): Promise<void> {
  const names = await readdir(shelf.directory).catch((error) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of names)
    if (name.startsWith(PREFIX) && !name.startsWith(PREFIX + short(shelf.data)))
      await rm(join(shelf.directory, name), { force: true });
}

const short = (text: string) => sha256(text).slice(0, 16);

function placeOn({ directory, data }: Shelf, what: unknown, ending: string): string {
  return join(directory, `${PREFIX}${short(data)}-${short(JSON.stringify([EDITION, what]))}${ending}`);
}
