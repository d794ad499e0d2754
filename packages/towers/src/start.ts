/**
 * Where the towers begin: the linear item–item model EASE (Steck, WWW 2019) with the text vectors in its Gram matrix,
 *
 *     A = XᵀX + β·C·Cᵀ,   score(history → i) = Σ recencyʰ · ⟨F_h, F_i⟩,   F = Q·√(μ / (μ + λ))
 *
 * X [users × items] being training events, C [items × contentDim] centred text vectors and (μ, Q) the leading eigenpairs
 * of A. Because A·Q = μ·Q, every row splits exactly into a linear map of the item's text and a part that only behaviour
 * explains: F = C·W + E with W = β·Cᵀ·Q·μ⁻¹·√(…) and E = XᵀX·Q·μ⁻¹·√(…). W is the content path's first value, E the ID
 * table's, and an item nobody has touched is folded in by W alone.
 *
 * The eigenpairs come from randomised subspace iteration (Halko, Martinsson & Tropp 2011), which touches A only by
 * multiplying it with thin matrices: no items × items matrix is ever made.
 */
import type { Random } from '@lorekeep/core';
import { createGraphCache, type GraphCache, namedArray, tf } from '@lorekeep/graph';
import { type Split, trainItems } from './split.ts';

/** λ, and β: on a plateau where factors of three change validation NDCG@10 by less than 3 %. */
const REGULARISATION = 300;
const CONTENT_WEIGHT = 10;
/** Without text there is less to shrink towards. */
const REGULARISATION_WITHOUT_CONTENT = 100;
/** The weight of an event is this to the power of the number of events after it. */
export const RECENCY = 0.8;
const ITERATIONS = 7;
const OVERSAMPLING = 24;

export interface Start {
  /** `[contentDim, dim]`; empty without content. */
  linear: Float32Array;
  /** `[items, dim]` */
  table: Float32Array;
}

/**
 * @param content `[items, contentDim]` centred rows, `undefined` without content
 * @returns factors scaled so that the mean squared row of `C·W + E` is 1; columns beyond the rank of A are zero
 */
export async function closedFormStart(
  split: Split,
  content: Float32Array | undefined,
  contentDim: number,
  dim: number,
  random: Random,
  threads?: number,
): Promise<Start> {
  const items = split.corpus.itemIds.length;
  const width = Math.min(items, dim + OVERSAMPLING);
  const lambda = content === undefined ? REGULARISATION_WITHOUT_CONTENT : REGULARISATION;
  const product = createGraphCache(({ a, b }) => ({ c: tf.matMul(a as never, b as never) }), { threads });
  const crossProduct = createGraphCache(({ a, b }) => ({ c: tf.matMul(a as never, b as never, true) }), { threads });
  const multiply = matrixProduct(product);
  const cross = matrixProduct(crossProduct, true);
  try {
    /** XᵀX·Y */
    const behaviour = (y: Float32Array) => gramTimes(split, y, width);
    /** β·Cᵀ·Y `[contentDim, width]` */
    const text = async (y: Float32Array) => {
      if (content === undefined) return new Float32Array(0);
      const result = await cross(content, y, items, contentDim, width);
      for (let i = 0; i < result.length; i++) result[i] *= CONTENT_WEIGHT;
      return result;
    };
    const times = async (y: Float32Array) => {
      const sum = behaviour(y);
      if (content !== undefined) addTo(sum, await multiply(content, await text(y), items, contentDim, width));
      return sum;
    };

    let basis = Float32Array.from({ length: items * width }, () => random.normal());
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      // A + λI is positive definite, so the columns stay independent whatever the rank of A.
      const next = iteration === 0 ? basis : await times(basis);
      if (iteration > 0) for (let i = 0; i < next.length; i++) next[i] += lambda * basis[i];
      basis = await orthonormal(next, items, width, cross, multiply);
    }
    const projected = await cross(basis, await times(basis), items, width, width);
    const { values, vectors } = symmetricEigen(projected, width);
    const q = await multiply(basis, vectors, items, width, width);

    const behaviourPart = behaviour(q);
    const textPart = await text(q);
    const linear = new Float32Array(contentDim * dim);
    const table = new Float32Array(items * dim);
    const floor = 1e-6 * Math.max(values[0], 0);
    let squared = 0;
    for (let k = 0; k < Math.min(dim, width); k++) {
      if (!(values[k] > floor)) break;
      const factor = 1 / Math.sqrt(values[k] * (values[k] + lambda));
      for (let row = 0; row < contentDim; row++) linear[row * dim + k] = textPart[row * width + k] * factor;
      for (let row = 0; row < items; row++) table[row * dim + k] = behaviourPart[row * width + k] * factor;
      squared += values[k] / (values[k] + lambda);
    }
    const scale = squared > 0 ? Math.sqrt(items / squared) : 0;
    for (let i = 0; i < linear.length; i++) linear[i] *= scale;
    for (let i = 0; i < table.length; i++) table[i] *= scale;
    return { linear, table };
  } finally {
    await product.close();
    await crossProduct.close();
  }
}

type Product = (
  a: Float32Array,
  b: Float32Array,
  outer: number,
  inner: number,
  columns: number,
) => Promise<Float32Array>;

/** `a [outer, inner] · b [inner, columns]`, or with `transposed` `aᵀ · b` of `a [outer, inner]` and `b [outer, columns]`. */
function matrixProduct(cache: GraphCache, transposed = false): Product {
  return async (a, b, outer, inner, columns) => {
    const { c } = await cache.run({
      a: namedArray([outer, inner], a),
      b: namedArray([transposed ? outer : inner, columns], b),
    });
    return c.data as Float32Array;
  };
}

/** XᵀX·Y, user by user. Repeated events of a user count once. */
function gramTimes(split: Split, y: Float32Array, width: number): Float32Array {
  const result = new Float32Array(y.length);
  const sum = new Float32Array(width);
  for (let user = 0; user < split.trainLengths.length; user++) {
    const touched = new Set(trainItems(split, user));
    sum.fill(0);
    for (const item of touched) for (let k = 0, at = item * width; k < width; k++, at++) sum[k] += y[at];
    for (const item of touched) for (let k = 0, at = item * width; k < width; k++, at++) result[at] += sum[k];
  }
  return result;
}

function addTo(sum: Float32Array, other: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += other[i];
}

/** Columns made orthonormal by two rounds of Cholesky QR (Yamamoto et al. 2015): as stable as Householder, all in matrix products. */
async function orthonormal(y: Float32Array, rows: number, width: number, cross: Product, multiply: Product) {
  let result = y;
  for (let round = 0; round < 2; round++) {
    const inverse = inverseCholesky(await cross(result, result, rows, width, width), width);
    result = await multiply(result, inverse, rows, width, width);
  }
  return result as Float32Array<ArrayBuffer>;
}

/** R⁻¹ of G = RᵀR. A pivot lost to rounding is replaced by a tiny one. */
function inverseCholesky(gram: Float32Array, width: number): Float32Array {
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

/**
 * All eigenpairs of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, section 8.5), largest value first.
 *
 * @returns `values [width]` and `vectors [width, width]`, one eigenvector a column
 */
export function symmetricEigen(
  matrix: ArrayLike<number>,
  width: number,
): { values: Float64Array; vectors: Float32Array } {
  const a = new Float64Array(width * width);
  for (let i = 0; i < width; i++)
    for (let j = 0; j < width; j++) a[i * width + j] = (matrix[i * width + j] + matrix[j * width + i]) / 2;
  // Rows of v are the eigenvectors, so that a rotation runs over neighbouring numbers.
  const v = new Float64Array(width * width);
  for (let i = 0; i < width; i++) v[i * width + i] = 1;
  let norm = 0;
  for (const value of a) norm += value * value;
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) off += 2 * a[i * width + j] ** 2;
    if (off <= 1e-18 * norm) break;
    for (let p = 0; p < width - 1; p++)
      for (let q = p + 1; q < width; q++) {
        const apq = a[p * width + q];
        if (apq === 0) continue;
        const theta = (a[q * width + q] - a[p * width + p]) / (2 * apq);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        const app = a[p * width + p] - t * apq;
        const aqq = a[q * width + q] + t * apq;
        for (let k = 0, pk = p * width, qk = q * width; k < width; k++, pk++, qk++) {
          const x = a[pk];
          const y = a[qk];
          a[pk] = c * x - s * y;
          a[qk] = s * x + c * y;
          const vx = v[pk];
          const vy = v[qk];
          v[pk] = c * vx - s * vy;
          v[qk] = s * vx + c * vy;
        }
        a[p * width + p] = app;
        a[q * width + q] = aqq;
        a[p * width + q] = 0;
        a[q * width + p] = 0;
        for (let k = 0; k < width; k++) {
          a[k * width + p] = a[p * width + k];
          a[k * width + q] = a[q * width + k];
        }
      }
  }
  const order = Array.from({ length: width }, (_, i) => i).sort((i, j) => a[j * width + j] - a[i * width + i]);
  const values = Float64Array.from(order, (i) => a[i * width + i]);
  const vectors = new Float32Array(width * width);
  order.forEach((from, to) => {
    for (let k = 0; k < width; k++) vectors[k * width + to] = v[from * width + k];
  });
  return { values, vectors };
}
