/**
 * Content vectors made ready for the adaptor: the mean of the rows with text is removed, then every row is brought to
 * length 1. Sentence encoders put all texts into a narrow cone around their mean; without it, cosines tell items apart
 * twice as well (Su et al. 2021). A row of zeros means "no text" and stays zero.
 */
import { type Arrays, namedArray } from '@lorekeep/graph';
import type { TowerConfig } from './config.ts';
import { badContent } from './errors.ts';
import { fitWhitening, whitenedContent } from './whitening.ts';

/**
 * Everything that happens to content before the towers read it.
 *
 * @param fitted parameters of other towers, whose mean and whitening are used instead of fitting them
 * @returns `content [items, dim]`, and what was fitted, as the bundle keeps it
 * @throws LorekeepError `TOWERS_BAD_CONTENT`
 */
export async function prepareContent(
  raw: Float32Array,
  items: number,
  dim: number,
  kind: TowerConfig['whitening'],
  { threads, fitted }: { threads?: number; fitted?: Arrays } = {},
): Promise<{ content: Float32Array; parameters: Arrays }> {
  const own = contentMean(raw, items, dim);
  const mean = given(fitted, 'content/mean', dim) ?? own;
  const parameters: Arrays = { 'content/mean': namedArray([dim], mean) };
  if (kind === 'none') return { content: centredContent(raw, mean), parameters };
  const whitening = given(fitted, 'content/whitening', dim * dim) ?? (await fitWhitening(raw, mean, kind, { threads }));
  parameters['content/whitening'] = namedArray([dim, dim], whitening);
  return { content: await whitenedContent(raw, mean, whitening, { threads }), parameters };
}

function given(fitted: Arrays | undefined, name: string, size: number): Float32Array | undefined {
  const found = fitted?.[name]?.data as Float32Array | undefined;
  return found?.length === size ? found : undefined;
}

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
