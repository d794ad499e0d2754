/**
 * What stands at the beginning of a run: prepared content and the initial values of all parameters.
 */
import { contentErrors, type Random } from '@lorekeep/core';
import { closedFormStart } from '../model/closed-form-start.ts';
import { type PreparedContent, prepareContent } from '../model/content.ts';
import { type InitialParameters, initialParameters } from '../model/parameters.ts';
import type { TrainTowersOptions } from './train-options.ts';
import { startFromOtherTowers } from './transfer.ts';

/**
 * @returns `undefined` if the towers read no content
 * @throws LorekeepError `CONTENT_INVALID`
 */
export async function preparedContent({
  split,
  content,
  contentInfo,
  config,
  initial,
  threads,
}: TrainTowersOptions): Promise<PreparedContent | undefined> {
  if (!config.items.content) return undefined;
  if (content === undefined) throw contentErrors.CONTENT_INVALID({ problem: 'none were given' });
  const items = split.log.itemIds.length;
  const options = { threads, fitted: initial?.parameters };
  return prepareContent(content, items, contentInfo.dim, config.items.whitening, options);
}

/**
 * The closed-form start, random values, or the values of other towers.
 *
 * @param content as the towers read it
 * @param contentDim 0 without content
 * @param resumed whether a checkpoint replaces the values; then the closed form is not solved again
 * @throws LorekeepError `TOWERS_INIT_MISMATCH`; `signal.reason` if stopped
 */
export async function firstValues(
  { split, contentInfo, config, initial, threads, progress, signal }: TrainTowersOptions,
  content: Float32Array | undefined,
  contentDim: number,
  resumed: boolean,
  random: Random,
): Promise<InitialParameters> {
  const items = split.log.itemIds.length;
  const { start: kind, dim } = config.network;
  const run = { progress, signal, threads };
  const solved =
    resumed || initial !== undefined || kind === 'random'
      ? undefined
      : await closedFormStart(split, content, contentDim, dim, random.fork('start'), run);
  signal?.throwIfAborted();
  // Without pairs of items and without texts the closed form is zero, and so would be every gradient.
  const isZero = config.training.epochs > 0 && solved?.table.every((value) => value === 0) && contentDim === 0;
  const start = isZero ? undefined : solved;
  const first = initialParameters(config, { items, contentDim }, start, random.fork('parameters'));
  if (initial !== undefined) first.parameters = startFromOtherTowers(first.parameters, initial, config, contentInfo);
  return first;
}
