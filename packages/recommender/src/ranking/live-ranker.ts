/**
 * A trained ranker at work: it scores lists for users with what they have done up to now, and with the
 * knowledge that the General Knowledge Center serves. If the knowledge cannot be read, it scores
 * without and says so; it never uses knowledge of another form or another training.
 */
import { join } from 'node:path';
import { errorCode } from '@lorekeep/core';
import type { KnowledgeStore } from '@lorekeep/knowledge';
import {
  type ImpressionRanker,
  loadRanker,
  loadRankingData,
  openImpressionRanker,
  type RowKnowledge,
} from '@lorekeep/ranking';
import type { Event, ImpressionColumns, Item, Store, UserRecord } from '@lorekeep/store';
import { requestInvalid } from '../engine/request-invalid.ts';
import { createLiveEntities, type LiveEntities } from './live-entities.ts';
import { RANKER_NETWORK, type RankerKnowledge, type RankerManifest, readRankerManifest } from './manifest.ts';
import { type Behaviour, createLiveSequences } from './sequences.ts';
import { readKnowledge, type ServedKnowledge } from './served-knowledge.ts';
import type { HistoryEntry, RankAnswer, RankedItem, RankRequest, UsedKnowledge } from './types.ts';

export interface LiveRankerOptions {
  /** The folder of a version. */
  directory: string;
  store: Store;
  /** Where its knowledge is; `undefined`: nowhere. It may change, may fail, and is asked for at each request. */
  knowledge: () => Promise<KnowledgeStore | undefined>;
  /** Largest residual of the knowledge: see `ReadOptions.maxResidual`. Default 0. */
  maxResidual?: number;
  threads?: number;
}

export interface LiveRanker {
  readonly manifest: RankerManifest;
  /** `Store.deletions()` when it was loaded. */
  readonly deletions: number;
  /**
   * @param at Unix seconds. Default: now
   * @throws LorekeepError `REQUEST_INVALID` for an outcome that it does not predict
   */
  rank(request: RankRequest, at?: number): Promise<RankAnswer>;
  /** Take in what is stored by now; the next request counts it. */
  addEvents(events: readonly Event[]): Promise<void>;
  addItems(items: readonly Item[]): Promise<void>;
  addUsers(users: readonly UserRecord[]): Promise<void>;
  forgetUsers(ids: readonly string[]): Promise<void>;
  /** Requests that were answered without the knowledge that the ranker was trained with. */
  readonly withoutKnowledge: number;
  /** Waits for requests in progress. */
  close(): Promise<void>;
}

/** How long the store of knowledge is left alone after a failure. */
const RETRY_MS = 1000;

/** @throws LorekeepError `RANKER_FILES_UNREADABLE`, `RANKING_…` */
export async function openLiveRanker(options: LiveRankerOptions): Promise<LiveRanker> {
  const { directory, store, maxResidual = 0, threads } = options;
  const manifest = await readRankerManifest(directory);
  const deletions = await store.deletions();
  const data = await loadRankingData(store);
  const state = await loadRanker(join(directory, RANKER_NETWORK));
  const live = createLiveEntities(data);
  const sequences = createLiveSequences(data.log, state.length);
  const ranker = await openImpressionRanker({ state, entities: live.entities, behaviours: sequences, threads });
  let last: Promise<unknown> = Promise.resolve();
  let withoutKnowledge = 0;
  /** Why knowledge cannot be read at the moment. Requests do not wait for a store that did not answer. */
  let failure: { reason: string; at: number } | undefined;
  let isProbing = false;

  /** Requests and changes one after another: they share numbers and sequences. */
  function inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  }

  async function knowledgeOf({ user, items }: RankRequest): Promise<ServedKnowledge | string | undefined> {
    const { knowledge } = manifest;
    if (knowledge === null) return undefined;
    if (failure !== undefined) {
      probe(knowledge);
      return failure.reason;
    }
    const query = { users: items.map(() => user ?? ''), items: [...items] };
    try {
      const centre = await options.knowledge();
      if (centre === undefined) return 'There is no General Knowledge Center.';
      const found = await readKnowledge(centre, knowledge.space, knowledge.version, query, { maxResidual });
      if (items.length === 0) return { ...found, width: knowledge.width };
      if (found.width === knowledge.width) return found;
      return `Version ${found.version} has ${found.width} numbers per item, and the ranker reads ${knowledge.width}.`;
    } catch (error) {
      const code = errorCode(error);
      // Messages of other errors contain addresses and paths, which are not for clients.
      if (code.startsWith('KNOWLEDGE_VERSION_') && error instanceof Error) return `${code}: ${error.message}`;
      failure = { reason: `${code}: the knowledge cannot be read.`, at: performance.now() };
      return failure.reason;
    }
  }

  /** Looks, beside the requests, whether the store answers again. */
  function probe({ space }: RankerKnowledge): void {
    if (isProbing || performance.now() - failure!.at < RETRY_MS) return;
    isProbing = true;
    options
      .knowledge()
      .then((centre) => centre?.versions(space))
      .then(
        () => {
          failure = undefined;
        },
        () => {
          failure = { reason: failure!.reason, at: performance.now() };
        },
      )
      .finally(() => {
        isProbing = false;
      });
  }

  /** Requests in progress. */
  const running = new Set<Promise<void>>();

  async function rank(request: RankRequest, at?: number): Promise<RankAnswer> {
    const by = request.by ?? ranker.tasks[0];
    if (!ranker.tasks.includes(by))
      throw requestInvalid([{ path: 'by', message: `Expected one of ${ranker.tasks.join(', ')}.` }]);
    checkOutcomes(request, live.entities.names.outcomeNames);
    const found = await knowledgeOf(request);
    const isServed = typeof found === 'object';
    if (manifest.knowledge !== null && !isServed) withoutKnowledge++;
    const timestamp = at ?? Date.now() / 1000;
    const scored = await inTurn(() =>
      score({ ranker, live, sequences, request, timestamp, length: state.length, knowledge: plugged(timestamp) }),
    );
    const column = ranker.tasks.indexOf(by);
    const order = request.items
      .map((_, i) => i)
      .sort(
        (a, b) =>
          scored.logits[b * ranker.tasks.length + column] - scored.logits[a * ranker.tasks.length + column] || a - b,
      );
    return {
      ranker: manifest.version,
      knowledge: isServed ? used(found, manifest.knowledge!.space) : null,
      ...(typeof found === 'string' && { reason: found }),
      timestamp,
      by,
      knownUser: scored.knownUser,
      behaviours: scored.behaviours,
      items: order.map((i) => scored.items[i]),
    };

    function plugged(now: number): Record<string, RowKnowledge> | undefined {
      if (!isServed) return undefined;
      const { width, values, ageSeconds } = found;
      const own: RowKnowledge = {
        width,
        values,
        present: new Uint8Array(request.items.length).fill(1),
        // What is published has learned from nothing later than its publication. A time of the past
        // was checked by the caller.
        seenUntil: at === undefined ? Math.min(now - 1e-3, Date.now() / 1000 - ageSeconds) : Number.NEGATIVE_INFINITY,
      };
      return Object.fromEntries(manifest.knowledge!.plugs.map((plug) => [plug, own]));
    }
  }

  return {
    manifest,
    deletions,
    get withoutKnowledge() {
      return withoutKnowledge;
    },
    async rank(request, at) {
      const done = Promise.withResolvers<void>();
      running.add(done.promise);
      try {
        return await rank(request, at);
      } finally {
        running.delete(done.promise);
        done.resolve();
      }
    },
    addEvents: (events) =>
      inTurn(() => {
        for (const event of events) sequences.add(event, live);
      }),
    addItems: (items) => inTurn(() => live.updateItems(items)),
    addUsers: (users) => inTurn(() => live.updateUsers(users)),
    forgetUsers: (ids) =>
      inTurn(() => {
        for (const id of ids) {
          const user = live.forgetUser(id);
          if (user !== undefined) sequences.forget(user);
        }
      }),
    async close() {
      await Promise.all(running);
      await last;
      await ranker.close();
    },
  };
}

/** @throws LorekeepError `REQUEST_INVALID` */
function checkOutcomes({ history = [] }: RankRequest, known: readonly string[]): void {
  for (const [at, entry] of history.entries())
    for (const outcome of (typeof entry === 'string' ? undefined : entry.outcomes) ?? [])
      if (!known.includes(outcome))
        throw requestInvalid([{ path: `history/${at}/outcomes`, message: `Expected some of ${known.join(', ')}.` }]);
}

const used = ({ version, ageSeconds, residual, present }: ServedKnowledge, space: string): UsedKnowledge => {
  const items = present.length / 3;
  let found = 0;
  for (let at = 0; at < items; at++) found += present[3 * at + 1];
  return {
    space,
    version,
    ageSeconds,
    residual,
    itemsPresent: items === 0 ? 0 : found / items,
    userPresent: present[0] === 1,
  };
};

interface Scoring {
  ranker: ImpressionRanker;
  live: LiveEntities;
  sequences: ReturnType<typeof createLiveSequences>;
  request: RankRequest;
  timestamp: number;
  /** Behaviours that the ranker reads. */
  length: number;
  knowledge: Record<string, RowKnowledge> | undefined;
}

async function score({ ranker, live, sequences, request, timestamp, length, knowledge }: Scoring) {
  const history = request.history?.map((entry) => (typeof entry === 'string' ? { item: entry } : entry));
  const { items } = request;
  const borrowed = live.borrow(request.user, [...items, ...(history ?? []).map(({ item }) => item)]);
  try {
    const own = history?.map((entry, at) => behaviourOf(entry, borrowed.items[items.length + at], live, timestamp));
    sequences.view(timestamp, own);
    const surface = request.surface === undefined ? -1 : live.findSurface(request.surface);
    const columns = columnsOf(borrowed.user, borrowed.items.subarray(0, items.length), surface, timestamp);
    const { logits } = await ranker.score({
      columns,
      rows: Int32Array.from(items.keys()),
      ...(knowledge && { knowledge }),
    });
    const scratch = {
      items: new Int32Array(length),
      kinds: new Int32Array(length),
      timestamps: new Float64Array(length),
    };
    return {
      logits,
      knownUser: borrowed.knowsUser,
      behaviours: sequences.read(borrowed.user, scratch, 0),
      items: items.map(
        (id, i): RankedItem => ({
          id,
          probabilities: Object.fromEntries(
            ranker.tasks.map((task, t) => [task, 1 / (1 + Math.exp(-logits[i * ranker.tasks.length + t]))]),
          ),
          known: borrowed.knowsItems[i],
        }),
      ),
    };
  } finally {
    borrowed.release();
  }
}

const behaviourOf = (
  { timestamp, surface, outcomes = [] }: HistoryEntry,
  item: number,
  live: LiveEntities,
  now: number,
): Behaviour => ({
  item,
  timestamp: Math.min(timestamp ?? now, now),
  surface: surface === undefined ? -1 : live.findSurface(surface),
  request: 0,
  outcomes: outcomes.reduce((mask, outcome) => mask | (1 << live.entities.names.outcomeNames.indexOf(outcome)), 0),
});

function columnsOf(user: number, items: Int32Array, surface: number, timestamp: number): ImpressionColumns {
  const count = items.length;
  return {
    users: new Int32Array(count).fill(user),
    items,
    timestamps: new Float64Array(count).fill(timestamp),
    surfaces: new Int32Array(count).fill(surface),
    positions: new Int32Array(count).fill(-1),
    requests: new Float64Array(count),
    outcomes: new Uint32Array(count),
  };
}
