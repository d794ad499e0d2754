/**
 * A whole catalogue into the space of one encoder. Vectors are stored by (encoder, hash of the text), so a text is
 * encoded once, ever, however many items share it and however often this runs. Work is committed every two seconds or
 * so: whenever it is stopped, killed even, the next run goes on with what is missing, and what was stored stays as is.
 */
import { type RunContext, sha256, silent } from '@lorekeep/core';
import type { Item, Store } from '@lorekeep/store';
import { unknownItems } from './errors.ts';
import { DEFAULT_TEMPLATE, type ItemTemplate, itemText } from './text.ts';
import type { TextEncoder } from './types.ts';

export interface EncodeCatalogueOptions extends RunContext {
  store: Store;
  encoder: TextEncoder;
  /** Default `'title-brand-category'`. */
  template?: ItemTemplate;
}

export interface EncodedCatalogue {
  /** Distinct texts in the catalogue. */
  texts: number;
  /** Of those, encoded by this call … */
  encoded: number;
  /** … and found in the store. */
  reused: number;
  /** Items without any text. They have no stored vector; `catalogueVectors` gives them zeros. */
  textlessItems: number;
  seconds: number;
}

/** How much work may be lost, at most, when the process is killed. */
const COMMIT_SECONDS = 2;
/** Texts held and sorted by length at a time, whatever the size of the catalogue. */
const WINDOW = 8192;
const ITEM_BATCH = 2048;

/**
 * Encodes every text that the store has no vector for yet. Progress: stage `encode`, unit `items` (distinct texts,
 * those found in the store included), with the rate as note.
 *
 * @throws `signal.reason` when aborted; what was encoded until then is stored
 * @throws LorekeepError what the encoder and the store throw
 * @example await encodeCatalogue({ store, encoder, progress: (event) => console.error(event) });
 */
export async function encodeCatalogue(options: EncodeCatalogueOptions): Promise<EncodedCatalogue> {
  const { store, encoder, template = DEFAULT_TEMPLATE, progress = silent, signal } = options;
  const started = performance.now();
  const { known, missing, textlessItems } = await survey(store, encoder, template, signal);
  const texts = known + missing.size;
  const toEncode = missing.size;
  let encoded = 0;
  let chunk = 64;
  const encodingFrom = performance.now();
  progress({ stage: 'encode', done: known, total: texts, unit: 'items' });

  const encodeWindow = async (window: string[]) => {
    window.sort((a, b) => a.length - b.length);
    for (let at = 0; at < window.length; ) {
      signal?.throwIfAborted();
      const some = window.slice(at, at + chunk);
      const start = performance.now();
      const vectors = await encoder.encode(some);
      await store.putEmbeddings(encoder.id, encoder.dim, some.map(sha256), vectors);
      const now = performance.now();
      at += some.length;
      encoded += some.length;
      chunk = Math.min(WINDOW, Math.max(16, Math.round((some.length / (now - start)) * COMMIT_SECONDS * 1000)));
      const rate = (encoded / (now - encodingFrom)) * 1000;
      progress({
        stage: 'encode',
        done: known + encoded,
        total: texts,
        unit: 'items',
        note: `${rate.toFixed(0)} items/s`,
      });
    }
  };
  let window: string[] = [];
  if (toEncode > 0) {
    for await (const items of store.items({ batchSize: ITEM_BATCH })) {
      signal?.throwIfAborted();
      for (const item of items) {
        const text = itemText(item, template);
        if (text !== '' && missing.delete(sha256(text))) window.push(text);
      }
      if (window.length >= WINDOW) {
        await encodeWindow(window);
        window = [];
      }
      if (missing.size === 0) break;
    }
    await encodeWindow(window);
  }
  return {
    texts,
    encoded,
    reused: known,
    textlessItems,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Counts the catalogue's distinct texts and finds the hashes of those that are not encoded yet. */
async function survey(store: Store, encoder: TextEncoder, template: ItemTemplate, signal: AbortSignal | undefined) {
  const seen = new Set<string>();
  const missing = new Set<string>();
  let textlessItems = 0;
  for await (const items of store.items({ batchSize: ITEM_BATCH })) {
    signal?.throwIfAborted();
    const fresh: string[] = [];
    for (const item of items) {
      const text = itemText(item, template);
      if (text === '') {
        textlessItems++;
        continue;
      }
      const hash = sha256(text);
      if (seen.has(hash)) continue;
      seen.add(hash);
      fresh.push(hash);
    }
    for (const hash of await store.missingEmbeddings(encoder.id, fresh)) missing.add(hash);
  }
  return { known: seen.size - missing.size, missing, textlessItems };
}

export interface CatalogueVectorsOptions {
  store: Store;
  /** Whose vectors: an open encoder, or what is remembered of one. */
  encoder: Pick<TextEncoder, 'id' | 'dim'>;
  /** Default `'title-brand-category'`. */
  template?: ItemTemplate;
}

/**
 * The stored vectors of items, `[items.length × dim]` in the order given; zeros for an item without text.
 *
 * @param items ids (a corpus's `itemIds`), or the items themselves
 * @throws LorekeepError `ENCODER_UNKNOWN_ITEMS` for ids that the store does not have, `EMBEDDING_MISSING` where
 *   `encodeCatalogue` has not been yet
 */
export async function catalogueVectors(
  options: CatalogueVectorsOptions,
  items: readonly (string | Item)[],
): Promise<Float32Array> {
  const { store, encoder, template = DEFAULT_TEMPLATE } = options;
  const { id, dim } = encoder;
  const vectors = new Float32Array(items.length * dim);
  const unknown: string[] = [];
  for (let start = 0; start < items.length; start += ITEM_BATCH) {
    const some = items.slice(start, start + ITEM_BATCH);
    const ids = some.filter((item) => typeof item === 'string');
    const stored = ids.length > 0 ? await store.getItems(ids) : [];
    let next = 0;
    const rows: number[] = [];
    const hashes: string[] = [];
    for (const [at, given] of some.entries()) {
      const item = typeof given === 'string' ? stored[next++] : given;
      const text = item === undefined ? '' : itemText(item, template);
      if (item === undefined) unknown.push(given as string);
      if (text === '') continue;
      rows.push(start + at);
      hashes.push(sha256(text));
    }
    if (unknown.length > 0 || rows.length === 0) continue;
    const found = await store.getEmbeddings(id, hashes);
    rows.forEach((row, at) => {
      vectors.set(found.vectors.subarray(at * dim, (at + 1) * dim), row * dim);
    });
  }
  if (unknown.length > 0) throw unknownItems(unknown);
  return vectors;
}
