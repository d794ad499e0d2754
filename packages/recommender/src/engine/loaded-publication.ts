/**
 * One published version at work: the publication, brought up to date with the store, and everything
 * that changes while it serves. The engine swaps one for another on reload; the old one closes with
 * its last reader.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { dot, gatherRows } from '@lorekeep/core';
import { catalogueVectors, contentVectors, type TextEncoder, textHash } from '@lorekeep/encoder';
import { popularityOf } from '@lorekeep/evaluation';
import type { Item, Store } from '@lorekeep/store';
import { isSearchable } from '../bundle/served-model.ts';
import { createLinearPart, createRerankerPart, popularRows } from '../composition/parts.ts';
import { createRecommender, type Recommender, type RecommenderParts } from '../composition/recommender.ts';
import { errors } from '../errors.ts';
import type { Publication } from '../publication/publication.ts';
import { type CatalogueRows, createCatalogueRows } from './catalogue-rows.ts';
import { type ContentRows, createContentRows } from './content-rows.ts';
import { type LinearRows, openLinearRows } from './linear-rows.ts';
import { createLiveEvents } from './live-events.ts';
import { type NewItemRows, openNewItemRows } from './new-item-rows.ts';

/** Items that are read together. */
const BATCH = 256;
/** Items that are brought up to date before other requests get their turn: some milliseconds. */
const ITEMS_PER_TURN = 128;
/**
 * Largest log that is counted anew at each deletion. Of a larger one, popularity follows with the
 * next version.
 */
const RECOUNTED_EVENTS = 1_000_000;

export interface LoadedPublication {
  readonly publication: Publication;
  readonly catalogue: CatalogueRows;
  /** The composition over this catalogue. */
  readonly recommender: Recommender;
  readonly parts: RecommenderParts;
  /** Absent if the model has none. */
  readonly linear?: LinearRows;
  readonly content: ContentRows;
  /**
   * Takes in items that the store has by now: those with a new or changed text are encoded and
   * adapted.
   */
  upsert(items: readonly Item[]): Promise<{ encoded: number; seconds: number }>;
  /** Takes in that one more user each has chosen these items. */
  countUsers(itemIds: readonly string[]): void;
  /** Lets the events that the store has by now move columns of the linear model, in the background. */
  catchUp(): void;
  /** Resolves when all columns are those of the events that the store has by now. */
  settleColumns(): Promise<void>;
  /** The deletions that are taken into account. */
  readonly deletions: number;
  /**
   * Leaves out items that were deleted, at once.
   * @param deletions `Store.deletions()` before `ids` were read
   */
  hide(ids: readonly string[], deletions: number): void;
  /**
   * Frees what hidden items take, takes in those that exist again, and counts events anew. Must not
   * overlap with `upsert`.
   */
  settleDeletions(): Promise<void>;
  /** Another reader. The publication closes only after all are gone. */
  retain(): void;
  release(): void;
  /** No new readers come: closes now or with the last reader. */
  retire(): void;
}

export interface LoadOptions {
  publication: Publication;
  store: Store;
  encoder: TextEncoder;
  /** Default: all cores. */
  threads?: number;
}

/** Takes a publication over and adds what the store has and it does not. */
export async function loadPublication(options: LoadOptions): Promise<{ loaded: LoadedPublication; folded: number }> {
  const { publication, store, threads } = options;
  const { bundle, index } = publication;
  let deletions = await store.deletions();
  const deleted = {
    sinceTraining: await store.deletedItems(bundle.manifest?.data.deletions ?? 0),
    sincePublication: await store.deletedItems(publication.manifest.data.deletions ?? 0),
  };
  const catalogue = createCatalogueRows(publication, deleted, () => store.items({ batchSize: BATCH }));
  const linear = bundle.linear && openLinearRows(bundle.linear, { threads, live: true });
  const newItems = await openNewItemRows(bundle, catalogue, { threads });
  const content = createContentRows(options.encoder.dim, () => storedContent(options, catalogue));
  const liveEvents =
    linear?.isLive && bundle.manifest
      ? createLiveEvents({ store, manifest: bundle.manifest, rowOf: catalogue.rowOf, learn: linear.learn })
      : undefined;
  let readers = 0;
  let retired = false;

  async function close(): Promise<void> {
    liveEvents?.stop();
    await index.close();
    await bundle.close();
    await linear?.close();
    await newItems.close();
  }

  const forget = (row: number) => {
    catalogue.remove(row);
    linear?.remove(row);
    newItems.remove(row);
    content.remove(row);
  };
  const upsert = createUpsert(options, catalogue, linear, newItems, content);
  let folded = 0;
  try {
    if (linear !== undefined) placeSolvedItems(catalogue, linear);
    for await (const batch of store.items({ batchSize: BATCH })) folded += (await upsert(batch)).encoded;
    await removeMissingItems(publication, catalogue, forget);
    await recountUsers(options, catalogue);
  } catch (error) {
    await close();
    throw error;
  }

  /** Rows of deleted items that the index still holds. */
  const hidden = new Set<number>();
  /** Ids of deleted items that may exist again. */
  const unsettled = new Set<string>();
  const hideRow = (row: number) => {
    hidden.add(row);
    forget(row);
  };
  const parts = partsOf(publication, catalogue, linear, newItems, hidden);
  const loaded: LoadedPublication = {
    publication,
    catalogue,
    parts,
    linear,
    content,
    recommender: createRecommender(parts),
    upsert,
    countUsers: (ids) => catalogue.addUsers(ids, () => 1),
    catchUp() {
      // Events that could not be read move columns with the next ones.
      liveEvents?.catchUp().catch(() => {});
    },
    async settleColumns() {
      await liveEvents?.catchUp();
      await linear?.settle();
    },
    get deletions() {
      return deletions;
    },
    hide(ids, number) {
      deletions = number;
      for (const id of ids) {
        unsettled.add(id);
        const row = catalogue.rowOf(id);
        if (row !== undefined) hideRow(row);
      }
    },
    async settleDeletions() {
      const ids = [...unsettled];
      unsettled.clear();
      for (let from = 0; from < ids.length; from += BATCH) {
        const some = ids.slice(from, from + BATCH);
        const items = await store.getItems(some);
        // A write that was on its way has brought it back.
        const rows = some.map((id, at) => (items[at] === undefined ? catalogue.rowOf(id) : undefined));
        for (const row of rows) if (row !== undefined) hideRow(row);
        await upsert(items.filter((item) => item !== undefined));
      }
      const rows = [...hidden];
      await index.remove(Uint32Array.from(rows));
      for (const row of rows) hidden.delete(row);
      if ((await store.counts()).events <= RECOUNTED_EVENTS) await countStoredUsers(options, catalogue);
    },
    retain() {
      readers++;
    },
    release() {
      if (--readers === 0 && retired) void close();
    },
    retire() {
      retired = true;
      if (readers === 0) void close();
    },
  };
  loaded.catchUp();
  return { loaded, folded };
}

/** The text vectors of all items that are stored, with their rows. */
async function* storedContent({ store, encoder, publication }: LoadOptions, catalogue: CatalogueRows) {
  const { template } = publication.manifest;
  for await (const batch of store.items({ batchSize: BATCH })) {
    const items = batch.filter(({ id }) => catalogue.rowOf(id) !== undefined);
    const content = await catalogueVectors({ store, encoder, template }, items);
    // An item may have gone while its vector was read.
    yield { rows: items.map(({ id }) => catalogue.rowOf(id) ?? -1), content };
  }
}

function placeSolvedItems(catalogue: CatalogueRows, linear: LinearRows): void {
  for (const row of catalogue.rows()) {
    const trained = catalogue.trainedRowOf(row);
    if (trained >= 0) linear.place(row, trained);
  }
}

/**
 * An item that the store does not have any more is not recommended: a publication can outlive its
 * catalogue.
 */
async function removeMissingItems(
  { index }: Publication,
  catalogue: CatalogueRows,
  forget: (row: number) => void,
): Promise<void> {
  const missing = catalogue.withoutItem();
  await index.remove(Uint32Array.from(missing));
  for (const row of missing) forget(row);
}

/** Counts anew if events or their meaning have changed since the publication. */
async function recountUsers(options: LoadOptions, catalogue: CatalogueRows): Promise<void> {
  const { publication, store } = options;
  const { events, rules, deletions = 0 } = publication.manifest.data;
  const isSame = (await store.counts()).events === events && (await store.deletions()) === deletions;
  if (isSame && isDeepStrictEqual(await store.eventRules(), rules)) return;
  await countStoredUsers(options, catalogue);
}

async function countStoredUsers({ publication, store }: LoadOptions, catalogue: CatalogueRows): Promise<void> {
  const log = await store.interactionLog();
  const popularity = popularityOf(log, publication.bundle.manifest?.config.events.maxUserEvents ?? 'auto');
  catalogue.resetUsers();
  catalogue.addUsers(log.itemIds, (row) => popularity[row]);
}

function createUpsert(
  { publication, store, encoder }: LoadOptions,
  catalogue: CatalogueRows,
  linear: LinearRows | undefined,
  newItems: NewItemRows,
  texts: ContentRows,
): LoadedPublication['upsert'] {
  const { bundle, index, manifest } = publication;
  const { template } = manifest;
  const { dim, inputDim } = bundle;

  /** Items whose text is what the row's vectors were made of only change their fields. */
  async function unchanged(items: readonly Item[]): Promise<Item[]> {
    const changed: Item[] = [];
    const unplaced: Item[] = [];
    for (const item of items) {
      const row = catalogue.rowOf(item.id);
      if (row === undefined || catalogue.textHashOf(row) !== textHash(item, template)) changed.push(item);
      else {
        catalogue.setFields(row, item);
        if (linear !== undefined && !linear.has(row)) unplaced.push(item);
      }
    }
    if (linear !== undefined && unplaced.length > 0) {
      const rows = unplaced.map(({ id }) => catalogue.rowOf(id) as number);
      const content = await contentVectors(store, encoder, template, unplaced);
      await linear.fold(rows, content);
      newItems.put(rows, content);
    }
    return changed;
  }

  async function adapt(content: Float32Array, items: readonly Item[]) {
    const idRows = Int32Array.from(items, ({ id }) => catalogue.trainedRowOfId(id));
    const adapted = await bundle.adaptItems(content, idRows);
    items.forEach(({ id }, at) => {
      if (!adapted.vectors.subarray(at * dim, (at + 1) * dim).every(Number.isFinite))
        throw errors.VECTOR_NOT_FINITE({ what: `the item ${JSON.stringify(id)}`, id });
    });
    return { ...adapted, idRows };
  }

  /**
   * An item that the model was solved with stays where its events put it; any other is folded in.
   */
  async function placeInLinear(rows: readonly number[], idRows: Int32Array, content: Float32Array): Promise<void> {
    if (linear === undefined) return;
    const fresh = Array.from(rows.keys()).filter((at) => idRows[at] < 0);
    rows.forEach((row, at) => {
      if (idRows[at] >= 0) linear.place(row, idRows[at]);
    });
    const texts = gatherRows(content, content.length / rows.length, fresh);
    await linear.fold(
      fresh.map((at) => rows[at]),
      texts,
    );
  }

  async function upsertFew(items: readonly Item[]): Promise<{ encoded: number; seconds: number }> {
    const changed = await unchanged(items);
    if (changed.length === 0) return { encoded: 0, seconds: 0 };
    const started = performance.now();
    const content = await contentVectors(store, encoder, template, changed);
    const hashes = changed.map((item) => textHash(item, template));
    const { inputs, vectors, idRows } = await adapt(content, changed);
    // No pause from here to the index's first step: no reader sees a row without its fields.
    const rows = changed.map((item, at) => catalogue.put(item, inputs.subarray(at * inputDim, (at + 1) * inputDim)));
    const isIndexed = (at: number) =>
      isSearchable(bundle, {
        text: hashes[at],
        idRow: idRows[at],
        vector: vectors.subarray(at * dim, (at + 1) * dim),
      });
    const searchable = Array.from(rows.keys()).filter(isIndexed);
    const keysOf = (places: number[]) => Uint32Array.from(places, (at) => rows[at]);
    await index.add(keysOf(searchable), gatherRows(vectors, dim, searchable));
    await index.remove(keysOf(Array.from(rows.keys()).filter((at) => !isIndexed(at))));
    await placeInLinear(rows, idRows, content);
    newItems.put(rows, content);
    texts.put(rows, content);
    // Last: an upsert that failed before this line is done again when it is repeated, or at the
    // next start.
    rows.forEach((row, at) => {
      catalogue.setTextHash(row, hashes[at]);
    });
    return { encoded: changed.length, seconds: (performance.now() - started) / 1000 };
  }

  return async (items) => {
    const total = { encoded: 0, seconds: 0 };
    for (let from = 0; from < items.length; from += ITEMS_PER_TURN) {
      if (from > 0) await nextTurn();
      const { encoded, seconds } = await upsertFew(items.slice(from, from + ITEMS_PER_TURN));
      total.encoded += encoded;
      total.seconds += seconds;
    }
    return total;
  };
}

/** The composition's parts: the index instead of exact scans, everything else as in evaluation. */
function partsOf(
  { bundle, index, manifest }: Publication,
  catalogue: CatalogueRows,
  linear: LinearRows | undefined,
  { placed, isNew }: NewItemRows,
  hidden: ReadonlySet<number>,
): RecommenderParts {
  const { dim, maxHistory, reranker } = bundle;
  return {
    ...(linear === undefined ? {} : { linear: createLinearPart(() => catalogue.size, linear.score) }),
    ...(reranker === undefined
      ? {}
      : {
          reranker: createRerankerPart(reranker, catalogue, placed && ((row) => isNew(row) && placed.table.has(row))),
        }),
    ...(placed === undefined ? {} : { newItems: placed }),
    isNew,
    ...(linear?.isLive ? { isChosenSince: linear.isChosen, mayHaveChosenSince: linear.mayHaveChosen } : {}),
    towers: {
      source: bundle.source,
      dim,
      async userVectors(histories) {
        const inputs = histories.map((rows) => catalogue.inputsOf(Array.from(rows).slice(-maxHistory)));
        const vectors = await bundle.encodeUsers(inputs);
        histories.forEach(({ length }, user) => {
          if (!vectors.subarray(user * dim, (user + 1) * dim).every(Number.isFinite))
            throw errors.VECTOR_NOT_FINITE({ what: 'this history', length });
        });
        return vectors;
      },
      async scores(user, rows) {
        if (index.scores !== undefined) return index.scores(user, rows);
        const vectors = await index.getMany(rows);
        return Float32Array.from(vectors, (vector) => (vector === undefined ? 0 : dot(user, 0, vector, 0, dim)));
      },
      search: (user, k, { exclude, passes, among }) =>
        index.search(user, k, {
          exclude: hidden.size === 0 ? exclude : new Set([...(exclude ?? []), ...hidden]),
          filter: passes,
          among,
          ef: Math.max(manifest.index.ef, k),
        }),
    },
    popular: (k, passes) => popularRows(catalogue.rows, Math.min(k, catalogue.size), catalogue.users, passes),
  };
}
