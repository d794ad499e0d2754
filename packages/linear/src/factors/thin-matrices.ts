/**
 * Operations on thin matrices (items × a few hundred), of which randomised subspace iteration
 * consists. Products are graphs, compiled once per shape. Operations on width × width matrices run
 * in float64.
 */
import { createGraphCache, type GraphCache, namedArray, tf } from '@lorekeep/graph';
import { symmetricEigen } from './eigen.ts';

export type Product = (
  a: Float32Array,
  b: Float32Array,
  outer: number,
  inner: number,
  columns: number,
) => Promise<Float32Array>;

/** Products of thin matrices. */
export interface Thin {
  /** a·b */
  multiply: Product;
  /** aᵀ·b */
  cross: Product;
  close(): Promise<void>;
}

/** @param threads default: all cores */
export function createThin(threads?: number): Thin {
  const product = createGraphCache(({ a, b }) => ({ c: tf.matMul(a as never, b as never) }), { threads });
  const crossProduct = createGraphCache(({ a, b }) => ({ c: tf.matMul(a as never, b as never, true) }), { threads });
  return {
    multiply: matrixProduct(product),
    cross: matrixProduct(crossProduct, true),
    async close() {
      await product.close();
      await crossProduct.close();
    },
  };
}

/**
 * `a [outer, inner] · b [inner, columns]`; if `transposed`, `aᵀ · b` with `a [outer, inner]` and
 * `b [outer, columns]`.
 */
function matrixProduct(cache: GraphCache, transposed = false): Product {
  return async (a, b, outer, inner, columns) => {
    const { c } = await cache.run({
      a: namedArray([outer, inner], a),
      b: namedArray([transposed ? outer : inner, columns], b),
    });
    return c.data as Float32Array;
  };
}

/**
 * Eigenpairs by descending `order(value)`. Each column of `columns [width, width]` is an
 * eigenvector.
 */
export function sortedEigen(matrix: Float32Array, width: number, order: (value: number) => number) {
  const { values, vectors } = symmetricEigen(matrix, width);
  const ranked = Array.from(values.keys()).sort((i, j) => order(values[j]) - order(values[i]));
  const columns = new Float32Array(width * width);
  ranked.forEach((from, to) => {
    for (let k = 0; k < width; k++) columns[k * width + to] = vectors[from * width + k];
  });
  return { values: Float64Array.from(ranked, (i) => values[i]), columns };
}

/**
 * Makes the columns orthonormal by two rounds of Cholesky QR (Yamamoto et al. 2015). It is as
 * stable as Householder QR and consists of matrix products. Columns that are all zero stay zero: a
 * log without pairs of items has such a matrix.
 */
export async function orthonormal(y: Float32Array, rows: number, width: number, { cross, multiply }: Thin) {
  let result = y;
  for (let round = 0; round < 2; round++) {
    const inverse = inverseCholesky(await cross(result, result, rows, width, width), width);
    result = await multiply(result, inverse, rows, width, width);
  }
  return result as Float32Array<ArrayBuffer>;
}

/** Larger entries of R⁻¹, for G with a diagonal of at most 1, are products of rounding errors. */
const MAX_INVERSE = 1e15;

/**
 * R⁻¹ for G = RᵀR. A pivot that rounding made too small is replaced by a tiny positive number. If
 * the rank of G is so low that such pivots multiply each other beyond all bounds, the columns that
 * depend on earlier ones are zero instead.
 */
export function inverseCholesky(gram: Float32Array, width: number): Float32Array {
  let largest = 0;
  for (let i = 0; i < width; i++) largest = Math.max(largest, gram[i * width + i]);
  if (largest === 0) return new Float32Array(width * width);
  const inverse = inverseFactor(gram, width, (pivot) => Math.sqrt(Math.max(pivot, largest * 1e-10)));
  const bound = MAX_INVERSE / Math.sqrt(largest);
  if (inverse.every((value) => Math.abs(value) < bound)) return inverse;
  // Division by infinity leaves zeros.
  return inverseFactor(gram, width, (pivot) => (pivot > largest * 1e-6 ? Math.sqrt(pivot) : Infinity));
}

/** @param rootOf the diagonal entry of R for a pivot of G */
function inverseFactor(gram: Float32Array, width: number, rootOf: (pivot: number) => number): Float32Array {
  const lower = Float64Array.from(gram);
  for (let j = 0; j < width; j++) {
    for (let i = j; i < width; i++) {
      let sum = lower[i * width + j];
      for (let k = 0; k < j; k++) sum -= lower[i * width + k] * lower[j * width + k];
      lower[i * width + j] = i === j ? rootOf(sum) : sum / lower[j * width + j];
    }
  }
  // Solves L·Z = I column by column; R⁻¹ = Zᵀ.
  const inverse = new Float32Array(width * width);
  const column = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    for (let i = j; i < width; i++) {
      let sum = i === j ? 1 : 0;
      for (let k = j; k < i; k++) sum -= lower[i * width + k] * column[k];
      column[i] = sum / lower[i * width + i];
      inverse[j * width + i] = column[i];
    }
  }
  return inverse;
}
