/**
 * The data that a quality bench trains on: the histories of a data directory and the vectors of its
 * items.
 */
import { catalogueVectors, DEFAULT_MODEL, DEFAULT_TEMPLATE, type Precision } from '@lorekeep/encoder';
import type { BundleManifest } from '@lorekeep/recommender';
import type { InteractionLog } from '@lorekeep/store';
import { openWorkspace } from '@lorekeep/workspace';
import { PUBLISHED_RULES } from './published.ts';

export interface Catalogue {
  log: InteractionLog;
  /** `[items × contentInfo.dim]`, zeros for an item without text. */
  content: Float32Array;
  contentInfo: BundleManifest['content'];
}

/**
 * Imports and encodes a data directory, or reuses what the workspace has of it.
 *
 * @param dir folder of the workspace; created if there is none
 * @param precision of the encoder
 */
export async function loadCatalogue(data: string, dir: string, precision: Precision = 'fp32'): Promise<Catalogue> {
  await using workspace = await openWorkspace(dir, { create: true });
  await workspace.changeEventRules(PUBLISHED_RULES);
  await workspace.importDirectory(data);
  // The model is named, so that the lexical encoder never replaces it.
  const encoder = await workspace.encode({ model: DEFAULT_MODEL, template: DEFAULT_TEMPLATE, precision });
  const { id, name, dim, isLanguageModel, template } = encoder;
  const { store } = workspace;
  const log = await store.interactionLog();
  return {
    log,
    content: await catalogueVectors({ store, encoder, template }, log.itemIds),
    contentInfo: { encoder: id, name, dim, isLanguageModel, template },
  };
}
