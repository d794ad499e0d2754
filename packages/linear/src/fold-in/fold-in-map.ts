/**
 * Fold-in: the weights of an item that was added after the model was solved, from its content
 * alone. Its column a = β·C·c borders A + λI. Inverting the bordered matrix by blocks (Schur
 * complement s) gives its weights in closed form:
 *
 *     B[i, new] = (P·a)_i = (M·c)_i,                    M = β·P·C  [items × contentDim],
 *     B[new, i] = (P·a)_i / (s·P_ii + (P·a)_i²),        s = λ + cᵀ·K·c,   K = β·(I − Cᵀ·M),
 *     B[new, other new] = c_newᵀ·K·c_other / s_new,     each pair on its own.
 *
 * Solving again with the item gives exactly the same weights. Only the second-order change of the
 * weights between all other items is left out. An item without text has no weights.
 */
import type { RunContext } from '@lorekeep/core';
import { type MatmulPool, sharedFloats } from '@lorekeep/graph';
import type { GramSettings } from '../solve/gram.ts';
import { diagonalOf, type SymmetricTiles, transposed } from '../solve/tiles.ts';

/** What fold-in needs of a solved model. */
export interface FoldInMap {
  lambda: number;
  /** M `[items × contentDim]` */
  map: Float32Array;
  /** K `[contentDim × contentDim]` */
  kernel: Float32Array;
  /** P_ii `[items]` */
  diagonal: Float32Array;
}

/**
 * @param inverse P
 * @param content `[items × contentDim]` centred, as the model was solved with
 */
export async function foldInMap(
  inverse: SymmetricTiles,
  content: Float32Array,
  { lambda, beta }: GramSettings,
  pool: MatmulPool,
  { signal }: RunContext = {},
): Promise<FoldInMap> {
  const { size, block, tiles } = inverse;
  const dim = content.length / size;
  const blocks = tiles.length;
  const sums = tiles.map(() => sharedFloats(block * dim));
  const columns = sharedFloats(dim * block);
  const mirrored = Array.from({ length: blocks }, () => sharedFloats(block * block));
  for (let j = 0; j < blocks; j++) {
    signal?.throwIfAborted();
    // The pool takes the second factor transposed: [contentDim × block] here.
    columns.fill(0);
    for (let row = 0; row < Math.min(block, size - j * block); row++)
      for (let k = 0; k < dim; k++) columns[k * block + row] = content[(j * block + row) * dim + k];
    await pool.run(
      { rows: block, columns: dim, inner: block, factor: beta },
      sums.map((c, i) => ({
        a: i >= j ? tiles[i][j] : transposed(tiles[j][i], block, mirrored[i]),
        b: columns,
        c,
      })),
    );
  }
  const map = new Float32Array(size * dim);
  sums.forEach((sum, i) => {
    map.set(sum.subarray(0, Math.min(block, size - i * block) * dim), i * block * dim);
  });
  const kernel = foldInKernel(content, map, beta, dim);
  return { lambda, map, kernel, diagonal: diagonalOf(inverse) };
}

/** K = β·(I − Cᵀ·M), summed in float64. */
function foldInKernel(content: Float32Array, map: Float32Array, beta: number, dim: number): Float32Array {
  const kernel = new Float64Array(dim * dim);
  for (let row = 0; row * dim < content.length; row++)
    for (let p = 0; p < dim; p++) {
      const value = -beta * content[row * dim + p];
      if (value !== 0) for (let q = 0; q < dim; q++) kernel[p * dim + q] += value * map[row * dim + q];
    }
  for (let k = 0; k < dim; k++) kernel[k * (dim + 1)] += beta;
  return Float32Array.from(kernel);
}
