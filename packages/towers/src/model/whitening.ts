/**
 * Whitening. Frozen sentence vectors lie in a narrow cone in which a few directions dominate. After
 * whitening every direction has the same variance over the catalogue, which gives better features
 * for a recommender (WhitenRec, Zhang et al. 2024). With Σ = V·Λ·Vᵀ the covariance of the centred
 * rows with text,
 *
 *     W = V·(Λ + εI)^−½·Vᵀ   `zca`: in the axes of the vectors
 *     W = V·(Λ + εI)^−½      `pca`: along the principal axes
 *
 * ε limits how much rare directions are amplified. It matters if there are fewer items than
 * dimensions.
 */
import { createGraphCache, namedArray, tf } from '@lorekeep/graph';
import { symmetricEigen } from '@lorekeep/linear';

/** ε, as a share of the mean eigenvalue. */
const FLOOR = 0.01;
/** Rows per matrix product. */
const BATCH = 4096;

export interface WhiteningOptions {
  /** Default: all cores. */
  threads?: number;
}

/**
 * @param content `[items, dim]` raw rows, zeros for an item without text
 * @param mean `[dim]` of the rows with text
 * @returns `[dim, dim]`, to be multiplied from the right
 */
export async function fitWhitening(
  content: Float32Array,
  mean: Float32Array,
  kind: 'zca' | 'pca',
  { threads }: WhiteningOptions = {},
): Promise<Float32Array> {
  const dim = mean.length;
  const { covariance, rows } = await scaledCovariance(content, mean, threads);
  const { values, vectors } = symmetricEigen(covariance, dim);
  const total = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
  const floor = total > 0 ? (FLOOR * total) / dim : 1;
  // The eigenvalues are those of the number of rows times the covariance. The common factor matters
  // little, because rows are scaled to length 1 afterwards.
  const scales = values.map((value) => Math.sqrt(Math.max(rows, 1) / (Math.max(value, 0) + floor)));
  const result = new Float32Array(dim * dim);
  if (kind === 'pca') {
    const order = Array.from(values.keys()).sort((i, j) => values[j] - values[i]);
    order.forEach((from, to) => {
      for (let k = 0; k < dim; k++) result[k * dim + to] = vectors[from * dim + k] * scales[from];
    });
    return result;
  }
  for (let i = 0; i < dim; i++)
    for (let k = 0; k < dim; k++) {
      const left = vectors[i * dim + k] * scales[i];
      for (let j = 0; j < dim; j++) result[k * dim + j] += left * vectors[i * dim + j];
    }
  return result;
}

/** `[dim, dim]` covariance of the rows with text, times their number `rows`. */
async function scaledCovariance(content: Float32Array, mean: Float32Array, threads: number | undefined) {
  const dim = mean.length;
  const covariance = new Float64Array(dim * dim);
  const product = createGraphCache(({ rows }) => ({ gram: tf.matMul(rows as never, rows as never, true) }), {
    name: 'covariance',
    threads,
  });
  let count = 0;
  try {
    const rows = new Float32Array(BATCH * dim);
    let pending = 0;
    const flush = async () => {
      const { gram } = await product.run({ rows: namedArray([BATCH, dim], rows) });
      for (let i = 0; i < covariance.length; i++) covariance[i] += gram.data[i] as number;
      rows.fill(0);
      pending = 0;
    };
    for (let first = 0; first < content.length; first += dim) {
      if (!hasText(content, first, dim)) continue;
      for (let k = 0; k < dim; k++) rows[pending * dim + k] = content[first + k] - mean[k];
      count++;
      if (++pending === BATCH) await flush();
    }
    if (pending > 0) await flush();
  } finally {
    await product.close();
  }
  return { covariance, rows: count };
}

/**
 * `content` as the towers read it: the same as `centreContent` with a whitening, for a whole
 * catalogue.
 *
 * @param content `[items, dim]` raw rows, zeros for an item without text
 * @param mean `[dim]`
 * @param whitening `[dim, dim]`
 * @returns `[items, dim]` rows of length 1, zeros for an item without text
 */
export async function whitenedContent(
  content: Float32Array,
  mean: Float32Array,
  whitening: Float32Array,
  { threads }: WhiteningOptions = {},
): Promise<Float32Array> {
  const dim = mean.length;
  const items = content.length / dim;
  const result = new Float32Array(content.length);
  const product = createGraphCache(({ rows, w }) => ({ out: tf.matMul(rows as never, w as never) }), {
    name: 'whitening',
    threads,
  });
  try {
    const batch = Math.min(BATCH, items);
    const rows = new Float32Array(batch * dim);
    const w = namedArray([dim, dim], whitening);
    for (let first = 0; first < items; first += batch) {
      const count = Math.min(batch, items - first);
      rows.fill(0);
      for (let row = 0; row < count; row++)
        for (let k = 0; k < dim; k++) rows[row * dim + k] = content[(first + row) * dim + k] - mean[k];
      const { out } = await product.run({ rows: namedArray([batch, dim], rows), w });
      for (let row = 0; row < count; row++) {
        if (!hasText(content, (first + row) * dim, dim)) continue;
        const from = row * dim;
        const to = (first + row) * dim;
        let squared = 1e-12;
        for (let k = 0; k < dim; k++) squared += (out.data[from + k] as number) ** 2;
        const scale = 1 / Math.sqrt(squared);
        for (let k = 0; k < dim; k++) result[to + k] = (out.data[from + k] as number) * scale;
      }
    }
  } finally {
    await product.close();
  }
  return result;
}

function hasText(content: Float32Array, first: number, dim: number): boolean {
  for (let k = 0; k < dim; k++) if (content[first + k] !== 0) return true;
  return false;
}
