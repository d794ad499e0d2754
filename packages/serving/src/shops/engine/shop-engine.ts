/**
 * The engine of a shop: that of its publication, or of a shop without one, and the exchange of one for
 * another while requests run. A shop becomes able to recommend with its first items, and takes a
 * publication whose vectors come from another encoder, both without a restart.
 */
import { errorCode } from '@lorekeep/core';
import {
  createUnpublishedEngine,
  type Engine,
  NO_VERSION,
  readCurrent,
  recommenderErrors,
} from '@lorekeep/recommender';
import type { Workspace } from '@lorekeep/workspace';
import type { ThreadBudget } from '../budget.ts';
import type { ShopLimits } from '../settings.ts';
import { createGate } from './gate.ts';
import { type Publisher, SHOP_ENCODER } from './publisher.ts';
import { createRoom } from './room.ts';

/** A catalogue that has grown by this factor is published again. */
const GROWTH = 2;
/** As many as an engine lets wait. */
const MAX_PENDING = 64;
/** CPU threads of each operation of a shop: see `budget.ts`. */
const THREADS = 1;

export interface ShopEngine {
  engine: Engine;
  /** Whether something runs that closing would have to wait for. */
  isBusy(): boolean;
}

export interface ShopEngineOptions {
  workspace: Workspace;
  limits: ShopLimits;
  budget: ThreadBudget;
  publisher: Publisher;
  /** Receives what fails in the background. */
  onFailure: (error: unknown) => void;
}

/** An engine with the calls that it answers at the moment. */
interface Held {
  engine: Engine;
  calls: number;
  isRetired: boolean;
  /** How many items its publication was made of; `undefined` if a model is published, or nothing. */
  publishedItems: number | undefined;
}

/** @throws LorekeepError what opening an engine throws, except `PUBLICATION_MISSING` */
export async function openShopEngine(options: ShopEngineOptions): Promise<ShopEngine> {
  const { workspace, limits, budget, publisher, onFailure } = options;
  const { store, dir } = workspace;
  const gate = createGate();
  const room = createRoom(store, limits);
  let current = await hold();
  let pendingUpserts = 0;
  let lastUpsert: Promise<unknown> = Promise.resolve();
  let publishing: Promise<void> | undefined;
  let closed = false;

  async function hold(): Promise<Held> {
    const published = await readCurrent(dir).catch((error) => {
      if (errorCode(error) === 'PUBLICATION_MISSING') return undefined;
      throw error;
    });
    const engine =
      published === undefined ? await createUnpublishedEngine(store) : await workspace.engine({ threads: THREADS });
    const publishedItems = published?.manifest.model === null ? published.manifest.data.items : undefined;
    return { engine, calls: 0, isRetired: false, publishedItems };
  }

  const isUnpublished = () => current.engine.stats().version === NO_VERSION;

  /** Calls the engine in use, which stays open until it has answered. */
  async function call<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    if (closed) throw recommenderErrors.ENGINE_CLOSED();
    const held = current;
    held.calls++;
    try {
      return await work(held.engine);
    } finally {
      if (--held.calls === 0 && held.isRetired) held.engine.close().catch(onFailure);
    }
  }

  /** What is written meanwhile waits: the new engine would not count it. */
  const exchange = () =>
    gate.alone(async () => {
      const old = current;
      current = await hold();
      old.isRetired = true;
      if (old.calls === 0) await old.engine.close();
    });

  const write = <T>(work: (engine: Engine) => Promise<T>) => gate.shared(() => call(work));

  /** Shops with a model, or with texts that another encoder has read, are published by those who run them. */
  async function canPublish(): Promise<boolean> {
    if ((await workspace.modelVersions()).length > 0) return false;
    const encoder = (await workspace.status()).encoder?.model;
    return encoder === undefined || encoder === SHOP_ENCODER;
  }

  async function publish(): Promise<void> {
    if (!(await canPublish()) || (await store.counts()).items === 0) return;
    await publisher.publish(dir);
    await exchange();
  }

  /** One at a time; those who call meanwhile wait for the same. A failure is told to `onFailure`. */
  function publishOnce(): Promise<void> {
    publishing ??= publish()
      .catch((error) => {
        if (!closed) onFailure(error);
      })
      .finally(() => {
        publishing = undefined;
      });
    return publishing;
  }

  async function publishIfNeeded(): Promise<void> {
    if (isUnpublished()) return publishOnce();
    const { publishedItems } = current;
    if (publishedItems !== undefined && current.engine.stats().items >= GROWTH * publishedItems) void publishOnce();
  }

  /** Upserts wait here for each other, so that one shop never holds more than one place of the budget. */
  async function upsertItems(items: Parameters<Engine['upsertItems']>[0]): ReturnType<Engine['upsertItems']> {
    if (pendingUpserts >= MAX_PENDING) throw recommenderErrors.ENGINE_BUSY({ pending: pendingUpserts });
    pendingUpserts++;
    const result = lastUpsert.then(async () => {
      await room.forItems(items);
      const answer = await budget.run(() => write((engine) => engine.upsertItems(items)));
      await publishIfNeeded();
      return isUnpublished() ? answer : { ...answer, version: current.engine.stats().version };
    });
    lastUpsert = result.catch(() => {});
    try {
      return await result;
    } finally {
      pendingUpserts--;
    }
  }

  /** Searches for a newly published version in progress: they keep no shop in the memory. */
  let lookups = 0;

  // Also when a process ended between the first items and their publication.
  if (isUnpublished()) void publishOnce();

  const engine: Engine = {
    recommend: (request, context) => call((live) => live.recommend(request, context)),
    similar: (id, request, context) => call((live) => live.similar(id, request, context)),
    search: (request, context) => call((live) => live.search(request, context)),
    rank: (request) => call((live) => live.rank(request)),
    knowledge: (request) => call((live) => live.knowledge(request)),
    getUser: (id) => call((live) => live.getUser(id)),
    getItem: (id) => call((live) => live.getItem(id)),
    readText: (item) => call((live) => live.readText(item)),
    getScenario: (name, version) => call((live) => live.getScenario(name, version)),
    listScenarios: () => call((live) => live.listScenarios()),
    scenarioVersions: (name) => call((live) => live.scenarioVersions(name)),
    unknownItems: (ids) => call((live) => live.unknownItems(ids)),
    getExperiment: (name) => call((live) => live.getExperiment(name)),
    listExperiments: () => call((live) => live.listExperiments()),
    experimentResults: (name) => call((live) => live.experimentResults(name)),
    outcomes: () => call((live) => live.outcomes()),
    putExperiment: (name, settings) => write((live) => live.putExperiment(name, settings)),
    stopExperiment: (name) => write((live) => live.stopExperiment(name)),
    deleteExperiment: (name) => write((live) => live.deleteExperiment(name)),
    upsertItems,
    appendEvents: (events) => room.forEvents(events, () => write((live) => live.appendEvents(events))),
    upsertUsers: (users) => write((live) => live.upsertUsers(users)),
    putScenario: (name, settings) => write((live) => live.putScenario(name, settings)),
    deleteScenario: (name) => write((live) => live.deleteScenario(name)),
    deleteItems: (ids) => write((live) => live.deleteItems(ids)),
    deleteUsers: (ids) => write((live) => live.deleteUsers(ids)),
    deleteEvents: (filter) => write((live) => live.deleteEvents(filter)),
    async reload() {
      if (publishing !== undefined) return false;
      if (isUnpublished()) {
        const isPublished = await readCurrent(dir).then(
          () => true,
          () => false,
        );
        if (isPublished) await exchange();
        return isPublished;
      }
      try {
        lookups++;
        return await call((live) => live.reload());
      } catch (error) {
        if (errorCode(error) !== 'ENCODER_MISMATCH') throw error;
        await exchange();
        return true;
      } finally {
        lookups--;
      }
    },
    stats: () => current.engine.stats(),
    async close() {
      closed = true;
      await publishing;
      await current.engine.close();
    },
  };
  return { engine, isBusy: () => publishing !== undefined || current.calls > lookups };
}
