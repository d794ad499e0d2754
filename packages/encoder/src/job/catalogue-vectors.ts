/** The stored vectors of items, in the order in which rooms above want them. */
import { sha256 } from '@lorekeep/core';
import type { Item, Store } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { DEFAULT_TEMPLATE, type ItemTemplate, itemText } from '../item-text/item-text.ts';
import type { TextEncoder } from '../text-encoder.ts';

const ITEM_BATCH = 2048;

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
  if (unknown.length > 0) throw errors.ENCODER_UNKNOWN_ITEMS({ count: unknown.length, first: unknown.slice(0, 10) });
  return vectors;
}
