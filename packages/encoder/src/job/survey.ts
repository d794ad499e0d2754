/** Counts a catalogue's texts, and those that an encoder has no vector for. */
import type { RunContext } from '@lorekeep/core';
import type { Store } from '@lorekeep/store';
import { DEFAULT_TEMPLATE } from '../item-text/item-text.ts';
import type { ItemTemplate } from '../item-text/templates.ts';
import type { TextEncoder } from '../text-encoder.ts';
import { createHashSet } from './hash-set.ts';
import { type KeyedText, textSlices } from './work-units.ts';

/** Which texts are encoded, with which encoder. */
export interface CatalogueOptions extends RunContext {
  store: Store;
  encoder: TextEncoder;
  /** Default `'title-brand-category'`. */
  template?: ItemTemplate;
}

export interface CatalogueSurvey {
  items: number;
  /** Distinct texts in the catalogue. */
  texts: number;
  /** Distinct texts without a vector of this encoder. */
  missing: number;
  textlessItems: number;
}

/** @param onMissing is called with each distinct text that has no vector yet */
export async function surveyCatalogue(
  options: CatalogueOptions,
  onMissing: (text: string) => void = () => {},
): Promise<CatalogueSurvey> {
  const { store, encoder, template = DEFAULT_TEMPLATE, signal } = options;
  const seen = createHashSet();
  const survey: CatalogueSurvey = { items: 0, texts: 0, missing: 0, textlessItems: 0 };
  for await (const { items, texts } of textSlices(store, template, signal)) {
    survey.items += items;
    survey.textlessItems += items - texts.length;
    const fresh = new Map<string, KeyedText>();
    for (const keyed of texts) if (seen.add(keyed.hash)) fresh.set(keyed.hash, keyed);
    const missing = await store.missingEmbeddings(encoder.id, [...fresh.keys()]);
    survey.missing += missing.length;
    for (const hash of missing) onMissing(fresh.get(hash)!.text);
  }
  survey.texts = seen.size;
  return survey;
}
