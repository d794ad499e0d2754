/**
 * The recommender engine, which the HTTP service, the command line and programs use.
 *
 * A read takes no lock and never waits for a write. Writes run one after another: first to the
 * store, where they are durable, then into memory. After a crash every acknowledged write is found
 * again, because every start and every reload adds what the store has and the publication does not.
 */
import { errorCode } from '@lorekeep/core';
import type { TextEncoder } from '@lorekeep/encoder';
import { type Event, type Item, roleOfEvent, type Store, type UserRecord } from '@lorekeep/store';
import { z } from 'zod';
import { fillBehind, type RankedItems } from '../composition/lists.ts';
import { listByVectors } from '../composition/recommender.ts';
import { errors } from '../errors.ts';
import { openPublication, readCurrent } from '../publication/publication.ts';
import { createDeletions, type EngineDeletions } from './deletions.ts';
import { compileFilter } from './filter.ts';
import { type LoadedPublication, loadPublication } from './loaded-publication.ts';
import type { EventInput, Filter, Recommendations, RecommendRequest, SimilarRequest } from './request-types.ts';
import { eventSchema, itemSchema, MAX_BATCH, parse, recommendSchema, similarSchema, userSchema } from './requests.ts';

/**
 * Newest events of a user that are read: they are left out of the list; models read fewer of them.
 */
const HISTORY_READ = 1000;

export interface EngineOptions {
  /** The directory with `published/`. */
  workspace: string;
  store: Store;
  /** The encoder of the published model. */
  encoder: TextEncoder;
  /**
   * Writes that may wait for their turn before further ones are refused with `ENGINE_BUSY`. Default
   * 64.
   */
  maxPendingWrites?: number;
  /** CPU threads per operation of the model. Default: all cores. */
  threads?: number;
}

/** What an engine serves. */
export interface EngineStats {
  /** The live publication. */
  version: string;
  /** Its trained model; `null` if it was published without one. */
  model: string | null;
  encoder: { name: string; isLanguageModel: boolean };
  items: number;
  /** Items in the index: all but those without text that training did not see. */
  indexed: number;
  index: { kind: string; ef: number; recallAt10: number };
  /** Items that were new or changed when this version was loaded. */
  folded: number;
  pendingWrites: number;
}

/** Answers requests from the live version, and takes new items and events. */
export interface Engine extends EngineDeletions {
  /**
   * The best items for a user or an anonymous session. `source` says what ordered the list.
   *
   * The user's own items are left out unless `includeHistory` is true (of a very long history, the
   * newest 1,000). Items that the user does not want (`EventLog.negatives`) are always left out. Unknown items in a given history are ignored and listed in `unknownItems`.
   * Without a usable history (an unknown user, no events, only unknown items) the most popular
   * items that pass are returned, and `source` is `'popularity'`. Items without events follow them,
   * the newest first; if none that passes has events, `source` is `'newest'`.
   *
   * @throws LorekeepError `REQUEST_INVALID`
   * @example
   * const filter = { price: { max: 20 } };
   * const { items } = await engine.recommend({ user: 'ann', k: 5, filter, withItems: true });
   */
  recommend(request: RecommendRequest): Promise<Recommendations>;
  /**
   * Items similar to this one, itself left out: its neighbours in the linear model, then the items
   * with the largest inner products of vectors. For an item without text that training did not see,
   * the most popular ones. In a publication without a model, the vectors are those of the texts.
   *
   * @throws LorekeepError `ITEM_NOT_FOUND`, `REQUEST_INVALID`
   */
  similar(id: string, request?: SimilarRequest): Promise<Recommendations>;
  /**
   * Stores items (an existing one is replaced as a whole) and makes them retrievable: when this
   * resolves they are on disk and in the index. Of an id given twice the last one counts. At most
   * 1,000.
   *
   * @throws LorekeepError `REQUEST_INVALID`, `ITEM_INVALID` (nothing is written), `ENGINE_BUSY`
   */
  upsertItems(items: Item[]): Promise<{ upserted: number; encoded: number; encodeSeconds: number; version: string }>;
  /**
   * Appends events: when this resolves they are on disk and used by the next recommendation. At
   * most 1,000. `appended` leaves out those whose id is stored already.
   *
   * @throws LorekeepError `REQUEST_INVALID`, `EVENT_UNKNOWN_ITEM`, `EVENT_INVALID` (nothing is
   *   written), `ENGINE_BUSY`
   */
  appendEvents(events: EventInput[]): Promise<{ appended: number }>;
  /**
   * Stores users: the attributes of an existing one are replaced as a whole. When this resolves they
   * are on disk. Of an id given twice the last one counts. At most 1,000.
   *
   * @throws LorekeepError `REQUEST_INVALID`, `USER_INVALID` (nothing is written), `ENGINE_BUSY`
   */
  upsertUsers(users: UserRecord[]): Promise<{ upserted: number }>;
  /**
   * A user as it is stored.
   * @throws LorekeepError `USER_NOT_FOUND`
   */
  getUser(id: string): Promise<{ user: UserRecord }>;
  /**
   * An item of the store, and whether lists can contain it.
   * @throws LorekeepError `ITEM_NOT_FOUND`
   */
  getItem(id: string): Promise<{ item: Item; retrievable: boolean }>;
  /**
   * Switches to the live publication; requests in progress finish on the old one. False if it is
   * served already. If it fails, the old one stays in use.
   */
  reload(): Promise<boolean>;
  /** What is served now, without reading the disk. */
  stats(): EngineStats;
  /** Waits for writes in progress. Store and encoder belong to the caller and stay open. */
  close(): Promise<void>;
}

/**
 * Opens the live publication of a workspace, up to date with its store.
 *
 * @throws LorekeepError `PUBLICATION_MISSING`, `PUBLICATION_CORRUPT`, `ENCODER_MISMATCH`,
 *   `INDEX_ADAPTER_MISSING`
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { workspace, store, encoder, maxPendingWrites = 64, threads } = options;
  let pendingWrites = 0;
  let lastWrite: Promise<unknown> = Promise.resolve();
  /** When a write last gave up because another program had locked the store. */
  let lockedOut: { at: number; error: unknown } | undefined;
  let closed = false;

  async function load(): Promise<{ loaded: LoadedPublication; folded: number }> {
    const { directory, manifest } = await readCurrent(workspace);
    if (manifest.encoder.id !== encoder.id)
      throw errors.ENCODER_MISMATCH({ expected: manifest.encoder.id, actual: encoder.id });
    const publication = await openPublication(directory, manifest, { threads });
    return loadPublication({ publication, store, encoder, threads });
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = lastWrite.then(work);
    lastWrite = result.catch(() => {});
    return result;
  }

  async function write<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw errors.ENGINE_CLOSED();
    if (pendingWrites >= maxPendingWrites) throw errors.ENGINE_BUSY({ pending: pendingWrites });
    pendingWrites++;
    const arrived = performance.now();
    try {
      return await inTurn(async () => {
        // Writes that queued behind it have waited for the same lock. Waiting again, one after
        // another, would add up.
        if (lockedOut !== undefined && lockedOut.at >= arrived) throw lockedOut.error;
        try {
          return await work();
        } catch (error) {
          if (errorCode(error) === 'STORE_BUSY') lockedOut = { at: performance.now(), error };
          throw error;
        }
      });
    } finally {
      pendingWrites--;
    }
  }

  /** Runs `work` on the version in use, which stays open until it is done. */
  async function read<T>(work: (loaded: LoadedPublication) => Promise<T>): Promise<T> {
    if (closed) throw errors.ENGINE_CLOSED();
    await noticeDeletions();
    if (closed) throw errors.ENGINE_CLOSED();
    const { loaded } = current;
    loaded.retain();
    try {
      return await work(loaded);
    } finally {
      loaded.release();
    }
  }

  async function answer(
    { catalogue, publication }: LoadedPublication,
    { keys, scores, source }: RankedItems,
    withItems: boolean,
    unknownItems: string[],
    filter?: Filter,
  ): Promise<Recommendations> {
    const ids = Array.from(keys, catalogue.idOf);
    const items = withItems ? await store.getItems(ids) : [];
    const unknownFields = Object.keys(filter?.fields ?? {}).filter((name) => !catalogue.knowsField(name));
    return {
      version: publication.manifest.version,
      source,
      items: ids.map((id, at) => ({
        id,
        score: scores[at],
        ...(items[at] === undefined ? {} : { item: items[at] }),
      })),
      unknownItems,
      ...(unknownFields.length === 0 ? {} : { unknownFields }),
    };
  }

  let current = await inTurn(load);
  const { notice: noticeDeletions, ...deletions } = createDeletions({
    store,
    current: () => current.loaded,
    write,
    inTurn,
  });

  return {
    recommend: (input) =>
      read(async (loaded) => {
        const { k, exclude, filter, includeHistory, withItems, ...request } = parse(recommendSchema, input);
        const { catalogue, recommender } = loaded;
        const history = request.history ?? (await store.histories([request.user!], HISTORY_READ))[0];
        const rows = history.map(catalogue.rowOf);
        const known = rows.filter((row) => row !== undefined);
        const unknownItems = request.history === undefined ? [] : history.filter((_, at) => rows[at] === undefined);
        const passes = rowFilter(loaded, filter, exclude.map(catalogue.rowOf));
        const [unwanted] = request.user === undefined ? [[]] : await store.negatives([request.user]);
        const left = new Set(unwanted.map(catalogue.rowOf).filter((row) => row !== undefined));
        if (!includeHistory) for (const row of known) left.add(row);
        const [prepared] = await recommender.prepare([{ history: known, passes }]);
        const found = await prepared.list(k, left);
        return answer(loaded, found, withItems, unknownItems, filter);
      }),

    similar: (id, input = {}) =>
      read(async (loaded) => {
        const { k, filter, withItems } = parse(similarSchema, input);
        const row = loaded.catalogue.rowOf(id);
        if (row === undefined) throw errors.ITEM_NOT_FOUND({ id });
        const passes = rowFilter(loaded, filter, [row]) as (row: number) => boolean;
        return answer(loaded, await similarItems(loaded, row, k, passes), withItems, [], filter);
      }),

    async upsertItems(input) {
      const items = parse(z.array(itemSchema).max(MAX_BATCH), input) as Item[];
      const distinct = [...new Map(items.map((item) => [item.id, item])).values()];
      return write(async () => {
        const { loaded } = current;
        await store.upsertItems(distinct);
        const { encoded, seconds } = await loaded.upsert(distinct);
        const { version } = loaded.publication.manifest;
        return { upserted: distinct.length, encoded, encodeSeconds: seconds, version };
      });
    },

    async appendEvents(input) {
      const now = Date.now() / 1000;
      const events: Event[] = parse(z.array(eventSchema).max(MAX_BATCH), input).map((event) => ({
        ...event,
        timestamp: event.timestamp ?? now,
      }));
      return write(async () => {
        const chosen = await newChoices(store, events);
        const appended = await store.appendEvents(events);
        current.loaded.countUsers(chosen);
        return { appended };
      });
    },

    ...deletions,
    async upsertUsers(input) {
      const users = parse(z.array(userSchema).max(MAX_BATCH), input) as UserRecord[];
      const distinct = [...new Map(users.map((user) => [user.id, user])).values()];
      return write(async () => {
        await store.upsertUsers(distinct);
        return { upserted: distinct.length };
      });
    },

    async getUser(id) {
      if (closed) throw errors.ENGINE_CLOSED();
      const [user] = await store.getUsers([id]);
      if (user === undefined) throw errors.USER_NOT_FOUND({ id });
      return { user };
    },

    getItem: (id) =>
      read(async (loaded) => {
        const [item] = await store.getItems([id]);
        if (item === undefined) throw errors.ITEM_NOT_FOUND({ id });
        const row = loaded.catalogue.rowOf(id);
        const [vector] = row === undefined ? [] : await loaded.publication.index.getMany([row]);
        return { item, retrievable: vector !== undefined };
      }),

    reload: () =>
      inTurn(async () => {
        if (closed) throw errors.ENGINE_CLOSED();
        const { manifest } = await readCurrent(workspace);
        const old = current.loaded;
        if (manifest.version === old.publication.manifest.version) return false;
        current = await load();
        old.retire();
        return true;
      }),

    stats() {
      const { loaded, folded } = current;
      const { manifest, index } = loaded.publication;
      return {
        version: manifest.version,
        model: manifest.model,
        encoder: { name: manifest.encoder.name, isLanguageModel: manifest.encoder.isLanguageModel },
        items: loaded.catalogue.size,
        indexed: index.size,
        index: { kind: index.kind, ef: manifest.index.ef, recallAt10: manifest.index.recallAt10 },
        folded,
        pendingWrites,
      };
    },

    async close() {
      if (closed) return;
      closed = true;
      await lastWrite;
      current.loaded.retire();
    },
  };
}

/**
 * The items of positive events, once for each user who has not chosen them before (of a very long
 * history, among the newest 1,000).
 */
async function newChoices(store: Store, events: readonly Event[]): Promise<string[]> {
  const rules = await store.eventRules();
  const positive = events.filter((event) => roleOfEvent(event, rules) === 'positive');
  const users = [...new Set(positive.map(({ user }) => user))];
  const histories = await store.histories(users, HISTORY_READ);
  const chosen = new Map(users.map((user, at) => [user, new Set(histories[at])]));
  return positive.flatMap(({ user, item }) => {
    const own = chosen.get(user)!;
    if (own.has(item)) return [];
    own.add(item);
    return [item];
  });
}

/**
 * Neighbours of an item in the linear model, then by its vector; for an item with neither, popular
 * ones.
 */
async function similarItems(
  { parts, publication }: LoadedPublication,
  row: number,
  k: number,
  passes: (row: number) => boolean,
): Promise<RankedItems> {
  const { index } = publication;
  const named = parts.linear?.top([row], k, passes);
  const found = named && named.keys.length > 0 ? ({ ...named, source: 'linear' } as const) : undefined;
  if (found?.keys.length === k) return found;
  const [vector] = await index.getMany([row]);
  if (vector === undefined) return found ?? parts.popular(k, passes);
  const behind = await parts.towers.search(vector, k, { passes });
  return found === undefined ? listByVectors(parts, behind, k, passes) : fillBehind(found, behind, k);
}

/**
 * Rows that may be recommended: not excluded, and with fields that pass the filter. `undefined` if
 * that is all of them.
 */
function rowFilter(
  { catalogue }: LoadedPublication,
  filter: Filter | undefined,
  excluded: readonly (number | undefined)[],
): ((row: number) => boolean) | undefined {
  if (filter === undefined && excluded.length === 0) return undefined;
  const out = new Set(excluded);
  if (filter === undefined) return (row) => !out.has(row);
  const passes = compileFilter(filter);
  return (row) => !out.has(row) && passes(catalogue.fieldsOf(row));
}
