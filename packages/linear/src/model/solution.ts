/**
 * An exact solution, reduced to the parts that are used: neighbours, diagonal and fold-in map. It
 * depends only on the data and its settings, not on seed or preset. Solving takes minutes for a
 * large catalogue, so solutions can be cached.
 */
import { firstOfEachRow } from '@lorekeep/core';
import { createMatmulPool } from '@lorekeep/graph';
import { foldInMap } from '../fold-in/fold-in-map.ts';
import type { GramSettings, Interactions } from '../solve/gram.ts';
import { strongestNeighbours } from '../solve/neighbours.ts';
import { type SolveContext, solveItems } from '../solve/solve.ts';
import { diagonalOf } from '../solve/tiles.ts';
import { readSolution, type Solution, type SolutionCache, type SolutionKey, writeSolution } from './solution-cache.ts';

export interface SolutionOptions extends SolveContext {
  neighboursPerItem: number;
  /** Whether the fold-in map is computed too. Default false. */
  withFoldIn?: boolean;
  /** Default: solutions are not cached. */
  cache?: SolutionCache;
}

/** Neighbours per item in a cached solution, at least: presets that need fewer can share it. */
const MIN_CACHED_NEIGHBOURS = 200;

/**
 * Reads the solution from the cache or solves it.
 *
 * @param content `[items × contentDim]` centred, `undefined` without content
 * @throws LorekeepError `OPTION_INVALID`, `LINEAR_NOT_DEFINITE`
 */
export async function solution(
  interactions: Interactions,
  content: Float32Array | undefined,
  { lambda, beta }: GramSettings,
  { neighboursPerItem, withFoldIn = false, cache, threads, pool: given, ...run }: SolutionOptions,
): Promise<Solution> {
  const used = beta > 0 ? content : undefined;
  const needsFoldIn = withFoldIn && used !== undefined;
  const perItem = cache === undefined ? neighboursPerItem : Math.max(neighboursPerItem, MIN_CACHED_NEIGHBOURS);
  const key: SolutionKey = { lambda, beta, neighboursPerItem: perItem, withFoldIn: needsFoldIn };
  const reduced = (whole: Solution) => ({ ...whole, neighbours: firstOfEachRow(whole.neighbours, neighboursPerItem) });
  const cached = await readSolution(cache, key);
  if (cached !== undefined) return reduced(cached);

  const pool = given ?? createMatmulPool(threads);
  try {
    const settings = { lambda, beta };
    const inverse = await solveItems(interactions, used, settings, { pool, ...run });
    const solved: Solution = {
      neighbours: strongestNeighbours(inverse, perItem),
      diagonal: diagonalOf(inverse),
      foldIn: needsFoldIn ? await foldInMap(inverse, used, settings, pool, { signal: run.signal }) : undefined,
    };
    await writeSolution(cache, key, solved);
    return reduced(solved);
  } finally {
    if (given === undefined) await pool.close();
  }
}
