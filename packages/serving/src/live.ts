/**
 * One published version at work: the publication, brought up to date with the store, plus everything that changes
 * while it serves. The engine swaps one for another on reload and closes the old one when its last reader is done.
 *
 * A row stands for an item here: its position in `ids`, its key in the index, its line in the input table.
 */
import type { TextEncoder } from '@lorekeep/encoder';
import type { Item, Store } from '@lorekeep/store';
import { contentVectors, textHash } from './content.ts';
import { notFinite } from './errors.ts';
import type { Facts } from './filter.ts';
import { createTopK } from './index/table.ts';
import { openLinearRows } from './linear-rows.ts';
import type { Publication } from './publication.ts';
import type { SearchResult } from './types.ts';

/** Items that are brought up to date together. */
const BATCH = 256;

export interface Live {
  readonly publication: Publication;
  readonly size: number;
  rowOf(id: string): number | undefined;
  idOf(row: number): string;
  factsOf(row: number): Facts;
  /** The item's row in the trained model, −1 for one that came later. */
  trainedRowOf(row: number): number;
  /** The other way round: −1 for an item that is not in the catalogue any more. */
  rowOfTrained(trainedRow: number): number;
  /** What the user tower reads of these items, `[rows.length × inputDim]`. */
  inputsOf(rows: readonly number[]): Float32Array;
  /**
   * The best of what a history speaks for by the linear model, at most k; `undefined` where the model has none.
   * @param history rows, oldest first
   */
  neighboursOf(history: readonly number[], k: number, filter: (row: number) => boolean): SearchResult | undefined;
  /** Takes in items that the store has by now: those with a new or changed text are encoded and adapted. */
  upsert(items: readonly Item[]): Promise<{ encoded: number; seconds: number }>;
  countEvents(itemIds: readonly string[]): void;
  /** The k items with most events that pass. */
  popular(k: number, filter: (row: number) => boolean): SearchResult;
  /** Another reader. Closed only when all are gone. */
  retain(): void;
  release(): void;
  /** No new readers come: closes now or with the last reader. */
  retire(): void;
}

export interface OpenLiveOptions {
  publication: Publication;
  store: Store;
  encoder: TextEncoder;
}

/** Takes a publication over and folds in what the store knows and it does not. */
export async function openLive({
  publication,
  store,
  encoder,
}: OpenLiveOptions): Promise<{ live: Live; folded: number }> {
  const { towers, index, manifest, items: published } = publication;
  const { inputDim, dim } = towers;
  const trainedRow = new Map(towers.itemIds.map((id, row) => [id, row]));
  const ids = published.ids.slice();
  const texts = published.texts.slice();
  const rows = new Map(ids.map((id, row) => [id, row]));
  const facts: Facts[] = new Array(ids.length);
  const linear = towers.linear && openLinearRows(towers.linear);
  if (linear !== undefined)
    ids.forEach((id, row) => {
      const solved = trainedRow.get(id);
      if (solved !== undefined) linear.place(row, solved);
    });
  const trainedRows = ids.map((id) => trainedRow.get(id) ?? -1);
  const rowsOfTrained = towers.itemIds.map((id) => rows.get(id) ?? -1);
  let inputs = publication.inputs;
  let events = Float64Array.from(published.events);
  let readers = 0;
  let retired = false;

  function grow(count: number): void {
    if (count * inputDim > inputs.length) {
      const wider = new Float32Array(Math.max(count, 2 * ids.length) * inputDim);
      wider.set(inputs);
      inputs = wider;
    }
    if (count > events.length) {
      const wider = new Float64Array(Math.max(count, 2 * events.length));
      wider.set(events);
      events = wider;
    }
  }

  async function upsert(items: readonly Item[]): Promise<{ encoded: number; seconds: number }> {
    const changed: Item[] = [];
    const unfolded: number[] = [];
    const unfoldedItems: Item[] = [];
    for (const item of items) {
      const row = rows.get(item.id);
      if (row !== undefined && texts[row] === textHash(item, manifest.template)) {
        facts[row] = factsOf(item);
        if (linear !== undefined && !linear.has(row)) {
          unfolded.push(row);
          unfoldedItems.push(item);
        }
      } else changed.push(item);
    }
    if (linear !== undefined && unfolded.length > 0)
      linear.fold(unfolded, await contentVectors(store, encoder, manifest.template, unfoldedItems));
    if (changed.length === 0) return { encoded: 0, seconds: 0 };

    const started = performance.now();
    const content = await contentVectors(store, encoder, manifest.template, changed);
    const hashes = changed.map((item) => textHash(item, manifest.template));
    const idRows = Int32Array.from(changed, ({ id }) => trainedRow.get(id) ?? -1);
    const adapted = await towers.adaptItems(content, idRows);
    for (let at = 0; at < changed.length; at++) {
      const vector = adapted.vectors.subarray(at * dim, (at + 1) * dim);
      const { id } = changed[at];
      if (!vector.every(Number.isFinite)) throw notFinite(`the item ${JSON.stringify(id)}`, { id });
    }
    const keys: number[] = [];
    const vectors: Float32Array[] = [];
    const silent: number[] = [];
    // No pause from here to the index's first step: nobody sees a row without its facts.
    changed.forEach((item, at) => {
      const row = rows.get(item.id) ?? ids.length;
      if (row === ids.length) {
        grow(row + 1);
        ids.push(item.id);
        rows.set(item.id, row);
        trainedRows.push(idRows[at]);
        if (idRows[at] >= 0) rowsOfTrained[idRows[at]] = row;
      }
      facts[row] = factsOf(item);
      inputs.set(adapted.inputs.subarray(at * inputDim, (at + 1) * inputDim), row * inputDim);
      if (hashes[at] === '' && idRows[at] < 0) silent.push(row);
      else {
        keys.push(row);
        vectors.push(adapted.vectors.subarray(at * dim, (at + 1) * dim));
      }
    });
    if (linear !== undefined) {
      // An item that the model was solved with stays where its events put it.
      const fresh = changed.flatMap(({ id }, at) => {
        const row = rows.get(id)!;
        if (idRows[at] >= 0) linear.place(row, idRows[at]);
        return idRows[at] >= 0 ? [] : [{ row, at }];
      });
      const width = content.length / changed.length;
      const texts = new Float32Array(fresh.length * width);
      fresh.forEach(({ at }, place) => {
        texts.set(content.subarray(at * width, (at + 1) * width), place * width);
      });
      linear.fold(
        fresh.map(({ row }) => row),
        texts,
      );
    }
    const matrix = new Float32Array(vectors.length * dim);
    vectors.forEach((vector, at) => {
      matrix.set(vector, at * dim);
    });
    await index.add(Uint32Array.from(keys), matrix);
    await index.remove(Uint32Array.from(silent));
    // Last: an upsert that failed before this line is done again when it is repeated, or at the next start.
    changed.forEach((item, at) => {
      texts[rows.get(item.id)!] = hashes[at];
    });
    return { encoded: changed.length, seconds: (performance.now() - started) / 1000 };
  }

  function countEvents(itemIds: readonly string[]): void {
    for (const id of itemIds) {
      const row = rows.get(id);
      if (row !== undefined) events[row]++;
    }
  }

  async function close(): Promise<void> {
    await index.close();
    await towers.close();
  }

  let folded = 0;
  try {
    for await (const batch of store.items({ batchSize: BATCH })) folded += (await upsert(batch)).encoded;
    // What the store does not have any more is not recommended: a publication can outlive its catalogue.
    const gone = ids.flatMap((_, row) => (facts[row] === undefined ? [row] : []));
    await index.remove(Uint32Array.from(gone));
    for (const row of gone) {
      rows.delete(ids[row]);
      linear?.remove(row);
      if (trainedRows[row] >= 0) rowsOfTrained[trainedRows[row]] = -1;
      facts[row] = {};
      events[row] = 0;
    }
    if ((await store.counts()).events !== manifest.data.events) {
      const corpus = await store.corpus();
      events.fill(0);
      countEvents(Array.from(corpus.items, (row) => corpus.itemIds[row]));
    }
  } catch (error) {
    await close();
    throw error;
  }

  const live: Live = {
    publication,
    get size() {
      return rows.size;
    },
    rowOf: (id) => rows.get(id),
    idOf: (row) => ids[row],
    factsOf: (row) => facts[row],
    trainedRowOf: (row) => trainedRows[row],
    rowOfTrained: (row) => rowsOfTrained[row],
    inputsOf(wanted) {
      const gathered = new Float32Array(wanted.length * inputDim);
      wanted.forEach((row, at) => {
        gathered.set(inputs.subarray(row * inputDim, (row + 1) * inputDim), at * inputDim);
      });
      return gathered;
    },
    neighboursOf(history, k, filter) {
      if (linear === undefined) return undefined;
      const best = createTopK(Math.min(k, rows.size));
      linear.score(history, (row, score) => {
        if (filter(row)) best.offer(row, score);
      });
      return best.result();
    },
    upsert,
    countEvents,
    popular(k, filter) {
      const best = createTopK(Math.min(k, rows.size));
      for (const row of rows.values()) if (filter(row)) best.offer(row, events[row]);
      return best.result();
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
  return { live, folded };
}

function factsOf({ brand, categories, price, fields }: Item): Facts {
  return { brand, categories, price, fields };
}
