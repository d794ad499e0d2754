/**
 * Fold-in beside a model that was solved column by column. The column of a new item is solved on
 * its own regressors S, the solved items with the largest β·c·c_i:
 *
 *     A_SS·w = β·C_S·c,   B[S, new] = w,   B[new, i] = w_i / (s·P_ii + w_i²),   s = λ + cᵀ·k,
 *     k = β·(c − C_Sᵀ·w),   B[new, other new] = (c_otherᵀ·k_new + c_newᵀ·k_other) / (2·s_new).
 *
 * k replaces K·c of `fold-in-map.ts`. Nothing of the solved model is changed or solved again.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTopK, type SparseRows } from '@lorekeep/core';
import { createGraphCache, namedArray, tf } from '@lorekeep/graph';
import { REGRESSORS } from '../local/local-solver.ts';
import type { Regressors } from '../local/regressors.ts';
import { createRidgeSolver, openContentProducts, RIDGE_BATCH } from '../local/ridge.ts';
import { pairRows, textRows } from '../local/row-readers.ts';
import { type PairCounts, shared, sharedInts } from '../local/shared-data.ts';

/** What fold-in needs of a model that was solved column by column. */
export interface LocalFoldIn {
  lambda: number;
  beta: number;
  /** `[items × contentDim]` centred, as the model was solved with */
  content: Float32Array;
  /** Strongest entries of XᵀX, without its diagonal. */
  pairs: SparseRows;
  /** `[items]` diagonal of XᵀX */
  chosen: Float32Array;
  /** P_ii `[items]` */
  diagonal: Float32Array;
}

/** The counts without the room between their rows. */
export function packedPairs({
  diagonal,
  offsets,
  lengths,
  ids,
  values,
}: PairCounts): Pick<LocalFoldIn, 'pairs' | 'chosen'> {
  const items = lengths.length;
  const ends = new Uint32Array(items + 1);
  for (let row = 0; row < items; row++) ends[row + 1] = ends[row] + lengths[row];
  const pairs = {
    items,
    offsets: ends,
    ids: new Int32Array(ends[items]),
    values: new Float32Array(ends[items]),
  };
  for (let row = 0; row < items; row++) {
    pairs.ids.set(ids.subarray(offsets[row], offsets[row] + lengths[row]), ends[row]);
    pairs.values.set(values.subarray(offsets[row], offsets[row] + lengths[row]), ends[row]);
  }
  return { pairs, chosen: Float32Array.from(diagonal) };
}

/** The same in shared memory, as far as it grows with content and events: threads read it without a copy. */
export function sharedFoldIn(foldIn: LocalFoldIn): LocalFoldIn {
  const { content, chosen, pairs } = foldIn;
  const ids = sharedInts(pairs.ids.length);
  ids.set(pairs.ids);
  return {
    ...foldIn,
    content: shared(content),
    chosen: shared(chosen),
    pairs: { ...pairs, ids, values: shared(pairs.values) },
  };
}

/** The column of one new item. */
export interface FoldedColumn {
  /** Solved items, in no particular order. */
  ids: Int32Array;
  /** Weights from them. */
  weights: Float32Array;
}

/** Columns that are solved before the event loop runs other work: some milliseconds. */
const SOLVED_PER_TURN = 4;
/** Solved items that a slice is compared with in one product. */
const BLOCK = 16_384;

export interface ColumnFolder {
  /**
   * @param rows `[slice × dim]` centred content of new items; rows from `count` on are padding
   * @returns the columns, and k of each item in `kernels [slice × dim]`
   */
  columns(rows: Float32Array, count: number): Promise<{ columns: FoldedColumn[]; kernels: Float32Array }>;
  close(): Promise<void>;
}

/** @param slice number of rows of each call */
export function createColumnFolder(
  { lambda, beta, content, pairs, chosen }: LocalFoldIn,
  slice: number,
  dim: number,
  { threads }: { threads?: number } = {},
): ColumnFolder {
  const items = chosen.length;
  const limit = Math.max(1, Math.min(REGRESSORS, items));
  const counts: PairCounts = {
    ...pairs,
    diagonal: chosen,
    lengths: Int32Array.from(chosen, (_, row) => pairs.offsets[row + 1] - pairs.offsets[row]),
  };
  const ridge = createRidgeSolver(items, pairRows(counts), { lambda, beta }, limit);
  const products = openContentProducts(limit, textRows({ content, dim }));
  const cosines = createGraphCache(({ a, b }) => ({ c: tf.matMul(a as never, b as never, false, true) }), {
    name: 'fold-in',
    threads,
  });

  /** The largest |β·c·c_i| of each item of the slice. */
  async function regressorsOf(rows: Float32Array, count: number): Promise<Regressors[]> {
    const best = Array.from({ length: count }, () => createTopK(limit, 0));
    const found = best.map(() => new Map<number, number>());
    for (let first = 0; first < items; first += BLOCK) {
      const size = Math.min(BLOCK, items - first);
      const block = content.subarray(first * dim, (first + size) * dim);
      const { c } = await cosines.run({ a: namedArray([slice, dim], rows), b: namedArray([size, dim], block) });
      const values = c.data as Float32Array;
      for (let row = 0; row < count; row++)
        for (let at = 0, from = row * size; at < size; at++) {
          const cosine = Math.abs(values[from + at]);
          if (cosine < best[row].least || cosine === 0) continue;
          best[row].offer(first + at, cosine);
          found[row].set(first + at, values[from + at]);
        }
      await nextTurn();
    }
    return best.map((own, row) => {
      const ids = new Int32Array(limit);
      const cross = new Float32Array(limit);
      const end = own.drain(ids, cross, 0);
      for (let at = 0; at < end; at++) cross[at] = beta * (found[row].get(ids[at]) as number);
      return { ids, cross, count: end };
    });
  }

  function kernelOf(c: Float32Array, { ids, count }: Regressors, weights: Float32Array, into: Float32Array): void {
    for (let k = 0; k < dim; k++) into[k] = beta * c[k];
    for (let at = 0; at < count; at++) {
      const from = ids[at] * dim;
      for (let k = 0; k < dim; k++) into[k] -= beta * weights[at] * content[from + k];
    }
  }

  return {
    async columns(rows, count) {
      const regressors = await regressorsOf(rows, count);
      const kernels = new Float32Array(slice * dim);
      const columns: FoldedColumn[] = [];
      for (let first = 0; first < count; first += RIDGE_BATCH) {
        const batch = regressors.slice(first, first + RIDGE_BATCH);
        const own = (await (await products).of(batch)).slice();
        for (const [at, one] of batch.entries()) {
          if (at % SOLVED_PER_TURN === 0) await nextTurn();
          const row = first + at;
          const c = rows.subarray(row * dim, (row + 1) * dim);
          const weights = new Float32Array(limit);
          const squared = own.subarray(at * limit * limit, (at + 1) * limit * limit);
          ridge.solve(items + row, one, lambda + beta, squared, weights);
          kernelOf(c, one, weights, kernels.subarray(row * dim, (row + 1) * dim));
          columns.push({ ids: one.ids.subarray(0, one.count), weights: weights.subarray(0, one.count) });
        }
      }
      return { columns, kernels };
    },
    async close() {
      await Promise.all([cosines.close(), products.then((open) => open.close())]);
    },
  };
}
