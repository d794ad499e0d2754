/**
 * The recommender engine: what the HTTP service, the command line and a program of one's own all ask.
 *
 * Reading takes no lock and never waits for a write. Writes go one after another: to the store first, where they are
 * durable, and then into memory. What was acknowledged is therefore found again after a crash, because every start and
 * every reload folds in what the store knows and the publication does not.
 */
import { errorCode } from '@lorekeep/core';
import type { TextEncoder } from '@lorekeep/encoder';
import { type Event, type Item, PASSIVE_EVENT_TYPES, type Store } from '@lorekeep/store';
import { merged, withTowers } from '@lorekeep/towers';
import { z } from 'zod';
import { encoderMismatch, engineBusy, engineClosed, itemNotFound, notFinite, requestInvalid } from './errors.ts';
import { compileFilter } from './filter.ts';
import { type Live, openLive } from './live.ts';
import { openPublication, readCurrent } from './publication.ts';
import {
  type EventInput,
  eventSchema,
  type Filter,
  flattenIssues,
  itemSchema,
  MAX_BATCH,
  type Recommendations,
  type RecommendRequest,
  recommendSchema,
  type SimilarRequest,
  similarSchema,
} from './schemas.ts';
import type { SearchResult } from './types.ts';

/** Newest events of a user that are looked at: for what not to recommend again, and (less) for the user tower. */
const HISTORY_READ = 1000;

export interface EngineOptions {
  /** The directory with `published/`. */
  workspace: string;
  store: Store;
  /** The encoder of the published model. */
  encoder: TextEncoder;
  /** Writes that may wait for their turn before further ones are refused with `ENGINE_BUSY`. Default 64. */
  maxPendingWrites?: number;
}

export interface EngineStats {
  /** The live publication. */
  version: string;
  /** Its trained model. */
  model: string;
  encoder: { name: string; isLanguageModel: boolean };
  items: number;
  /** Items in the index: all but those without text that the towers do not know. */
  indexed: number;
  index: { kind: string; ef: number; recallAt10: number };
  /** Items that were new or changed when this version was loaded. */
  folded: number;
  pendingWrites: number;
}

export interface Engine {
  /**
   * The best items for a user or for an anonymous session: where the published model has a second stage, the linear model's
   * candidates in its order; where it has a linear model alone, in that one's; else, and behind those, by the inner product
   * of user vector and item vectors. Items newer than the second stage keep the place that the linear model gives them.
   * `source` tells the second stage from the rest.
   *
   * The user's own items are left out unless `includeHistory` is true (of a very long history, the newest 1,000).
   * Unknown items in a given history are ignored and listed in `unknownItems`. With nothing to go by (an unknown user,
   * no history, only unknown items) the most popular items that pass come back, and `source` says `'popularity'`.
   * @throws LorekeepError `REQUEST_INVALID`
   * @example
   * const { items } = await engine.recommend({ user: 'ann', k: 5, filter: { price: { max: 20 } }, withItems: true });
   */
  recommend(request: RecommendRequest): Promise<Recommendations>;
  /**
   * The items that this one speaks for by the linear model, or whose vectors have the largest inner products with this
   * one's; itself left out. For an item without any
   * text that the towers do not know, the most popular ones.
   * @throws LorekeepError `ITEM_NOT_FOUND`, `REQUEST_INVALID`
   */
  similar(id: string, request?: SimilarRequest): Promise<Recommendations>;
  /**
   * Stores items (an existing one is replaced as a whole) and makes them retrievable: when this resolves they are on
   * disk and in the index. Of an id given twice the last one counts. At most 1,000.
   * @throws LorekeepError `REQUEST_INVALID`, `ITEM_INVALID` (nothing is written), `ENGINE_BUSY`
   */
  upsertItems(items: Item[]): Promise<{ upserted: number; encoded: number; encodeSeconds: number; version: string }>;
  /**
   * Appends events; on disk when this resolves, and part of the next recommendation. At most 1,000.
   * @throws LorekeepError `REQUEST_INVALID`, `EVENT_UNKNOWN_ITEM`, `EVENT_INVALID` (nothing is written), `ENGINE_BUSY`
   */
  appendEvents(events: EventInput[]): Promise<{ appended: number }>;
  /** @throws LorekeepError `ITEM_NOT_FOUND` */
  getItem(id: string): Promise<{ item: Item; retrievable: boolean }>;
  /**
   * Switches to the version that is published now; requests in progress finish on the old one. False where that is
   * the one already served. If it fails, the old one goes on.
   */
  reload(): Promise<boolean>;
  stats(): EngineStats;
  /** Waits for writes in progress. Store and encoder belong to the caller and stay open. */
  close(): Promise<void>;
}

/**
 * Loads what is published in a workspace, up to date with its store.
 * @throws LorekeepError `PUBLICATION_MISSING`, `PUBLICATION_CORRUPT`, `ENCODER_MISMATCH`, `INDEX_ADAPTER_MISSING`
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { workspace, store, encoder, maxPendingWrites = 64 } = options;
  let pendingWrites = 0;
  let lastWrite: Promise<unknown> = Promise.resolve();
  /** When a write last gave up because another program had locked the store. */
  let lockedOut: { at: number; error: unknown } | undefined;
  let closed = false;

  async function load(): Promise<{ live: Live; folded: number }> {
    const { directory, manifest } = await readCurrent(workspace);
    if (manifest.encoder.id !== encoder.id) throw encoderMismatch(manifest.encoder.id, encoder.id);
    const publication = await openPublication(directory, manifest);
    return openLive({ publication, store, encoder });
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = lastWrite.then(work);
    lastWrite = result.catch(() => {});
    return result;
  }

  async function write<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw engineClosed();
    if (pendingWrites >= maxPendingWrites) throw engineBusy(pendingWrites);
    pendingWrites++;
    const arrived = performance.now();
    try {
      return await inTurn(async () => {
        // Writes that queued behind it have waited for the same lock. Waiting again, one after another, would add up.
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

  /** Runs `work` on the version that is live now, which stays open until it is done. */
  async function read<T>(work: (live: Live) => Promise<T>): Promise<T> {
    if (closed) throw engineClosed();
    const { live } = current;
    live.retain();
    try {
      return await work(live);
    } finally {
      live.release();
    }
  }

  async function answer(
    live: Live,
    source: Recommendations['source'],
    found: SearchResult,
    withItems: boolean,
    unknownItems: string[],
  ): Promise<Recommendations> {
    const ids = Array.from(found.keys, live.idOf);
    const items = withItems ? await store.getItems(ids) : [];
    return {
      version: live.publication.manifest.version,
      source,
      items: ids.map((id, at) => ({
        id,
        score: found.scores[at],
        ...(items[at] === undefined ? {} : { item: items[at] }),
      })),
      unknownItems,
    };
  }

  let current = await inTurn(load);

  return {
    recommend: (input) =>
      read(async (live) => {
        const request = parse(recommendSchema, input);
        const { k, exclude, filter, includeHistory, withItems } = request;
        const { towers, index } = live.publication;
        const history = request.history ?? (await store.histories([request.user!], HISTORY_READ))[0];
        const rows = history.map(live.rowOf);
        const known = rows.filter((row) => row !== undefined);
        const unknownItems = request.history === undefined ? [] : history.filter((_, at) => rows[at] === undefined);

        const excluded = new Set(exclude.map(live.rowOf));
        if (!includeHistory) for (const row of known) excluded.add(row);
        const passes = rowFilter(live, filter, excluded);
        if (known.length === 0) return answer(live, 'popularity', live.popular(k, passes), withItems, unknownItems);

        let encoded: Promise<Float32Array> | undefined;
        const userVector = () => {
          encoded ??= towers.encodeUsers([live.inputsOf(known.slice(-towers.maxHistory))]).then((vector) => {
            if (vector.every(Number.isFinite)) return vector;
            throw notFinite('this history', { user: request.user, length: known.length });
          });
          return encoded;
        };
        let named = live.neighboursOf(known, k, passes);
        const ordered = named && (await secondStageOrder(live, known, named, k, passes, userVector));
        const source = ordered === undefined ? 'towers' : 'second-stage';
        named = ordered ?? named;
        if (named !== undefined && named.keys.length === k) return answer(live, source, named, withItems, unknownItems);
        const query = await userVector();
        const { ef } = live.publication.manifest.index;
        // A user's own items crowd the neighbourhood: look far enough to have k left without them.
        const options = { filter: passes, ef: Math.max(ef, k + excluded.size) };
        const unfiltered = excluded.size === 0 && filter === undefined;
        const found = await index.search(query, k, unfiltered ? { ef } : options);
        return answer(live, source, completed(named, found, k), withItems, unknownItems);
      }),

    similar: (id, input = {}) =>
      read(async (live) => {
        const { k, filter, withItems } = parse(similarSchema, input);
        const row = live.rowOf(id);
        if (row === undefined) throw itemNotFound(id);
        const { index, manifest } = live.publication;
        const passes = rowFilter(live, filter, new Set([row]));
        const named = live.neighboursOf([row], k, passes);
        if (named !== undefined && named.keys.length === k) return answer(live, 'towers', named, withItems, []);
        const query = index.get(row);
        if (query === undefined) return answer(live, 'popularity', live.popular(k, passes), withItems, []);
        const found = await index.search(query, k, { filter: passes, ef: Math.max(manifest.index.ef, k + 1) });
        return answer(live, 'towers', completed(named, found, k), withItems, []);
      }),

    async upsertItems(input) {
      const items = parse(z.array(itemSchema).max(MAX_BATCH), input) as Item[];
      const distinct = [...new Map(items.map((item) => [item.id, item])).values()];
      return write(async () => {
        const { live } = current;
        await store.upsertItems(distinct);
        const { encoded, seconds } = await live.upsert(distinct);
        const { version } = live.publication.manifest;
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
        await store.appendEvents(events);
        const chosen = events.filter(({ type }) => !PASSIVE_EVENT_TYPES.includes(type));
        current.live.countEvents(chosen.map(({ item }) => item));
        return { appended: events.length };
      });
    },

    getItem: (id) =>
      read(async (live) => {
        const [item] = await store.getItems([id]);
        if (item === undefined) throw itemNotFound(id);
        const row = live.rowOf(id);
        return { item, retrievable: row !== undefined && live.publication.index.get(row) !== undefined };
      }),

    reload: () =>
      inTurn(async () => {
        if (closed) throw engineClosed();
        const { manifest } = await readCurrent(workspace);
        const old = current.live;
        if (manifest.version === old.publication.manifest.version) return false;
        current = await load();
        old.retire();
        return true;
      }),

    stats() {
      const { live, folded } = current;
      const { manifest, index } = live.publication;
      return {
        version: manifest.version,
        model: manifest.model,
        encoder: { name: manifest.encoder.name, isLanguageModel: manifest.encoder.isLanguageModel },
        items: live.size,
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
      current.live.retire();
    },
  };
}

/** What the second stage or the linear model names comes first; all others follow, level, as the towers rank them. */
function completed(named: SearchResult | undefined, found: SearchResult, k: number): SearchResult {
  if (named === undefined) return found;
  const first = new Set(named.keys);
  const keys = [...named.keys, ...[...found.keys].filter((key) => !first.has(key))].slice(0, k);
  const scores = new Float32Array(keys.length).fill(Math.min(0, named.scores.at(-1) ?? 0));
  scores.set(named.scores);
  return { keys: Uint32Array.from(keys), scores };
}

/** `undefined` where there is no second stage, or none of its candidates passes. */
async function secondStageOrder(
  live: Live,
  history: readonly number[],
  linear: SearchResult,
  k: number,
  passes: (row: number) => boolean,
  userVector: () => Promise<Float32Array>,
): Promise<SearchResult | undefined> {
  const { towers, index } = live.publication;
  const { secondStage } = towers;
  if (secondStage === undefined) return undefined;
  let [proposal] = await secondStage.propose([history.map(live.trainedRowOf)], (trained) => {
    const row = live.rowOfTrained(trained);
    return row >= 0 && passes(row);
  });
  if (proposal.items.length === 0) return undefined;
  const weight = towers.manifest.secondStage?.towerWeight ?? 0;
  if (weight > 0) {
    const user = await userVector();
    const says = Array.from(proposal.items, (trained) => {
      const vector = index.get(live.rowOfTrained(trained));
      return vector?.reduce((sum, value, k) => sum + value * user[k], 0) ?? 0;
    });
    proposal = withTowers(proposal, says, weight);
  }
  const proposed = Uint32Array.from(proposal.items, live.rowOfTrained);
  const keys = Uint32Array.from(merged(proposed, linear.keys, (row) => live.trainedRowOf(row) < 0, k));
  const own = new Map(Array.from(proposed, (row, at) => [row, proposal.scores[at]]));
  // The linear model's scores are on another scale: what it puts into a place has the score of the place before it.
  let score = proposal.scores[0];
  const scores = Float32Array.from(keys, (row) => {
    score = own.get(row) ?? score;
    return score;
  });
  return { keys, scores };
}

function rowFilter(live: Live, filter: Filter | undefined, excluded: ReadonlySet<number | undefined>) {
  if (filter === undefined) return (row: number) => !excluded.has(row);
  const fits = compileFilter(filter);
  return (row: number) => !excluded.has(row) && fits(live.factsOf(row));
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw requestInvalid(flattenIssues(result.error.issues));
}
