/**
 * Whitening: frozen sentence vectors lie in a narrow, elongated cone, where a few directions drown the rest. Turned and
 * stretched so that every direction has the same variance over the catalogue, they are the better features for a
 * recommender (Zhang et al. 2024, WhitenRec). With Σ = V·Λ·Vᵀ the covariance of the centred rows with text,
 *
 *     W = V·(Λ + εI)^−½·Vᵀ  (`zca`: the vectors' own axes are kept)     W = V·(Λ + εI)^−½  (`pca`: principal axes)
 *
 * ε keeps directions that hardly occur from becoming loud noise; it matters where there are fewer items than dimensions.
 */
import { createGraphCache, namedArray, tf } from '@lorekeep/graph';
import { symmetricEigen } from '@lorekeep/linear';

/** ε, as a share of the mean eigenvalue. */
const FLOOR = 0.01;
/** Rows a product. */
const BATCH = 4096;

/**
 * @param content `[items, dim]` raw rows, zeros for an item without text
 * @param mean `[dim]` of the rows with text
 * @returns `[dim, dim]`, to be multiplied from the right
 */
export async function fitWhitening(
  content: Float32Array,
  mean: Float32Array,
  kind: 'zca' | 'pca',
  { threads }: { threads?: number } = {},
): Promise<Float32Array> {
  const dim = mean.length;
  const covariance = new Float64Array(dim * dim);
  const product = createGraphCache(({ rows }) => ({ gram: tf.matMul(rows as never, rows as never, true) }), {
    name: 'covariance',
    threads,
  });
  let count = 0;
  try {
    const rows = new Float32Array(BATCH * dim);
    let held = 0;
    const flush = async () => {
      const { gram } = await product.run({ rows: namedArray([BATCH, dim], rows) });
      for (let i = 0; i < covariance.length; i++) covariance[i] += gram.data[i] as number;
      rows.fill(0);
      held = 0;
    };
    for (let first = 0; first < content.length; first += dim) {
      if (!hasText(content, first, dim)) continue;
      for (let k = 0; k < dim; k++) rows[held * dim + k] = content[first + k] - mean[k];
      count++;
      if (++held === BATCH) await flush();
    }
    if (held > 0) await flush();
  } finally {
    await product.close();
  }
  const { values, vectors } = symmetricEigen(covariance, dim);
  const total = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
  const floor = total > 0 ? (FLOOR * total) / dim : 1;
  // Scaled by the number of rows: lengths are brought to 1 afterwards.
  const scales = values.map((value) => Math.sqrt(Math.max(count, 1) / (Math.max(value, 0) + floor)));
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

/** Rows of `content` made ready for the adaptor, as `centreContent` in model.ts does inside a graph with a whitening. */
export async function whitenedContent(
  content: Float32Array,
  mean: Float32Array,
  whitening: Float32Array,
  { threads }: { threads?: number } = {},
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
      const taken = Math.min(batch, items - first);
      rows.fill(0);
      for (let row = 0; row < taken; row++)
        for (let k = 0; k < dim; k++) rows[row * dim + k] = content[(first + row) * dim + k] - mean[k];
      const { out } = await product.run({ rows: namedArray([batch, dim], rows), w });
      for (let row = 0; row < taken; row++) {
        if (!hasText(content, (first + row) * dim, dim)) continue;
        let squared = 1e-12;
        for (let k = 0; k < dim; k++) squared += (out.data[row * dim + k] as number) ** 2;
        const scale = 1 / Math.sqrt(squared);
        for (let k = 0; k < dim; k++) result[(first + row) * dim + k] = (out.data[row * dim + k] as number) * scale;
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
