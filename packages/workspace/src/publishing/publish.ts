/** A trained model and its index made live; or the texts alone, where nothing is trained. */
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { errorCode, type RunContext } from '@lorekeep/core';
import type { ItemTemplate } from '@lorekeep/encoder';
import { type PublicationManifest, publish as publishBundle, readCurrent, readManifest } from '@lorekeep/recommender';
import type { IndexKind } from '@lorekeep/vector-index';
import { checkOptions } from '../check-options.ts';
import { DEFAULT_INDEX, NO_MODEL } from '../defaults.ts';
import { openEncoderOf } from '../encoding/open-encoder.ts';
import { currentEncoder } from '../encoding/remembered-encoders.ts';
import { errors } from '../errors.ts';
import type { WorkspaceState } from '../state.ts';
import { latestModel, modelDir } from '../training/model-versions.ts';
import { trainingOutlook } from '../training/outlook.ts';
import { warnings } from '../warnings.ts';

/** Which trained version is published, and with which index. */
export interface PublishOptions {
  /**
   * A trained version, or `'none'` to publish without a model: similar items by text, and popular
   * and new items. Default: the newest version, or `'none'` if nothing is trained.
   */
  model?: string;
  /** Default `'usearch'`. */
  index?: IndexKind;
  /**
   * Do nothing if this model is live with this kind of index, the store contains as many items and
   * events, under the same rules, as it did when it was published, and nothing was deleted since.
   * Default false.
   */
  skipIfLive?: boolean;
  /** Publications that stay on disk, the new one included, 1 to 100. Default 3. */
  keep?: number;
  /** 1 to 256. Default: one per core. */
  threads?: number;
}

/** The result of `publish`. */
export interface PublishResult {
  /** The version that is live now. */
  version: string;
  manifest: PublicationManifest;
  /** It was live before, so nothing was done. */
  unchanged: boolean;
}

export async function publish(
  state: WorkspaceState,
  options: PublishOptions,
  { progress, signal, warn }: RunContext,
): Promise<PublishResult> {
  const { index = DEFAULT_INDEX, model, threads, keep, skipIfLive = false } = options;
  checkOptions({ threads, keep });
  const { dir, store } = state;
  const bundleDir = await bundleOf(state, model);
  const published = bundleDir === undefined ? null : basename(bundleDir);
  if (model === undefined && bundleDir === undefined && (await trainingOutlook(state)).training === 'sensible')
    warn?.(warnings.PUBLISHED_WITHOUT_MODEL());
  if (skipIfLive) {
    const live = await livePublication(dir);
    const { items, events } = await store.counts();
    const isSameModel = live?.model === published && live.index.kind === index;
    const isSameData = live?.data.items === items && live.data.events === events;
    const areSameRules = isDeepStrictEqual(live?.data.rules, await store.eventRules());
    const isUpToDate = isSameData && areSameRules && (live.data.deletions ?? 0) === (await store.deletions());
    if (live !== undefined && isSameModel && isUpToDate)
      return { version: live.version, manifest: live, unchanged: true };
  }
  const { encoderId, template } = await encodingOf(state, bundleDir);
  const encoder = await openEncoderOf(state, encoderId, { threads, progress, signal });
  try {
    const what = { workspace: dir, bundleDir, store, encoder, template };
    const manifest = await publishBundle({ ...what, indexKind: index, threads, keep, progress, signal });
    return { version: manifest.version, manifest, unchanged: false };
  } finally {
    await encoder.close();
  }
}

/** `undefined`: without a model. */
async function bundleOf(state: WorkspaceState, model: string | undefined): Promise<string | undefined> {
  const isWithout = model === NO_MODEL || (model === undefined && (await latestModel(state)) === undefined);
  return isWithout ? undefined : modelDir(state, model);
}

/** The encoder of a model; without one, that which was used last. */
async function encodingOf(
  state: WorkspaceState,
  bundleDir: string | undefined,
): Promise<{ encoderId: string; template?: ItemTemplate }> {
  if (bundleDir !== undefined) return { encoderId: (await readManifest(bundleDir)).content.encoder };
  if ((await state.store.counts()).items === 0) throw errors.NOTHING_IMPORTED();
  const { id, template } = await currentEncoder(state);
  return { encoderId: id, template };
}

/** `undefined` before the first publication. */
export async function livePublication(dir: string): Promise<PublicationManifest | undefined> {
  try {
    return (await readCurrent(dir)).manifest;
  } catch (error) {
    if (errorCode(error) === 'PUBLICATION_MISSING') return undefined;
    throw error;
  }
}
