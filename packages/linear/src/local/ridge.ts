/**
 * Ridge regression of one item on its regressors S: A_SS·w = A_Si with A = XᵀX + β·C·Cᵀ + λ·I. The
 * products of content vectors are computed for many items in one graph, on one thread. The rest is
 * a Cholesky factorisation in float64.
 */
import { createSession, namedArray, OnnxGraphBuilder } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import type { GramSettings } from '../solve/gram.ts';
import { factorise, substitute } from './cholesky.ts';
import type { Regressors } from './regressors.ts';
import type { PairRows, TextRows } from './row-readers.ts';

/** Items whose products are computed in one run. */
export const RIDGE_BATCH = 16;

/** Products `[RIDGE_BATCH, limit, limit]` of the content vectors of the regressors. */
export async function openContentProducts(limit: number, { dim, gather }: TextRows) {
  const graph = new OnnxGraphBuilder('regressors');
  graph.input('rows', 'float32', [RIDGE_BATCH, limit, dim]);
  graph.node('com.microsoft.FusedMatMul', ['rows', 'rows'], { transB: 1 }, ['products']);
  graph.output('products', 'float32', [RIDGE_BATCH, limit, limit]);
  const session = await createSession(graph.toBytes(), { threads: 1, name: 'regressors' });
  const rows = new Float32Array(RIDGE_BATCH * limit * dim);
  const products = new Float32Array(RIDGE_BATCH * limit * limit);
  return {
    /** @returns the products; the next call overwrites them */
    async of(batch: readonly Pick<Regressors, 'ids' | 'count'>[]): Promise<Float32Array> {
      batch.forEach(({ ids, count }, at) => {
        const own = rows.subarray(at * limit * dim, (at + 1) * limit * dim);
        gather(ids.subarray(0, count), own);
        own.fill(0, count * dim);
      });
      await session.run(
        { rows: namedArray([RIDGE_BATCH, limit, dim], rows) },
        { products: namedArray([RIDGE_BATCH, limit, limit], products) },
      );
      return products;
    },
    close: () => session.close(),
  };
}

export interface RidgeSolver {
  /**
   * @param item for errors
   * @param diagonal A_ii
   * @param products `[limit × limit]` of the content vectors of the regressors, `undefined` without
   *   content
   * @param weights receives w
   * @returns P_ii = 1 / (A_ii − A_Siᵀ·w)
   * @throws LorekeepError `LINEAR_NOT_DEFINITE` if a number is not finite
   */
  solve(
    item: number,
    regressors: Regressors,
    diagonal: number,
    products: Float32Array | undefined,
    weights: Float32Array,
  ): number;
}

export function createRidgeSolver(
  items: number,
  { diagonal: chosen, rowOf }: PairRows,
  { lambda, beta }: GramSettings,
  limit: number,
): RidgeSolver {
  const matrix = new Float64Array(limit * limit);
  const solved = new Float64Array(limit);
  /** Position of an item among the regressors, plus 1. */
  const positions = new Int32Array(items);

  /** Writes the lower half of A_SS. */
  function fill({ ids, count }: Regressors, products: Float32Array | undefined): void {
    for (let a = 0; a < count; a++) {
      positions[ids[a]] = a + 1;
      matrix.fill(0, a * limit, a * limit + a);
      matrix[a * limit + a] = lambda + chosen[ids[a]];
    }
    for (let a = 0; a < count; a++) {
      const { ids: others, values, from, to } = rowOf(ids[a]);
      for (let at = from; at < to; at++) {
        const b = positions[others[at]] - 1;
        // Most pairs are in both rows, with the same value.
        if (b >= 0) matrix[a > b ? a * limit + b : b * limit + a] = values[at];
      }
    }
    if (products !== undefined)
      for (let a = 0; a < count; a++)
        for (let at = a * limit; at <= a * limit + a; at++) matrix[at] += beta * products[at];
    for (let a = 0; a < count; a++) positions[ids[a]] = 0;
  }

  return {
    solve(item, regressors, diagonal, products, weights) {
      const { count, cross } = regressors;
      fill(regressors, products);
      factorise(matrix, count, limit, lambda);
      substitute(matrix, count, limit, cross, solved);
      let rest = diagonal;
      for (let a = 0; a < count; a++) {
        weights[a] = solved[a];
        rest -= cross[a] * solved[a];
      }
      if (!Number.isFinite(rest)) throw errors.LINEAR_NOT_DEFINITE({ row: item, pivot: rest });
      return 1 / Math.max(rest, lambda);
    },
  };
}
