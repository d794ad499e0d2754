/** A trained model and its index made live. */
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { errorCode, type RunContext } from '@lorekeep/core';
import { type PublicationManifest, publish as publishBundle, readCurrent, readManifest } from '@lorekeep/recommender';
import type { IndexKind } from '@lorekeep/vector-index';
import { checkOptions } from '../check-options.ts';
import { DEFAULT_INDEX } from '../defaults.ts';
import { openEncoderOf } from '../encoding/open-encoder.ts';
import type { WorkspaceState } from '../state.ts';
import { modelDir } from '../training/model-versions.ts';

/** Which trained version is published, and with which index. */
export interface PublishOptions {
  /** A trained version. Default: the newest. */
  model?: string;
  /** Default `'usearch'`. */
  index?: IndexKind;
  /**
   * Do nothing if this model is live with this kind of index, the store contains as many items and
   * events, under the same rules, as it did when it was published, and nothing was deleted since.
   * Default false.
   */
  skipIfLive?: boolean;
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
  { progress, signal }: RunContext,
): Promise<PublishResult> {
  const { index = DEFAULT_INDEX, model, threads, skipIfLive = false } = options;
  checkOptions({ threads });
  const { dir, store } = state;
  const bundleDir = await modelDir(state, model);
  if (skipIfLive) {
    const live = await livePublication(dir);
    const { items, events } = await store.counts();
    const isSameModel = live?.model === basename(bundleDir) && live.index.kind === index;
    const isSameData = live?.data.items === items && live.data.events === events;
    const areSameRules = isDeepStrictEqual(live?.data.rules, await store.eventRules());
    const isUpToDate = isSameData && areSameRules && (live.data.deletions ?? 0) === (await store.deletions());
    if (live !== undefined && isSameModel && isUpToDate)
      return { version: live.version, manifest: live, unchanged: true };
  }
  const { content } = await readManifest(bundleDir);
  const encoder = await openEncoderOf(state, content.encoder, { threads, progress, signal });
  try {
    const location = { workspace: dir, bundleDir, store };
    const manifest = await publishBundle({ ...location, encoder, indexKind: index, threads, progress, signal });
    return { version: manifest.version, manifest, unchanged: false };
  } finally {
    await encoder.close();
  }
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
