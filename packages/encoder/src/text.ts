/**
 * What of an item is read to the language model. The default is LEARN's text (arXiv 2405.03988, Amazon experiments):
 * `Title: … Brand: … Category: …`. Shop data are dirty, so every field is cleaned first: HTML tags and entities,
 * control characters, runs of white space and halves of surrogate pairs are gone before anything is hashed or encoded.
 *
 * An item without any text gives `''`. It is never sent to a model; its content vector is all zeros.
 */
import type { Item } from '@lorekeep/store';
import { decodeHTML } from 'entities';
import { badOption } from './errors.ts';

const titleBrandCategory = (item: Item) =>
  sentences([
    ['Title', clean(item.title)],
    ['Brand', clean(item.brand)],
    ['Category', clean(item.categories?.join(' '))],
  ]);

/**
 * The named templates. `'title-brand-category'` is the default, `'title'` the bare title without a label, `'full'` the
 * default followed by `Description: …`.
 */
export const ITEM_TEMPLATES = {
  'title-brand-category': titleBrandCategory,
  title: (item: Item) => clean(item.title),
  full: (item: Item) =>
    [titleBrandCategory(item), sentences([['Description', clean(item.description)]])].filter(Boolean).join(' '),
};

export type ItemTemplate = keyof typeof ITEM_TEMPLATES;

export const DEFAULT_TEMPLATE: ItemTemplate = 'title-brand-category';

/**
 * The item's text, or `''` if it has none.
 * @param template a name of `ITEM_TEMPLATES`. Default `'title-brand-category'`.
 * @throws LorekeepError `ENCODER_BAD_OPTION` for an unknown name
 * @example itemText({ id: 'B1', title: 'Lamp &amp; shade', brand: 'Lux' }) // 'Title: Lamp & shade. Brand: Lux.'
 */
export function itemText(item: Item, template: ItemTemplate = DEFAULT_TEMPLATE): string {
  if (!Object.hasOwn(ITEM_TEMPLATES, template))
    throw badOption('template', template, `one of ${Object.keys(ITEM_TEMPLATES).join(', ')}`);
  return ITEM_TEMPLATES[template](item);
}

function sentences(fields: [label: string, value: string][]): string {
  return fields
    .filter(([, value]) => value !== '')
    .map(([label, value]) => `${label}: ${value}.`)
    .join(' ');
}

/** Elements whose content is no text at all. */
const INVISIBLE = /<(script|style)\b[^>]*>[\s\S]*?<\/\1\s*>/gi;
/** A tag or comment, but not `a < b`: after the bracket there is a letter, `/` or `!`. */
const TAG = /<(?:!--[\s\S]*?-->|[a-z/!][^<>]*>)/gi;
/** Control, format-free: C0, DEL and C1 but for the white space among them, which is folded below. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/g;

/** Plain text of a field: tags out, entities decoded (once), control characters out, white space folded, trimmed. */
export function clean(field: string | undefined): string {
  if (!field) return '';
  const untagged = field.includes('<') ? field.replace(INVISIBLE, ' ').replace(TAG, ' ') : field;
  const decoded = untagged.includes('&') ? decodeHTML(untagged) : untagged;
  return decoded.toWellFormed().replace(CONTROL, '').replace(/\s+/g, ' ').trim();
}
