/**
 * What training and evaluation read from the store: the log as typed arrays, and the content
 * vectors of its items.
 */
import { catalogueVectors } from '@lorekeep/encoder';
import type { Corpus } from '@lorekeep/store';
import type { Protocol } from '@lorekeep/towers';
import type { RememberedEncoder } from '../encoding/remembered-encoders.ts';
import { errors } from '../errors.ts';
import type { WorkspaceState } from '../state.ts';

/** @throws LorekeepError `NOTHING_IMPORTED` */
export async function readLog({ store }: WorkspaceState): Promise<Corpus> {
  const log = await store.corpus();
  if (log.itemIds.length === 0) throw errors.NOTHING_IMPORTED();
  return log;
}

/** The stored vectors of the log's items, `[items × dim]`. */
export function readContent(
  { store }: WorkspaceState,
  encoder: RememberedEncoder,
  { itemIds }: Corpus,
): Promise<Float32Array> {
  return catalogueVectors({ store, encoder, template: encoder.template }, itemIds);
}

/**
 * A temporal split must not cut ordinal numbers that replace missing timestamps.
 * @throws LorekeepError `TIMES_MISSING`
 */
export async function checkTimes({ store }: WorkspaceState, protocol: Protocol): Promise<void> {
  if (protocol !== 'temporal') return;
  if ((await store.imports()).some(({ ordinals }) => ordinals)) throw errors.TIMES_MISSING();
}
