/**
 * The inverse of a symmetric positive definite matrix, in place, by the sweep operator (Goodnight
 * 1979) on blocks. With block k as the pivot and D = A_kk⁻¹, the pivot becomes −D, the tiles in its
 * row and column become A_ik·D, and all other tiles become A_ij − A_ik·D·A_kj. After each block was
 * the pivot once, the matrix is −A⁻¹. This takes n³ operations, as many as Cholesky factorisation
 * and inversion together. More than 99.9 % of them are products of two tiles in ONNX Runtime;
 * pivots are inverted in float64.
 *
 * A is positive definite, so pivots need not be searched, and A + λI is well conditioned. On
 * Scientific (4,385 items, condition number near 20) the largest error of an element against LAPACK
 * in float64 is below 1e-6 of the largest element.
 */
import { noProgress, type RunContext } from '@lorekeep/core';
import { type MatmulPool, sharedFloats } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import { type SymmetricTiles, transposed } from './tiles.ts';

/**
 * Replaces the matrix by its inverse. Progress is reported as stage `'solve'`, unit `'blocks'`. The
 * signal is checked between pivots. After an abort or an error the contents of the matrix are
 * undefined.
 *
 * @throws LorekeepError `LINEAR_NOT_DEFINITE` if a pivot is not positive
 */
export async function invertTiles(
  matrix: SymmetricTiles,
  pool: MatmulPool,
  { progress = noProgress, signal }: RunContext = {},
): Promise<void> {
  const { block, tiles } = matrix;
  const blocks = tiles.length;
  const square = { rows: block, columns: block, inner: block };
  /** A_ik of each block i. */
  const pivotColumn = Array.from({ length: blocks }, () => sharedFloats(block * block));
  /** A_ik·D of each block i. */
  const scaled = Array.from({ length: blocks }, () => sharedFloats(block * block));
  const pivot = sharedFloats(block * block);
  for (let k = 0; k < blocks; k++) {
    signal?.throwIfAborted();
    progress({ stage: 'solve', done: k, total: blocks, unit: 'blocks' });
    invertPivot(tiles[k][k], block, k * block, pivot);
    const others = Array.from({ length: blocks }, (_, i) => i).filter((i) => i !== k);
    for (const i of others) {
      if (i > k) pivotColumn[i].set(tiles[i][k]);
      else transposed(tiles[k][i], block, pivotColumn[i]);
      scaled[i].fill(0);
    }
    // The pool multiplies by the transpose of b, and D is symmetric.
    await pool.run(
      square,
      others.map((i) => ({ a: pivotColumn[i], b: pivot, c: scaled[i] })),
    );
    signal?.throwIfAborted();
    await pool.run(
      { ...square, factor: -1 },
      others.flatMap((i) =>
        others.filter((j) => j <= i).map((j) => ({ a: scaled[i], b: pivotColumn[j], c: tiles[i][j] })),
      ),
    );
    for (const i of others) {
      if (i > k) tiles[i][k].set(scaled[i]);
      else transposed(scaled[i], block, tiles[k][i]);
    }
    for (let at = 0; at < pivot.length; at++) tiles[k][k][at] = -pivot[at];
  }
  for (const row of tiles) for (const tile of row) for (let at = 0; at < tile.length; at++) tile[at] = -tile[at];
  progress({ stage: 'solve', done: blocks, total: blocks, unit: 'blocks' });
}

/** The same sweep on one tile, element by element in float64, on its lower half. */
function invertPivot(tile: Float32Array, block: number, first: number, result: Float32Array): void {
  const a = Float64Array.from(tile);
  const column = new Float64Array(block);
  for (let k = 0; k < block; k++) {
    const pivot = a[k * block + k];
    if (!(pivot > 0)) throw errors.LINEAR_NOT_DEFINITE({ row: first + k, pivot });
    const d = 1 / pivot;
    for (let i = 0; i < block; i++) column[i] = i < k ? a[k * block + i] : a[i * block + k];
    for (let i = 0; i < block; i++) {
      if (i === k) continue;
      const factor = column[i] * d;
      if (factor !== 0) for (let j = 0, at = i * block; j <= i; j++, at++) a[at] -= factor * column[j];
    }
    for (let i = 0; i < k; i++) a[k * block + i] = column[i] * d;
    for (let i = k + 1; i < block; i++) a[i * block + k] = column[i] * d;
    a[k * block + k] = -d;
  }
  for (let i = 0; i < block; i++)
    for (let j = 0; j <= i; j++) result[i * block + j] = result[j * block + i] = -a[i * block + j];
}
