/**
 * Content vectors made ready for the adaptor: the mean of the rows with text is removed, then every row is brought to
 * length 1. Sentence encoders put all texts into a narrow cone around their mean; without it, cosines tell items apart
 * twice as well (Su et al. 2021). A row of zeros means "no text" and stays zero.
 */
import { centredContent, contentMean } from '@lorekeep/core';
import { type Arrays, namedArray } from '@lorekeep/graph';
import type { TowerConfig } from '../options.ts';
import { fitWhitening, whitenedContent } from './whitening.ts';

export interface PreparedContent {
  /** `[items × dim]` as the towers read it. */
  content: Float32Array;
  /** What was fitted, as the bundle keeps it: `content/mean`, `content/whitening`. */
  parameters: Arrays;
}

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
  kind: TowerConfig['items']['whitening'],
  { threads, fitted }: { threads?: number; fitted?: Arrays } = {},
): Promise<PreparedContent> {
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
