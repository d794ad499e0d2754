/**
 * Columns of a solved model, solved again on its rows and what has come since: the very computation of
 * training for the same columns. It runs in a thread of its own (worker.ts).
 *
 * The nearest texts of an item are found among all items, in one matrix product for all items of a
 * batch. Up to 65,536 items training compares all texts too; above, it compares those of near clusters.
 */
import { createTopK } from '@lorekeep/core';
import type { LocalFoldIn } from '../fold-in/local-fold-in.ts';
import { type ColumnSolver, openColumnSolver } from '../local/column-solver.ts';
import { REGRESSORS } from '../local/local-solver.ts';
import { openProducts } from '../local/nearest-texts.ts';
import { RIDGE_BATCH } from '../local/ridge.ts';
import type { RowView } from '../local/row-readers.ts';
import type { Columns } from '../local/shared-data.ts';
import { createLiveRows, type UserChange } from './live-rows.ts';

/** Items whose columns are solved together. */
export const LIVE_BATCH = RIDGE_BATCH;

/** Items that a batch is compared with in one product. */
const BLOCK = 2048;

/** The part of a model that live columns are solved from; its large arrays are in shared memory. */
export type LiveModel = Pick<LocalFoldIn, 'lambda' | 'beta' | 'content' | 'pairs' | 'chosen'>;

/** One column of B. */
export interface LiveColumn {
  row: number;
  /** Items with a positive weight to the item. */
  ids: Int32Array;
  weights: Float32Array;
  /** The nearest texts among the items that the model was solved with: they may have been regressors. */
  texts: Int32Array;
}

export interface LiveSolver {
  /** @param content `[rows.length × contentDim]` centred texts of later items */
  putTexts(rows: ArrayLike<number>, content: Float32Array): void;
  count(changes: readonly UserChange[]): void;
  /** @param rows at most `LIVE_BATCH` */
  solve(rows: readonly number[]): Promise<LiveColumn[]>;
  /** Items whose column was solved before a row of one of its regressors changed. */
  outdated(): number[];
  close(): Promise<void>;
}

export async function openLiveSolver(
  model: LiveModel,
  { regressors = REGRESSORS }: { regressors?: number } = {},
): Promise<LiveSolver> {
  const { lambda, beta, chosen } = model;
  const rows = createLiveRows(model);
  const { dim } = rows.texts;
  const solvedItems = chosen.length;
  const width = regressors;
  /** Of equal cosines the item that more users chose comes first, as in training. */
  const order = Int32Array.from(chosen.keys()).sort((a, b) => chosen[b] - chosen[a] || a - b);
  const products = await openProducts(RIDGE_BATCH, BLOCK, dim);
  const queries = new Float32Array(RIDGE_BATCH * dim);
  const others = new Float32Array(BLOCK * dim);
  const best = Array.from({ length: RIDGE_BATCH }, () => createTopK(width));
  const nearest = new Map<number, RowView>();
  /** What the columns were solved on. */
  const solvedOn = new Map<number, { version: number; ids: Int32Array }>();
  let solver: ColumnSolver | undefined;
  let capacity = 0;

  /** The rows of all items, those that the model was solved with first. */
  function* blocks(from: number, to: number): Generator<{ first: number; ids: Int32Array }> {
    for (let first = from; first < to; first += BLOCK) {
      const length = Math.min(BLOCK, to - first);
      yield {
        first,
        ids: Int32Array.from({ length }, (_, at) => (first + at < solvedItems ? order[first + at] : first + at)),
      };
    }
  }

  async function compare(batch: readonly number[], from: number, to: number): Promise<void> {
    for (const { first, ids } of blocks(from, to)) {
      rows.texts.gather(ids, others);
      others.fill(0, ids.length * dim);
      const cosines = await products.run(queries, others);
      batch.forEach((item, row) => {
        for (let at = 0, start = row * BLOCK; at < ids.length; at++) {
          const cosine = cosines[start + at];
          if (cosine >= best[row].least && cosine !== 0 && ids[at] !== item) best[row].offer(first + at, cosine);
        }
      });
    }
  }

  function drained(row: number): RowView {
    const [positions, values] = [new Int32Array(width), new Float32Array(width)];
    const to = best[row].drain(positions, values, 0);
    const ids = positions.subarray(0, to).map((position) => (position < solvedItems ? order[position] : position));
    return { ids, values, from: 0, to };
  }

  /** @returns the nearest texts among the items that the model was solved with */
  async function findNearest(batch: readonly number[]): Promise<Int32Array[]> {
    rows.texts.gather(batch, queries);
    for (const own of best) own.clear();
    await compare(batch, 0, solvedItems);
    const known = batch.map((_, row) => drained(row).ids);
    await compare(batch, solvedItems, rows.items);
    nearest.clear();
    for (const [row, item] of batch.entries()) nearest.set(item, drained(row));
    return known;
  }

  async function solverNow(): Promise<ColumnSolver> {
    if (solver !== undefined && capacity === rows.capacity) return solver;
    await solver?.close();
    capacity = rows.capacity;
    const nearestOf = (item: number) => nearest.get(item) as RowView;
    const sources = { items: capacity, pairs: rows.pairs, texts: rows.texts, nearestOf };
    solver = await openColumnSolver(sources, { lambda, beta }, width);
    return solver;
  }

  return {
    putTexts(items, content) {
      for (let at = 0; at < items.length; at++) rows.putText(items[at], content.subarray(at * dim, (at + 1) * dim));
    },
    count(changes) {
      for (const change of changes) rows.count(change);
    },
    async solve(batch) {
      const { version } = rows;
      const texts = await findNearest(batch);
      const columns = emptyColumns(batch.length, width);
      await (await solverNow()).solve(batch, columns, 0);
      return batch.map((row, at) => {
        const from = at * width;
        const ids = columns.ids.slice(from, from + columns.lengths[at]);
        solvedOn.set(row, { version, ids });
        const positive = Array.from(ids.keys()).filter((place) => columns.weights[from + place] > 0);
        return {
          row,
          ids: Int32Array.from(positive, (place) => ids[place]),
          weights: Float32Array.from(positive, (place) => columns.weights[from + place]),
          texts: texts[at],
        };
      });
    },
    outdated() {
      const isNewer = (version: number) => (row: number) => rows.versionOf(row) > version;
      return [...solvedOn].flatMap(([row, { version, ids }]) =>
        ids.some(isNewer(version)) || isNewer(version)(row) ? [row] : [],
      );
    },
    async close() {
      await Promise.all([products.close(), solver?.close()]);
    },
  };
}

function emptyColumns(count: number, width: number): Columns {
  return {
    width,
    lengths: new Int32Array(count),
    ids: new Int32Array(count * width),
    weights: new Float32Array(count * width),
    margins: new Float32Array(count * width),
    diagonal: new Float32Array(count),
  };
}
