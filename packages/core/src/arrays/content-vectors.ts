/**
 * Content vectors: one row per item from the frozen text encoder, a row of zeros for an item
 * without text. Before a model reads them, the mean of the rows with text is removed and every row
 * is scaled to length 1: sentence encoders put all texts into a narrow cone around their mean, and
 * without it cosines separate items twice as well (Su et al. 2021). A row of zeros stays zero.
 */
import { defineErrors, usage } from '../errors.ts';

export const contentErrors = defineErrors({
  CONTENT_INVALID: usage<{ problem: string }>({
    message: ({ problem }) => `The content vectors are invalid: ${problem}.`,
    hint: 'Give one finite row per item of the interaction log, in its order; a row of zeros for an item without text.',
  }),
});

/**
 * @param content `[items × dim]`
 * @returns `[dim]`, the mean of the rows with text
 * @throws LorekeepError `CONTENT_INVALID` for a wrong length or a value that is not finite
 */
export function contentMean(content: Float32Array, items: number, dim: number): Float32Array {
  const invalid = (problem: string) => contentErrors.CONTENT_INVALID({ problem });
  if (!Number.isInteger(dim) || dim < 1) throw invalid(`their dimension is ${dim}`);
  if (content.length !== items * dim)
    throw invalid(`${content.length} numbers are not ${items} items of dimension ${dim}`);
  const sum = new Float64Array(dim);
  let rows = 0;
  for (let row = 0; row < items; row++) {
    let hasText = false;
    for (let k = 0; k < dim; k++) {
      const value = content[row * dim + k];
      if (!Number.isFinite(value)) throw invalid(`the vector of item row ${row} holds ${value}`);
      if (value !== 0) hasText = true;
    }
    if (!hasText) continue;
    rows++;
    for (let k = 0; k < dim; k++) sum[k] += content[row * dim + k];
  }
  return Float32Array.from(sum, (value) => (rows === 0 ? 0 : value / rows));
}

/**
 * @param content `[items × dim]`
 * @param mean `[dim]`
 * @returns `[items × dim]`, centred rows of length 1
 */
export function centredContent(content: Float32Array, mean: Float32Array): Float32Array {
  const dim = mean.length;
  const result = new Float32Array(content.length);
  for (let first = 0; first < content.length; first += dim) {
    let hasText = false;
    let squared = 1e-12;
    for (let k = 0; k < dim; k++) {
      const value = content[first + k] - mean[k];
      if (content[first + k] !== 0) hasText = true;
      squared += value * value;
    }
    if (!hasText) continue;
    for (let k = 0; k < dim; k++) result[first + k] = (content[first + k] - mean[k]) / Math.sqrt(squared);
  }
  return result;
}
