/**
 * What of an item is read to the language model. The default is LEARN's text (arXiv 2405.03988, Amazon experiments):
 * `Title: … Brand: … Category: …`. A template is a string, so that it can be remembered with a model and read again by
 * the server that encodes tomorrow's items:
 *
 *     'title-brand-category'              a name of `ITEM_TEMPLATES`, or one that `defineTemplate` was given
 *     '{title}, {brand}. Colour: {color}' a pattern: `{name}` is a field of the item
 *     'full@126'                          either, with the tokens that its fields share (see `budget.ts`)
 *
 * Every field is cleaned first (`clean.ts`). An item without any text gives `''`. It is never sent to a model; its content
 * vector is all zeros.
 */
import type { Item } from '@lorekeep/store';
import { errors } from '../errors.ts';
import type { TextEncoder } from '../text-encoder.ts';
import { estimateTokens, shareTokens } from './budget.ts';
import { clean } from './clean.ts';

/** A name, or a pattern, with or without `@` and a number of tokens. */
export type ItemTemplate = string;

/** A field as it is read: what may be cut, between what may not. */
interface Piece {
  before: string;
  value: string;
  after: string;
}

type Template = (item: Item) => Piece[];

/** `Label: value.` */
const labelled = (label: string, value: string): Piece => ({ before: `${label}: `, value, after: '. ' });
const sentence = (beginning: string, value: string): Piece => ({ before: `${beginning} `, value, after: '. ' });

const titleBrandCategory: Template = (item) => [
  labelled('Title', fieldOf(item, 'title')),
  labelled('Brand', fieldOf(item, 'brand')),
  labelled('Category', clean(item.categories?.join(' '))),
];

/**
 * The named templates.
 *
 * * `'title-brand-category'`, the default: `Title: … Brand: … Category: …`
 * * `'title'`: the bare title without a label
 * * `'full'`: the default, then `Description: …`
 * * `'sentences'`: one sentence a field, as LEARN's industrial texts have it: title, categories, brand, price, every further
 *   field in the order the item has them, description
 */
export const ITEM_TEMPLATES = {
  'title-brand-category': titleBrandCategory,
  title: (item) => [{ before: '', value: fieldOf(item, 'title'), after: '' }],
  full: (item) => [...titleBrandCategory(item), labelled('Description', fieldOf(item, 'description'))],
  sentences: (item) => [
    sentence('The title is', fieldOf(item, 'title')),
    sentence('The category is', fieldOf(item, 'categories')),
    sentence('The brand is', fieldOf(item, 'brand')),
    sentence('The price is', fieldOf(item, 'price')),
    ...Object.keys(item.fields ?? {}).map((name) => sentence(`The ${clean(name)} is`, fieldOf(item, name))),
    sentence('The description is', fieldOf(item, 'description')),
  ],
} satisfies Record<string, Template>;

export const DEFAULT_TEMPLATE: ItemTemplate = 'title-brand-category';

/** Tokens that the fields of an item share where a template names no number: what all-MiniLM-L6-v2 reads. */
export const DEFAULT_TEXT_TOKENS = 254;
/** A model that reads more is given so much, unless the template says otherwise: what an item is stands in its first words. */
const MOST_DERIVED_TOKENS = 510;
const MOST_TOKENS = 1 << 20;

/**
 * The item's text, or `''` if it has none.
 * @param template default `'title-brand-category'`; see the head of this file
 * @throws LorekeepError `ENCODER_BAD_OPTION` for an unknown name or a malformed pattern
 * @example itemText({ id: 'B1', title: 'Lamp &amp; shade', brand: 'Lux' }) // 'Title: Lamp & shade. Brand: Lux.'
 * @example itemText({ id: 'B1', title: 'Lamp', fields: { color: 'red' } }, '{title}, {color}') // 'Lamp, red'
 */
export function itemText(item: Item, template: ItemTemplate = DEFAULT_TEMPLATE): string {
  const { read, tokens } = templateOf(template);
  const pieces = read(item).filter(({ value }) => value !== '');
  if (pieces.length === 0) return '';
  const values = pieces.map(({ value }) => value);
  // The sum of lengths is never less than the tokens: most texts end here.
  const length = pieces.reduce((sum, { before, value, after }) => sum + before.length + value.length + after.length, 0);
  const fitting = length <= tokens ? values : shareTokens(values, Math.max(pieces.length, tokens - around(pieces)));
  return pieces
    .map(({ before, after }, at) => before + fitting[at] + after)
    .join('')
    .trim();
}

const around = (pieces: Piece[]) => pieces.reduce((sum, { before, after }) => sum + estimateTokens(before + after), 0);

/**
 * Makes a function of your own a template. Its name is remembered with the models trained on it, so it must be defined,
 * and mean the same, in every program that encodes items for them; give a changed function a new name.
 *
 * @param name letters, digits, `-` and `_`, a letter first; not one of `ITEM_TEMPLATES`
 * @param read the whole text, which is cut at its end where it is too long; or labels with values, which are read as
 *   `Label: value.` and share the tokens. Values are cleaned.
 * @throws LorekeepError `ENCODER_BAD_OPTION` for such a name
 * @example
 * const template = defineTemplate('lamps-1', (item) => [['Lamp', item.title], ['Watts', item.fields?.watts]]);
 * await encodeCatalogue({ store, encoder, template });
 */
export function defineTemplate(
  name: string,
  read: (item: Item) => string | [label: string, value: ItemValue | undefined][],
): ItemTemplate {
  if (!/^[a-z][\w-]*$/i.test(name) || Object.hasOwn(ITEM_TEMPLATES, name))
    throw errors.ENCODER_BAD_OPTION({
      option: 'template',
      value: name,
      expected: 'a name of letters, digits, - and _ that is not one of the built-in templates',
    });
  defined.set(name, (item) => {
    const text = read(item);
    if (typeof text === 'string') return [{ before: '', value: clean(text), after: '' }];
    return text.map(([label, value]) => labelled(label, textOf(value)));
  });
  compiled.clear();
  return name;
}

/**
 * The template with the number of tokens that suits an encoder, as it should be remembered: what the model reads less its
 * special tokens, 510 at most. As it is where it has a number already, or where nobody knows what the model reads.
 * @throws LorekeepError `ENCODER_BAD_OPTION` for an unknown name or a malformed pattern
 * @example templateFor('full', encoder) // 'full@510' for a model that reads 512 tokens or more
 */
export function templateFor(template: ItemTemplate, { maxLength }: Pick<TextEncoder, 'maxLength'>): ItemTemplate {
  const { base, given } = templateOf(template);
  if (given !== undefined || maxLength === undefined) return template;
  const tokens = Math.max(1, Math.min(maxLength - 2, MOST_DERIVED_TOKENS));
  return tokens === DEFAULT_TEXT_TOKENS ? base : `${base}@${tokens}`;
}

type ItemValue = string | number | boolean | string[];

interface Compiled {
  read: Template;
  /** Infinity: no limit. */
  tokens: number;
  base: string;
  /** The number in the string, if there is one. */
  given: number | undefined;
}

const defined = new Map<string, Template>();
const compiled = new Map<string, Compiled>();

function templateOf(template: ItemTemplate): Compiled {
  const known = compiled.get(template);
  if (known !== undefined) return known;
  const [, base, digits] = /^(.*?)(?:@(\d+))?$/s.exec(template)!;
  const given = digits === undefined ? undefined : Number(digits);
  if (given !== undefined && given > MOST_TOKENS)
    throw errors.ENCODER_BAD_OPTION({
      option: 'template',
      value: template,
      expected: `at most ${MOST_TOKENS} tokens after the @, or 0 for no limit`,
    });
  const result = { read: readerOf(base), tokens: given === 0 ? Infinity : (given ?? DEFAULT_TEXT_TOKENS), base, given };
  if (compiled.size > 100) compiled.clear();
  compiled.set(template, result);
  return result;
}

function readerOf(base: string): Template {
  if (Object.hasOwn(ITEM_TEMPLATES, base)) return ITEM_TEMPLATES[base as keyof typeof ITEM_TEMPLATES];
  const own = defined.get(base);
  if (own !== undefined) return own;
  if (base.includes('{')) return patternOf(base);
  const names = [...Object.keys(ITEM_TEMPLATES), ...defined.keys()];
  throw errors.ENCODER_BAD_OPTION({
    option: 'template',
    value: base,
    expected: `one of ${names.join(', ')}, or a pattern such as "{title}. {brand}"`,
  });
}

/**
 * Words before a field belong to it and are left out with it where an item does not have it; so are separators at the
 * text's beginning. Words after the last field stay. `{{` and `}}` are braces.
 */
function patternOf(pattern: string): Template {
  const fields: { before: string; name: string }[] = [];
  let words = '';
  for (const [part, name] of pattern.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    if (part === '{{' || part === '}}') words += part[0];
    else if (name === undefined && /^[^{}]/.test(part)) words += part;
    else if (name === undefined || name.trim() === '')
      throw errors.ENCODER_BAD_OPTION({
        option: 'template',
        value: pattern,
        expected: 'the name of a field between each pair of braces ({{ and }} for a brace)',
      });
    else {
      fields.push({ before: words, name: name.trim() });
      words = '';
    }
  }
  if (fields.length === 0)
    throw errors.ENCODER_BAD_OPTION({
      option: 'template',
      value: pattern,
      expected: 'at least one field in braces, such as {title}',
    });
  return (item) => {
    const pieces = fields
      .map(({ before, name }) => ({ before, value: fieldOf(item, name), after: '' }))
      .filter(({ value }) => value !== '');
    if (pieces.length > 0) {
      pieces[0].before = pieces[0].before.replace(/^[\s.,;:|/–-]+/, '');
      pieces[pieces.length - 1].after = words;
    }
    return pieces;
  };
}

/** A field by its name, cleaned; the item's own fields first, then those under `fields`. `''` where there is none. */
function fieldOf(item: Item, name: string): string {
  switch (name) {
    case 'id':
    case 'title':
    case 'brand':
    case 'description':
    case 'price':
    case 'categories':
      return textOf(item[name]);
    default:
      return item.fields !== undefined && Object.hasOwn(item.fields, name) ? textOf(item.fields[name]) : '';
  }
}

function textOf(value: ItemValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.map(clean).filter(Boolean).join(', ') : clean(String(value));
}
