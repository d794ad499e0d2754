/** A trained model and its index made live. */
import { basename } from 'node:path';
import { errorCode } from '@lorekeep/core';
import { type PublicationManifest, publish, readCurrent, readManifest } from '@lorekeep/recommender';
import type { IndexKind } from '@lorekeep/vector-index';
import { modelDir, type StageContext } from '../workspace.ts';
import { openEncoderOf } from './encode.ts';

export interface PublishStageOptions {
  /** A trained version. Default: the newest. */
  model?: string;
  index?: IndexKind;
  threads?: number;
  /** Do nothing where this model is live already and the store has as many items and events as it had then. */
  skipIfLive?: boolean;
}

export interface PublishStageResult {
  manifest: PublicationManifest;
  unchanged: boolean;
}

export async function publishStage(context: StageContext, options: PublishStageOptions): Promise<PublishStageResult> {
  const { index = 'usearch', model, threads, skipIfLive = false } = options;
  const { progress, signal, workspace } = context;
  const { dir, store } = workspace;
  const bundleDir = await modelDir(workspace, model);
  if (skipIfLive) {
    const live = await readLive(dir);
    const { items, events } = await store.counts();
    const same = live?.model === basename(bundleDir) && live.index.kind === index;
    if (live !== undefined && same && live.data.items === items && live.data.events === events) {
      return { manifest: live, unchanged: true };
    }
  }
  const { content } = await readManifest(bundleDir);
  const encoder = await openEncoderOf(context, content.encoder, { threads });
  try {
    const manifest = await publish({ workspace: dir, bundleDir, store, encoder, indexKind: index, progress, signal });
    return { manifest, unchanged: false };
  } finally {
    await encoder.close();
  }
}

async function readLive(dir: string): Promise<PublicationManifest | undefined> {
  try {
    return (await readCurrent(dir)).manifest;
  } catch (error) {
    if (errorCode(error) === 'PUBLICATION_MISSING') return undefined;
    throw error;
  }
}
