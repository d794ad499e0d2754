/**
 * Content vectors as the towers read them: the mean of the rows with text is removed, the rows are
 * whitened if configured (whitening.ts), and every row is scaled to length 1. A row of zeros, for
 * an item without text, stays zero.
 */
import { centredContent, contentMean } from '@lorekeep/core';
import { type Arrays, namedArray } from '@lorekeep/graph';
import type { TowerConfig } from '../options.ts';
import { fitWhitening, whitenedContent } from './whitening.ts';

export interface PreparedContent {
  /** `[items × dim]` as the towers read it. */
  content: Float32Array;
  /**
   * What was fitted and belongs in the bundle: `content/mean [dim]`,
   * `content/whitening [dim, dim]`.
   */
  parameters: Arrays;
}

/**
 * @param raw `[items × dim]` from the frozen encoder
 * @param fitted parameters of other towers, whose mean and whitening are used if their sizes match.
 *   Default: both are fitted to `raw`.
 * @throws LorekeepError `CONTENT_INVALID`
 */
export async function prepareContent(
  raw: Float32Array,
  items: number,
  dim: number,
  kind: TowerConfig['items']['whitening'],
  { threads, fitted }: { threads?: number; fitted?: Arrays } = {},
): Promise<PreparedContent> {
  const ownMean = contentMean(raw, items, dim);
  const mean = fittedArray(fitted, 'content/mean', dim) ?? ownMean;
  const parameters: Arrays = { 'content/mean': namedArray([dim], mean) };
  if (kind === 'none') return { content: centredContent(raw, mean), parameters };
  const whitening =
    fittedArray(fitted, 'content/whitening', dim * dim) ?? (await fitWhitening(raw, mean, kind, { threads }));
  parameters['content/whitening'] = namedArray([dim, dim], whitening);
  return { content: await whitenedContent(raw, mean, whitening, { threads }), parameters };
}

function fittedArray(fitted: Arrays | undefined, name: string, size: number): Float32Array | undefined {
  const found = fitted?.[name]?.data as Float32Array | undefined;
  return found?.length === size ? found : undefined;
}
