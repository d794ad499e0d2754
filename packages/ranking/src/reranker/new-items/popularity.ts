/**
 * What content alone predicts of popularity: a ridge regression of log counts on content vectors, by
 * conjugate gradients on its normal equations.
 */
import type { ContentRows } from './features.ts';

const RIDGE = 3;
const ITERATIONS = 40;
const TOLERANCE = 1e-8;

/**
 * @param counts `[items]` users who chose each item
 * @param known rows that are fitted on
 * @returns `[dim]` weights: their inner product with a content vector predicts the deviation of
 *   log(1 + count) from its mean
 */
export function popularityWeights(content: ContentRows, counts: Float32Array, known: readonly number[]): Float32Array {
  const { dim } = content;
  const rows = known.flatMap((row) => {
    const vector = content.of(row);
    return vector === undefined ? [] : [{ vector, value: Math.log1p(counts[row]) }];
  });
  const mean = rows.reduce((sum, { value }) => sum + value, 0) / Math.max(1, rows.length);
  const weights = new Float64Array(dim);
  const residual = new Float64Array(dim);
  for (const { vector, value } of rows) addTo(residual, vector, value - mean);
  const direction = residual.slice();
  let size = squared(residual);
  const tolerance = TOLERANCE * size;
  for (let iteration = 0; iteration < ITERATIONS && size > tolerance; iteration++) {
    const product = direction.map((value) => RIDGE * value);
    for (const { vector } of rows) addTo(product, vector, dot(vector, direction));
    const step = size / dot(product, direction);
    for (let k = 0; k < dim; k++) {
      weights[k] += step * direction[k];
      residual[k] -= step * product[k];
    }
    const next = squared(residual);
    for (let k = 0; k < dim; k++) direction[k] = residual[k] + (next / size) * direction[k];
    size = next;
  }
  return Float32Array.from(weights);
}

/** What the weights predict for an item. */
export const predictedPopularity = (weights: Float32Array) => (vector: Float32Array) => dot(vector, weights);

function addTo(sum: Float64Array, vector: Float32Array, factor: number): void {
  for (let k = 0; k < sum.length; k++) sum[k] += factor * vector[k];
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

const squared = (vector: Float64Array) => dot(vector, vector);
