/** What a ranker reads of a store: the impression log, and the fields of items and users. */
import type { ImpressionLog, ImpressionLogOptions, Item, Store, UserRecord } from '@lorekeep/store';
import { type Field, itemFields, userFields } from './fields.ts';
import type { ItemVectors } from './item-vectors.ts';

/** Names and fields of the entities whose numbers are in the columns of a log. */
export interface RankingEntities {
  /** The names may grow from batch to batch of a log. */
  names: {
    userIds: readonly string[];
    itemIds: readonly string[];
    surfaceNames: readonly string[];
    outcomeNames: readonly string[];
  };
  /** Fields of items in the order of `itemIds`, without the id itself. */
  items: readonly Field[];
  /** Fields of users in the order of `userIds`, without the id itself. */
  users: readonly Field[];
  /** Vectors of texts or images, by the numbers of `itemIds`. Default: none. */
  vectors?: ItemVectors;
}

/** A whole impression log with its entities. */
export interface RankingData extends RankingEntities {
  log: ImpressionLog;
}

/** What `loadRankingData` reads of a store. */
export type RankingSource = Pick<Store, 'impressionLog' | 'getItems' | 'getUsers'>;

/** @throws LorekeepError `STORE_ARGUMENT` */
export async function loadRankingData(store: RankingSource, options: ImpressionLogOptions = {}): Promise<RankingData> {
  const log = await store.impressionLog(options);
  return { log, ...(await loadEntities(store, log)) };
}

/** The fields of all items and users that the names contain. */
export async function loadEntities(
  store: Pick<RankingSource, 'getItems' | 'getUsers'>,
  names: RankingEntities['names'],
): Promise<RankingEntities> {
  const items: (Item | undefined)[] = await store.getItems([...names.itemIds]);
  const users: (UserRecord | undefined)[] = await store.getUsers([...names.userIds]);
  return { names, items: itemFields(items), users: userFields(users) };
}
