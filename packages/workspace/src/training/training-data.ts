/**
 * What training and evaluation read from the store: the log as typed arrays, and the content
 * vectors of its items.
 */
import { catalogueVectors } from '@lorekeep/encoder';
import type { Protocol } from '@lorekeep/evaluation';
import type { RecommenderConfig } from '@lorekeep/recommender';
import { type InteractionLog, recogniseRatings } from '@lorekeep/store';
import type { RememberedEncoder } from '../encoding/remembered-encoders.ts';
import { errors } from '../errors.ts';
import type { WorkspaceState } from '../state.ts';

/**
 * The log under the rules of the workspace, with the types of events if some of them are targets.
 * @throws LorekeepError `NOTHING_IMPORTED`
 */
export async function readLog(
  { store }: WorkspaceState,
  { target }: Pick<RecommenderConfig['events'], 'target'>,
): Promise<InteractionLog> {
  // Events that came live can have brought the first ratings.
  await recogniseRatings(store);
  const log = await store.interactionLog({ types: target.length > 0 });
  if (log.itemIds.length === 0) throw errors.NOTHING_IMPORTED();
  return log;
}

/** The stored vectors of the log's items, `[items × dim]`. */
export function readContent(
  { store }: WorkspaceState,
  encoder: RememberedEncoder,
  { itemIds }: InteractionLog,
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
