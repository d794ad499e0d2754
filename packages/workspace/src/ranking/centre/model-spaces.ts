/**
 * Other models as knowledge, in the same form as that of stage 1: the vectors that the language model
 * has of items, and the two towers of LEARN, whose dot product is a score of user and item.
 */
import { gatherRows } from '@lorekeep/core';
import type { KnowledgeEntries, KnowledgeSchema } from '@lorekeep/knowledge';
import { openBundle } from '@lorekeep/recommender';
import { currentEncoder, encoderOf } from '../../encoding/remembered-encoders.ts';
import type { WorkspaceState } from '../../state.ts';
import { modelDir } from '../../training/model-versions.ts';
import { readContent, readLog } from '../../training/training-data.ts';

/** A model as entries. */
export interface ModelSpace {
  /** The name of the version: that of the model, or of the encoder. */
  model: string;
  schema: KnowledgeSchema;
  entries: AsyncIterable<KnowledgeEntries>;
  /** Number of entries, without those by user and category. */
  total: number;
  close(): Promise<void>;
}

/** Entities per group of entries. */
const CHUNK = 1024;

/** @throws LorekeepError `NOTHING_IMPORTED`, `NOTHING_ENCODED` */
export async function textSpace(state: WorkspaceState): Promise<ModelSpace> {
  const encoder = await currentEncoder(state);
  const log = await readLog(state, { target: [] });
  const content = await readContent(state, encoder, log);
  const { itemIds } = log;
  const dim = content.length / itemIds.length;

  async function* entries(): AsyncGenerator<KnowledgeEntries, void, void> {
    for (let first = 0; first < itemIds.length; first += CHUNK) {
      const ids = itemIds.slice(first, first + CHUNK);
      yield { kind: 'item', ids, values: content.slice(first * dim, (first + ids.length) * dim) };
    }
  }

  return {
    model: encoder.id,
    schema: { user: [], item: [{ name: 'text', dim }], interactions: [], userCategory: [] },
    entries: entries(),
    total: itemIds.length,
    close: async () => {},
  };
}

/** @throws LorekeepError `NOTHING_TRAINED`, `MODEL_VERSION_UNKNOWN`, `ENCODER_FORGOTTEN`, `BUNDLE_…` */
export async function towersSpace(state: WorkspaceState, version: string | undefined): Promise<ModelSpace> {
  const bundle = await openBundle(await modelDir(state, version));
  const { dim, inputDim, maxHistory, manifest } = bundle;
  const log = await readLog(state, { target: [] });
  const content = await readContent(state, await encoderOf(state, manifest.content.encoder), log);
  const trained = new Map(bundle.itemIds.map((id, row) => [id, row]));
  const { inputs, vectors } = await bundle.adaptItems(
    content,
    Int32Array.from(log.itemIds, (id) => trained.get(id) ?? -1),
  );
  const { itemIds, userIds, offsets } = log;
  const users = Array.from(userIds.keys()).filter((user) => offsets[user + 1] > offsets[user]);

  async function* entries(): AsyncGenerator<KnowledgeEntries, void, void> {
    for (let first = 0; first < itemIds.length; first += CHUNK) {
      const ids = itemIds.slice(first, first + CHUNK);
      yield { kind: 'item', ids, values: vectors.slice(first * dim, (first + ids.length) * dim) };
    }
    for (let first = 0; first < users.length; first += CHUNK) {
      const some = users.slice(first, first + CHUNK);
      const histories = some.map((user) =>
        gatherRows(inputs, inputDim, log.items.subarray(offsets[user], offsets[user + 1]).subarray(-maxHistory)),
      );
      yield { kind: 'user', ids: some.map((user) => userIds[user]), values: await bundle.encodeUsers(histories) };
    }
  }

  return {
    model: manifest.version,
    schema: {
      user: [{ name: 'user tower', dim, factor: true }],
      item: [{ name: 'item tower', dim, factor: true }],
      interactions: [{ name: 'towers', user: 'user tower', item: 'item tower', kind: 'dot' }],
      userCategory: [],
    },
    entries: entries(),
    total: itemIds.length + users.length,
    close: () => bundle.close(),
  };
}
