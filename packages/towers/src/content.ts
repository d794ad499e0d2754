/**
 * Content vectors made ready for the adaptor: the mean of the rows with text is removed, then every row is brought to
 * length 1. Sentence encoders put all texts into a narrow cone around their mean; without it, cosines tell items apart
 * twice as well (Su et al. 2021). A row of zeros means "no text" and stays zero.
 */
import { badContent } from './errors.ts';

/** @throws LorekeepError `TOWERS_BAD_CONTENT` for a wrong length or a value that is not finite */
export function contentMean(content: Float32Array, items: number, dim: number): Float32Array {
  if (!Number.isInteger(dim) || dim < 1) throw badContent(`their width is ${dim}`);
  if (content.length !== items * dim)
    throw badContent(`${content.length} numbers are not ${items} items of width ${dim}`);
  const sum = new Float64Array(dim);
  let rows = 0;
  for (let row = 0; row < items; row++) {
    let any = false;
    for (let k = 0; k < dim; k++) {
      const value = content[row * dim + k];
      if (!Number.isFinite(value)) throw badContent(`the vector of item row ${row} holds ${value}`);
      if (value !== 0) any = true;
    }
    if (!any) continue;
    rows++;
    for (let k = 0; k < dim; k++) sum[k] += content[row * dim + k];
  }
  return Float32Array.from(sum, (value) => (rows === 0 ? 0 : value / rows));
}

/** `[items, dim]`, the same as `centreContent` in model.ts does inside a graph. */
export function centredContent(content: Float32Array, mean: Float32Array): Float32Array {
  const dim = mean.length;
  const result = new Float32Array(content.length);
  for (let first = 0; first < content.length; first += dim) {
    let any = false;
    let squared = 1e-12;
    for (let k = 0; k < dim; k++) {
      const value = content[first + k] - mean[k];
      if (content[first + k] !== 0) any = true;
      squared += value * value;
    }
    if (any) for (let k = 0; k < dim; k++) result[first + k] = (content[first + k] - mean[k]) / Math.sqrt(squared);
  }
  return result;
}
