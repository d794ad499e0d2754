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
 * stable as Householder QR and consists of matrix products.
 */
export async function orthonormal(y: Float32Array, rows: number, width: number, { cross, multiply }: Thin) {
  let result = y;
  for (let round = 0; round < 2; round++) {
    const inverse = inverseCholesky(await cross(result, result, rows, width, width), width);
    result = await multiply(result, inverse, rows, width, width);
  }
  return result as Float32Array<ArrayBuffer>;
}

/** R⁻¹ for G = RᵀR. A pivot that rounding made too small is replaced by a tiny positive number. */
export function inverseCholesky(gram: Float32Array, width: number): Float32Array {
  const lower = Float64Array.from(gram);
  let largest = 0;
  for (let i = 0; i < width; i++) largest = Math.max(largest, lower[i * width + i]);
  const tiny = Math.max(largest * 1e-10, Number.MIN_VALUE * 1e20);
  for (let j = 0; j < width; j++) {
    for (let i = j; i < width; i++) {
      let sum = lower[i * width + j];
      for (let k = 0; k < j; k++) sum -= lower[i * width + k] * lower[j * width + k];
      lower[i * width + j] = i === j ? Math.sqrt(Math.max(sum, tiny)) : sum / lower[j * width + j];
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
