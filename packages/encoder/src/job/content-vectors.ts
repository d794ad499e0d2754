/**
 * Content vectors of items that may not be encoded yet: stored vectors are read, missing ones are
 * encoded and stored.
 */
import { sha256 } from '@lorekeep/core';
import type { Item, Store } from '@lorekeep/store';
import { itemText } from '../item-text/item-text.ts';
import type { ItemTemplate } from '../item-text/templates.ts';
import type { TextEncoder } from '../text-encoder.ts';
import { catalogueVectors } from './catalogue-vectors.ts';

/**
 * `[items.length × encoder.dim]`, zeros for items without text. Each distinct text is encoded once.
 * @throws LorekeepError the errors of the encoder and the store
 */
export async function contentVectors(
  store: Store,
  encoder: TextEncoder,
  template: ItemTemplate,
  items: readonly Item[],
): Promise<Float32Array> {
  const texts = new Map<string, string>();
  for (const item of items) {
    const text = itemText(item, template);
    if (text !== '') texts.set(sha256(text), text);
  }
  const missing = await store.missingEmbeddings(encoder.id, [...texts.keys()]);
  if (missing.length > 0) {
    const vectors = await encoder.encode(missing.map((hash) => texts.get(hash)!));
    await store.putEmbeddings(encoder.id, encoder.dim, missing, vectors);
  }
  return catalogueVectors({ store, encoder, template }, items);
}
