/**
 * The engine of a shop in which nothing is published yet. It takes everything that a shop sends, and
 * answers as a shop does that has nothing to list: an empty list, not an error, so that a page of
 * that shop works from its first day. What it stores, the first publication has.
 */
import { randomUUID } from 'node:crypto';
import type { Item, Store, UserRecord } from '@lorekeep/store';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { recommendSchema, searchSchema, similarSchema } from '../page/schemas.ts';
import { engineScenarios } from '../scenarios/engine-scenarios.ts';
import { createScenarios } from '../scenarios/scenarios.ts';
import type { Engine } from './engine.ts';
import { createEngineExperiments } from './experiments.ts';
import type { Recommendations, RequestContext } from './request-types.ts';
import {
  deletionIdsSchema,
  eventFilterSchema,
  eventSchema,
  itemSchema,
  MAX_BATCH,
  parse,
  userSchema,
} from './requests.ts';

/** The version that stands in the answers. */
export const NO_VERSION = 'none';

/**
 * @param store stays open when the engine is closed
 * @example
 * const engine = await createUnpublishedEngine(workspace.store);
 * await engine.recommend({ user: 'ann' }); // { version: 'none', source: 'newest', items: [] }
 */
export async function createUnpublishedEngine(store: Store): Promise<Engine> {
  const scenarios = createScenarios(store);
  let { items: size } = await store.counts();
  let closed = false;
  let lastWrite: Promise<unknown> = Promise.resolve();

  function open(): void {
    if (closed) throw errors.ENGINE_CLOSED();
  }

  /** Writes run one after another, as in every engine. */
  async function write<T>(work: () => Promise<T>): Promise<T> {
    open();
    const result = lastWrite.then(work);
    lastWrite = result.catch(() => {});
    const answer = await result;
    size = (await store.counts()).items;
    return answer;
  }

  const { engine: ofExperiments, exposures } = createEngineExperiments({ store, scenarios, write, checkOpen: open });

  async function emptyList(
    { scenario, cursor }: { scenario?: string; cursor?: string },
    { requestId = randomUUID() }: RequestContext = {},
  ): Promise<Recommendations> {
    open();
    if (cursor !== undefined) throw errors.CURSOR_EXPIRED();
    const list: Recommendations = {
      request: requestId,
      version: NO_VERSION,
      source: 'newest',
      items: [],
      unknownItems: [],
    };
    if (scenario === undefined) return list;
    const [name, number] = scenario.split('@');
    const { version } = await scenarios.get(name, number === undefined ? undefined : Number(number));
    return { ...list, scenario: { name, version } };
  }

  async function unknownItems(ids: readonly string[]): Promise<string[]> {
    open();
    const items = await store.getItems([...ids]);
    return ids.filter((_, at) => items[at] === undefined);
  }

  async function stored(id: string): Promise<Item> {
    const [item] = await store.getItems([id]);
    if (item === undefined) throw errors.ITEM_NOT_FOUND({ id });
    return item;
  }

  return {
    async recommend(input, context) {
      const request = parse(recommendSchema, input);
      return { ...(await emptyList(request, context)), unknownItems: await unknownItems(request.history ?? []) };
    },
    async similar(id, input = {}, context = {}) {
      const request = parse(similarSchema, input);
      open();
      await stored(id);
      return emptyList(request, context);
    },
    async search(input, context) {
      const { history = [], ...request } = parse(searchSchema, input);
      return { ...(await emptyList(request, context)), unknownItems: await unknownItems(history) };
    },
    unknownItems,
    async rank() {
      throw errors.RANKER_NOT_SERVED();
    },
    async knowledge() {
      throw errors.KNOWLEDGE_NOT_SERVED();
    },
    async upsertItems(input) {
      const items = parse(z.array(itemSchema).max(MAX_BATCH), input) as Item[];
      const distinct = [...new Map(items.map((item) => [item.id, item])).values()];
      await write(() => store.upsertItems(distinct));
      return { upserted: distinct.length, encoded: 0, encodeSeconds: 0, version: NO_VERSION };
    },
    async appendEvents(input) {
      const now = Date.now() / 1000;
      const events = parse(z.array(eventSchema).max(MAX_BATCH), input).map((event) => ({
        ...event,
        timestamp: event.timestamp ?? now,
      }));
      return { appended: await write(() => store.appendEvents(events)) };
    },
    async upsertUsers(input) {
      const users = parse(z.array(userSchema).max(MAX_BATCH), input) as UserRecord[];
      const distinct = [...new Map(users.map((user) => [user.id, user])).values()];
      await write(() => store.upsertUsers(distinct));
      return { upserted: distinct.length };
    },
    deleteItems: async (ids) => write(() => store.deleteItems(parse(deletionIdsSchema, ids))),
    deleteUsers: async (ids) => write(() => store.deleteUsers(parse(deletionIdsSchema, ids))),
    deleteEvents: async (filter) => write(() => store.deleteEvents(parse(eventFilterSchema, filter))),
    ...engineScenarios(scenarios, { write, checkOpen: open }),
    ...ofExperiments,
    async getUser(id) {
      open();
      const [user] = await store.getUsers([id]);
      if (user === undefined) throw errors.USER_NOT_FOUND({ id });
      return { user };
    },
    async getItem(id) {
      open();
      return { item: await stored(id), retrievable: false };
    },
    async readText() {
      throw errors.NOTHING_PUBLISHED();
    },
    reload: async () => false,
    stats: () => ({
      version: NO_VERSION,
      model: null,
      encoder: { name: NO_VERSION, isLanguageModel: false },
      items: size,
      indexed: 0,
      index: { kind: NO_VERSION, ef: 0, recallAt10: 1 },
      folded: 0,
      pendingWrites: 0,
    }),
    async close() {
      closed = true;
      await lastWrite;
      await exposures.close();
    },
  };
}
