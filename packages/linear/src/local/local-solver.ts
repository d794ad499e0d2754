/**
 * The linear model, column by column. A column of B has few large weights, so each item is
 * regressed on its `REGRESSORS` strongest items alone, by ridge regression:
 *
 *     A_SS·w = A_Si,   B[S, i] = w,   P_ii = 1 / (A_ii − A_Siᵀ·w),   A = XᵀX + β·C·Cᵀ + λ·I.
 *
 * With all other items as S this is the exact solution (the inverse by blocks). Time and memory grow
 * with the number of items, and every column is independent of the others. Related: SLIM (Ning &
 * Karypis 2011), sparse Markov random fields (Steck 2019).
 */
import { noProgress, optionErrors, type RunContext } from '@lorekeep/core';
import { sharedFloats } from '@lorekeep/graph';
import type { GramSettings, Interactions } from '../solve/gram.ts';
import { createCells } from './cells.ts';
import { createTextNeighbours } from './nearest-texts.ts';
import { createPairCounts } from './pair-counts.ts';
import {
  type Columns,
  type SharedData,
  type SharedLog,
  type SharedTexts,
  shared,
  sharedInts,
  sharedLog,
  type TextNeighbours,
} from './shared-data.ts';
import { openSolverThreads } from './threads.ts';

/** Regressors of an item. */
export const REGRESSORS = 100;
/** Entries of XᵀX that are stored per item, at least. */
export const COUNTS_PER_ITEM = 256;

const ITEMS_PER_TASK = 256;
const COUNTED_PER_TASK = 1024;

export interface LocalSolverOptions extends RunContext {
  /** Default `REGRESSORS`. */
  regressors?: number;
  /** Default: all cores. */
  threads?: number;
  /** Nearest texts that an earlier solver of the same content found. Default: they are found. */
  nearest?: TextNeighbours;
  /** Largest catalogue whose nearest texts are exact. Default 65,536. */
  exactItems?: number;
}

export interface LocalSolver {
  readonly data: SharedData;
  /**
   * Solves columns. Progress is reported as stage `'solve'`, unit `'items'`.
   *
   * @param rows items whose columns are solved. Default: all.
   * @throws LorekeepError `OPTION_INVALID` for λ or β out of its range, `LINEAR_NOT_DEFINITE`;
   *   `signal.reason` if aborted
   */
  solve(settings: GramSettings, rows?: Int32Array, context?: RunContext): Promise<Columns>;
  close(): Promise<void>;
}

/**
 * Counts the pairs of the log and finds the nearest texts, which all settings share. Progress is
 * reported as stage `'solve'`, unit `'items'`.
 *
 * @param content `[items × contentDim]` centred rows of length 1, zeros for an item without text;
 *   `undefined` without content. It is copied if it is not in shared memory.
 * @throws LorekeepError `OPTION_INVALID`; `signal.reason` if aborted
 */
export async function openLocalSolver(
  interactions: Interactions,
  content: Float32Array | undefined,
  { regressors = REGRESSORS, threads, nearest, exactItems, progress = noProgress, signal }: LocalSolverOptions = {},
): Promise<LocalSolver> {
  const { items } = interactions;
  if (!Number.isInteger(regressors) || regressors < 1)
    throw optionErrors.OPTION_INVALID({
      name: 'regressors',
      value: regressors,
      allowed: 'a whole number of at least 1',
    });
  const width = Math.max(1, Math.min(regressors, items - 1));
  const workers = openSolverThreads(threads);
  const report = (note: string) => ({
    signal,
    onDone: (done: number) => progress({ stage: 'solve', done, total: items, unit: 'items', note }),
  });
  async function nearestTexts(log: SharedLog, texts: SharedTexts): Promise<TextNeighbours> {
    const cells = await createCells(log, texts, workers, { exactItems, signal });
    const into = createTextNeighbours(items, width);
    const count = cells.offsets.length - 1;
    await workers.run({ kind: 'nearest', data: { texts }, cells, into }, count, 1, {
      signal,
      onDone: (done) =>
        progress({ stage: 'solve', done: cells.offsets[done], total: items, unit: 'items', note: 'nearest texts' }),
    });
    return into;
  }
  try {
    const log = sharedLog(interactions);
    const limit = Math.max(COUNTS_PER_ITEM, regressors);
    const counts = createPairCounts(log, limit);
    const stage = { kind: 'count', data: { log, counts }, limit } as const;
    await workers.run(stage, items, COUNTED_PER_TASK, report('pairs of items'));
    const data: SharedData = { log, counts };
    if (content !== undefined && items > 0) {
      const texts = { content: shared(content), dim: content.length / items };
      Object.assign(data, { texts, nearest: nearest ?? (await nearestTexts(log, texts)) });
    }
    return {
      data,
      async solve(settings, rows, run = {}) {
        checkSettings(settings);
        const total = rows?.length ?? items;
        const into: Columns = {
          width,
          lengths: sharedInts(total),
          ids: sharedInts(total * width),
          weights: sharedFloats(total * width),
          margins: sharedFloats(total * width),
          diagonal: sharedFloats(total),
        };
        await workers.run({ kind: 'solve', data, settings, rows, into }, total, ITEMS_PER_TASK, {
          signal: run.signal,
          onDone: (done) => run.progress?.({ stage: 'solve', done, total, unit: 'items' }),
        });
        return into;
      },
      close: () => workers.close(),
    };
  } catch (error) {
    await workers.close();
    throw error;
  }
}

function checkSettings({ lambda, beta }: GramSettings): void {
  if (!(lambda > 0 && lambda < Infinity))
    throw optionErrors.OPTION_INVALID({ name: 'lambda', value: lambda, allowed: 'a number above 0' });
  if (!(beta >= 0 && beta < Infinity))
    throw optionErrors.OPTION_INVALID({ name: 'beta', value: beta, allowed: 'a number of at least 0' });
}
