/**
 * Solutions of one log and its content, reduced to the parts that are used: neighbours, diagonal
 * and what new items are folded in with. They depend only on the data and the settings, not on seed
 * or preset, so they can be cached.
 *
 * Up to `DENSE_ITEMS` items the whole matrix is inverted. Larger catalogues are solved column by
 * column. On Scientific (4,385 items) both have a validation NDCG@10 of .0982, on Instruments
 * (6,250 items) .1290 and .1273. Time is equal at about 5,000 items; at 9,000 the columns take a
 * third of it.
 */
import { firstOfEachRow, type SparseRows } from '@lorekeep/core';
import { createMatmulPool, type MatmulPool } from '@lorekeep/graph';
import { foldInMap } from '../fold-in/fold-in-map.ts';
import { packedPairs } from '../fold-in/local-fold-in.ts';
import { type LocalSolver, openLocalSolver } from '../local/local-solver.ts';
import { firstOfEachRegressedRow, neighbourRows } from '../local/neighbour-rows.ts';
import type { GramSettings, Interactions } from '../solve/gram.ts';
import { strongestNeighbours } from '../solve/neighbours.ts';
import { type SolveContext, solveItems } from '../solve/solve.ts';
import { diagonalOf } from '../solve/tiles.ts';
import { readNearest, writeNearest } from './nearest-cache.ts';
import { readSolution, type Solution, type SolutionCache, type SolutionKey, writeSolution } from './solution-cache.ts';

/** The largest catalogue whose matrix is inverted as a whole. */
export const DENSE_ITEMS = 9000;

export interface SolutionOptions extends Omit<SolveContext, 'pool'> {
  neighboursPerItem: number;
  /** Default: solutions are not cached. */
  cache?: SolutionCache;
  /** The largest catalogue whose matrix is inverted as a whole. Default `DENSE_ITEMS`. */
  denseItems?: number;
}

/** Solves the linear model for one setting after the other. */
export interface Solutions {
  /** Whether columns are solved one by one. */
  readonly isLocal: boolean;
  /**
   * Reads the solution from the cache or solves it. Calls must not overlap.
   *
   * @param withFoldIn whether what new items are folded in with is computed too
   * @throws LorekeepError `OPTION_INVALID`, `LINEAR_NOT_DEFINITE`; `signal.reason` if aborted
   */
  solve(settings: GramSettings, withFoldIn?: boolean): Promise<Solution>;
  /**
   * The strongest neighbours alone, not cached.
   *
   * @param columns sample of the items whose columns are solved, if columns are solved one by one.
   *   Default: all.
   */
  neighbours(settings: GramSettings, columns?: Int32Array): Promise<SparseRows>;
  close(): Promise<void>;
}

/** Neighbours per item in a cached solution, at least: presets that need fewer can share it. */
const MIN_CACHED_NEIGHBOURS = 200;

/**
 * Threads and the parts that all solutions share are made with the first solution that is not
 * cached.
 *
 * @param content `[items × contentDim]` centred, `undefined` without content
 */
export function openSolutions(
  interactions: Interactions,
  content: Float32Array | undefined,
  { neighboursPerItem, cache, threads, denseItems = DENSE_ITEMS, progress, signal }: SolutionOptions,
): Solutions {
  const { items } = interactions;
  const run = { progress, signal };
  const isLocal = items > denseItems;
  const perItem = cache === undefined ? neighboursPerItem : Math.max(neighboursPerItem, MIN_CACHED_NEIGHBOURS);
  let pool: MatmulPool | undefined;
  let solver: Promise<LocalSolver> | undefined;

  const products = () => (pool ??= createMatmulPool(threads));
  const local = () => (solver ??= openLocal());

  /** All solvers of one content find the same nearest texts, so the first one caches them. */
  async function openLocal(): Promise<LocalSolver> {
    const cached = content === undefined ? undefined : await readNearest(cache, items);
    const opened = await openLocalSolver(interactions, content, { threads, nearest: cached, ...run });
    const { nearest } = opened.data;
    try {
      if (cached === undefined && nearest !== undefined) await writeNearest(cache, nearest);
    } catch (error) {
      await opened.close();
      throw error;
    }
    return opened;
  }

  async function solvedAsWhole(settings: GramSettings, withFoldIn: boolean): Promise<Solution> {
    const used = settings.beta > 0 ? content : undefined;
    const inverse = await solveItems(interactions, used, settings, { pool: products(), ...run });
    return {
      neighbours: strongestNeighbours(inverse, perItem),
      diagonal: diagonalOf(inverse),
      foldIn: withFoldIn ? await foldInMap(inverse, used as Float32Array, settings, products(), { signal }) : undefined,
    };
  }
  async function solvedByColumns(settings: GramSettings, withFoldIn: boolean): Promise<Solution> {
    const { data, solve } = await local();
    const columns = await solve(settings, undefined, run);
    const diagonal = Float32Array.from(columns.diagonal);
    return {
      neighbours: neighbourRows(columns, items, perItem),
      diagonal,
      foldIn: withFoldIn
        ? { ...settings, content: content as Float32Array, ...packedPairs(data.counts), diagonal }
        : undefined,
    };
  }

  return {
    isLocal,
    async solve({ lambda, beta }, withFoldIn = false) {
      const settings = { lambda, beta };
      const needsFoldIn = withFoldIn && beta > 0 && content !== undefined;
      const key: SolutionKey = { ...settings, neighboursPerItem: perItem, withFoldIn: needsFoldIn, isLocal };
      let whole = await readSolution(cache, key, content);
      if (whole === undefined) {
        whole = await (isLocal ? solvedByColumns : solvedAsWhole)(settings, needsFoldIn);
        await writeSolution(cache, key, whole);
      }
      return { ...whole, neighbours: firstNeighbours(whole.neighbours, neighboursPerItem) };
    },
    async neighbours({ lambda, beta }, columns) {
      const settings = { lambda, beta };
      if (!isLocal) {
        const inverse = await solveItems(interactions, content, settings, { pool: products(), signal });
        return strongestNeighbours(inverse, neighboursPerItem);
      }
      const solved = await (await local()).solve(settings, columns, { signal });
      const share = (columns?.length ?? items) / items;
      return neighbourRows(solved, items, Math.ceil(share * neighboursPerItem), columns);
    },
    async close() {
      await pool?.close();
      // A solver that failed to open has closed itself.
      await solver?.then(
        (open) => open.close(),
        () => {},
      );
    },
  };
}

function firstNeighbours({ margins, ...rows }: Solution['neighbours'], perRow: number): Solution['neighbours'] {
  return margins === undefined ? firstOfEachRow(rows, perRow) : firstOfEachRegressedRow({ ...rows, margins }, perRow);
}
