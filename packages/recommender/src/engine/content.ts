/**
 * Items' texts as vectors of the frozen encoder, each distinct text computed once, ever: what the store has is read,
 * what it lacks is encoded and stored first.
 */
import { sha256 } from '@lorekeep/core';
import { catalogueVectors, type ItemTemplate, itemText, type TextEncoder } from '@lorekeep/encoder';
import type { Item, Store } from '@lorekeep/store';

/** The key of an item's text in the store; `''` for an item without text, which has no vector. */
export function textHash(item: Item, template: ItemTemplate): string {
  const text = itemText(item, template);
  return text === '' ? '' : sha256(text);
}

/** `[items × encoder.dim]`, zeros for items without text. */
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
