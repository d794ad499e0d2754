/**
 * What of an item is read to the language model. The default is LEARN's text (arXiv 2405.03988, Amazon experiments):
 * `Title: … Brand: … Category: …`. Shop data are dirty, so every field is cleaned first: HTML tags and entities,
 * control characters, runs of white space and halves of surrogate pairs are gone before anything is hashed or encoded.
 *
 * An item without any text gives `''`. It is never sent to a model; its content vector is all zeros.
 */
import type { Item } from '@lorekeep/store';
import { decodeHTMLStrict } from 'entities';
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

/** Control, format-free: C0, DEL and C1 but for the white space among them, which is folded below. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/g;

/** Plain text of a field: tags out, entities decoded (once), control characters out, white space folded, trimmed. */
export function clean(field: string | undefined): string {
  if (!field) return '';
  const untagged = field.includes('<') ? withoutTags(field) : field;
  const decoded = untagged.includes('&') ? decodeHTMLStrict(untagged) : untagged;
  return decoded.toWellFormed().replace(CONTROL, '').replace(/\s+/g, ' ').trim();
}

/**
 * Every tag and comment, and the content of `script` and `style`, becomes a blank. `a < b` stays: a tag's bracket is
 * followed by a letter, `/` or `!`. One pass, whatever the text: what was not found once is not looked for again.
 */
function withoutTags(text: string): string {
  const parts: string[] = [];
  const absent = new Set<string>();
  /** Where `pattern` ends next, or 0. */
  const endOf = (pattern: RegExp, from: number) => {
    if (absent.has(pattern.source)) return 0;
    pattern.lastIndex = from;
    if (pattern.test(text)) return pattern.lastIndex;
    absent.add(pattern.source);
    return 0;
  };
  let kept = 0;
  let closing = -1;
  for (let open = text.indexOf('<'); open >= 0; ) {
    const next = text.indexOf('<', open + 1);
    if (closing <= open) closing = text.indexOf('>', open + 1);
    if (closing < 0) break;
    let end = 0;
    if (text.startsWith('<!--', open)) end = endOf(/-->/g, open + 4);
    else if (/[a-z/!]/i.test(text[open + 1]) && (next < 0 || closing < next)) {
      end = closing + 1;
      const invisible = /^<(script|style)\b/i.exec(text.slice(open, open + 8))?.[1].toLowerCase();
      if (invisible !== undefined) end = endOf(new RegExp(`</${invisible}[^<>]*>`, 'gi'), end) || end;
    }
    if (end === 0) {
      open = next;
      continue;
    }
    parts.push(text.slice(kept, open));
    kept = end;
    open = text.indexOf('<', end);
  }
  parts.push(text.slice(kept));
  return parts.join(' ');
}
