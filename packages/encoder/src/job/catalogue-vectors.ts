/** The stored vectors of items, as one matrix in the order of the items. */
import type { Item, Store } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { DEFAULT_TEMPLATE, textHash } from '../item-text/item-text.ts';
import type { ItemTemplate } from '../item-text/templates.ts';
import type { TextEncoder } from '../text-encoder.ts';

const ITEM_BATCH = 2048;

/** Which stored vectors are read. */
export interface CatalogueVectorsOptions {
  store: Store;
  /** The encoder of the vectors: an open one, or its stored id and dimension. */
  encoder: Pick<TextEncoder, 'id' | 'dim'>;
  /** Default `'title-brand-category'`. */
  template?: ItemTemplate;
}

/**
 * The stored vectors of items, `[items.length × dim]` in the given order; zeros for an item without
 * text.
 *
 * @param items ids (for example an interaction log's `itemIds`), or the items themselves
 * @throws LorekeepError `ENCODER_UNKNOWN_ITEMS` for ids that the store does not have,
 *   `EMBEDDING_MISSING` before `encodeCatalogue` has run
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
    const batch = items.slice(start, start + ITEM_BATCH);
    const ids = batch.filter((item) => typeof item === 'string');
    const stored = ids.length > 0 ? await store.getItems(ids) : [];
    let next = 0;
    const rows: number[] = [];
    const hashes: string[] = [];
    for (const [at, given] of batch.entries()) {
      const item = typeof given === 'string' ? stored[next++] : given;
      if (item === undefined) unknown.push(given as string);
      const hash = item === undefined ? '' : textHash(item, template);
      if (hash === '') continue;
      rows.push(start + at);
      hashes.push(hash);
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
