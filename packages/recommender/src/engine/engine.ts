/**
 * The recommender engine, which the HTTP service, the command line and programs use.
 *
 * A read takes no lock and never waits for a write. Writes run one after another: first to the
 * store, where they are durable, then into memory. After a crash every acknowledged write is found
 * again, because every start and every reload adds what the store has and the publication does not.
 */
import { errorCode, stage } from '@lorekeep/core';
import { itemText, type TextEncoder } from '@lorekeep/encoder';
import type { Event, Item, Store, UserRecord } from '@lorekeep/store';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { createListRequests } from '../page/list-requests.ts';
import { openPublication, readCurrent } from '../publication/publication.ts';
import type { RankingService } from '../ranking/ranking-service.ts';
import { knowledgeRequestSchema, rankSchema } from '../ranking/schemas.ts';
import type { KnowledgeAnswer, KnowledgeRequest, RankAnswer, RankingStats, RankRequest } from '../ranking/types.ts';
import { type EngineScenarios, engineScenarios } from '../scenarios/engine-scenarios.ts';
import { createScenarios } from '../scenarios/scenarios.ts';
import { createDeletions, type EngineDeletions } from './deletions.ts';
import { createEngineExperiments, type EngineExperiments } from './experiments.ts';
import { type LoadedPublication, loadPublication } from './loaded-publication.ts';
import { newChoices } from './new-choices.ts';
import type {
  EventInput,
  Recommendations,
  RecommendRequest,
  RequestContext,
  SearchRequest,
  SimilarRequest,
} from './request-types.ts';
import { eventSchema, itemSchema, MAX_BATCH, parse, userSchema } from './requests.ts';

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
  /** The ranker and its knowledge. The engine closes it. Default: none, and `rank` fails. */
  ranking?: RankingService;
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
  /** Absent if the engine was opened without. */
  ranking?: RankingStats;
}

/** Answers requests from the live version, and takes new items and events. */
export interface Engine extends EngineDeletions, EngineScenarios, EngineExperiments {
  /**
   * Orders given items for a user by the probability of an outcome, with everything that the user has
   * done up to now.
   *
   * @throws LorekeepError `RANKER_NOT_SERVED`, `REQUEST_INVALID`
   * @example
   * const { items, knowledge } = await engine.rank({ user: 'ann', items: ['B0001', 'B0002'] });
   */
  rank(request: RankRequest): Promise<RankAnswer>;
  /**
   * Knowledge of pairs of user and item, for a ranker of your own.
   *
   * @throws LorekeepError `KNOWLEDGE_NOT_SERVED`, `REQUEST_INVALID`, `KNOWLEDGE_…`
   */
  knowledge(request: KnowledgeRequest): Promise<KnowledgeAnswer>;
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
  recommend(request: RecommendRequest, context?: RequestContext): Promise<Recommendations>;
  /**
   * Items similar to this one, itself left out: its neighbours in the linear model, then the items
   * with the largest inner products of vectors. For an item without text that training did not see,
   * the most popular ones. In a publication without a model, the vectors are those of the texts.
   *
   * @throws LorekeepError `ITEM_NOT_FOUND`, `REQUEST_INVALID`
   */
  similar(id: string, request?: SimilarRequest, context?: RequestContext): Promise<Recommendations>;
  /**
   * Items for a query in words: those whose texts are nearest to its meaning, and those that have its
   * words. With a user or a history, taste moves them a little. New items are found at once.
   *
   * @throws LorekeepError `REQUEST_INVALID`, `SEARCH_WITHOUT_TEXTS`; or what the encoder throws
   * @example
   * const { items } = await engine.search({ query: 'blue kettle', k: 5, withItems: true });
   */
  search(request: SearchRequest, context?: RequestContext): Promise<Recommendations>;
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
  /** Which of these ids are not those of stored items, so that no event may name them. */
  unknownItems(ids: readonly string[]): Promise<string[]>;
  /**
   * The text of an item as the encoder reads it, and its vector `[dim]`. The item need not be stored,
   * and nothing is written. The vector of an item without text is all zeros.
   */
  readText(item: Item): Promise<{ text: string; vector: Float32Array }>;
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
  const { workspace, store, encoder, maxPendingWrites = 64, threads, ranking } = options;
  let pendingWrites = 0;
  let lastWrite: Promise<unknown> = Promise.resolve();
  /** When a write last gave up because another program had locked the store. */
  let lockedOut: { at: number; error: unknown } | undefined;
  let closed = false;

  async function load(): Promise<{ loaded: LoadedPublication; folded: number }> {
    const { directory, manifest } = await readCurrent(workspace);
    if (manifest.encoder.id !== encoder.id)
      throw errors.ENCODER_MISMATCH({ expected: manifest.encoder.id, actual: encoder.id });
    const publication = await openPublication(directory, manifest, { threads, live: true });
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

  function checkOpen(): void {
    if (closed) throw errors.ENGINE_CLOSED();
  }

  let current = await inTurn(load);
  const scenarios = createScenarios(store);
  const {
    engine: ofExperiments,
    experiments,
    exposures,
  } = createEngineExperiments({ store, scenarios, write, checkOpen });
  const { notice: noticeDeletions, ...deletions } = createDeletions({
    store,
    forget: async (ids) => {
      exposures.forget(ids.users ?? []);
      await ranking?.forget(ids);
    },
    current: () => current.loaded,
    write,
    inTurn,
  });

  const lists = createListRequests({ store, encoder, ranking, scenarios, experiments, exposures });

  return {
    recommend: (input, context = {}) => read((loaded) => lists.recommend(loaded, input, context)),
    similar: (id, input = {}, context = {}) => read((loaded) => lists.similar(loaded, id, input, context)),
    search: (input, context = {}) => read((loaded) => lists.search(loaded, input, context)),

    async rank(input) {
      if (closed) throw errors.ENGINE_CLOSED();
      if (ranking === undefined) throw errors.RANKER_NOT_SERVED();
      return ranking.rank(parse(rankSchema, input));
    },

    async knowledge(input) {
      if (closed) throw errors.ENGINE_CLOSED();
      if (ranking === undefined) throw errors.KNOWLEDGE_NOT_SERVED();
      return ranking.knowledge(parse(knowledgeRequestSchema, input));
    },

    async upsertItems(input) {
      const items = parse(z.array(itemSchema).max(MAX_BATCH), input) as Item[];
      const distinct = [...new Map(items.map((item) => [item.id, item])).values()];
      return write(async () => {
        const { loaded } = current;
        await stage('store', () => store.upsertItems(distinct));
        const { encoded, seconds } = await stage('encode', () => loaded.upsert(distinct));
        await ranking?.addItems(distinct);
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
        const appended = await stage('store', () => store.appendEvents(events));
        current.loaded.countUsers(chosen);
        current.loaded.catchUp();
        await ranking?.addEvents(events, appended === events.length);
        return { appended };
      });
    },

    ...deletions,
    ...ofExperiments,
    ...engineScenarios(scenarios, { write, checkOpen }),

    async upsertUsers(input) {
      const users = parse(z.array(userSchema).max(MAX_BATCH), input) as UserRecord[];
      const distinct = [...new Map(users.map((user) => [user.id, user])).values()];
      return write(async () => {
        await stage('store', () => store.upsertUsers(distinct));
        await ranking?.addUsers(distinct);
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

    unknownItems: (ids) =>
      read(async () => {
        const items = await store.getItems([...ids]);
        return ids.filter((_, at) => items[at] === undefined);
      }),

    readText: (item) =>
      read(async ({ publication }) => {
        const text = itemText(item, publication.manifest.template);
        return { text, vector: text === '' ? new Float32Array(encoder.dim) : await encoder.encode([text]) };
      }),

    reload: () =>
      inTurn(async () => {
        if (closed) throw errors.ENGINE_CLOSED();
        const hasRanker = (await ranking?.reload()) ?? false;
        const { manifest } = await readCurrent(workspace);
        const old = current.loaded;
        if (manifest.version === old.publication.manifest.version) return hasRanker;
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
        ...(ranking && { ranking: ranking.stats() }),
      };
    },

    async close() {
      if (closed) return;
      closed = true;
      await lastWrite;
      await exposures.close();
      current.loaded.retire();
      await ranking?.close();
    },
  };
}
