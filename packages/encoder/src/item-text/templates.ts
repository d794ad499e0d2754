/**
 * Item templates. A template is a string, so it can be stored with a model and used again by the
 * server that encodes new items:
 *
 *     'title-brand-category'              a name of `ITEM_TEMPLATES` or of `defineTemplate`
 *     '{title}, {brand}. Colour: {color}' a pattern: `{name}` is a field of the item
 *     'full@126'                          either, with the number of tokens that the fields share
 *
 * `budget.ts` defines how the fields share these tokens.
 */
import type { Item } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { clean } from './clean.ts';
import { fieldOf, type ItemValue, type Piece, valueText } from './fields.ts';
import { parsePattern } from './pattern.ts';

/** A template's name or a pattern, optionally with `@` and a number of tokens. */
export type ItemTemplate = string;

/**
 * Tokens that an item's fields share if the template has no number: what all-MiniLM-L6-v2 reads.
 */
export const DEFAULT_TEXT_TOKENS = 254;
const MAX_TOKENS = 1 << 20;

/** The fields of an item in the order of its text. Empty values are removed later. */
type ReadPieces = (item: Item) => Piece[];

/** `Label: value.` */
const labelled = (label: string, value: string): Piece => ({ before: `${label}: `, value, after: '. ' });
const sentence = (beginning: string, value: string): Piece => ({ before: `${beginning} `, value, after: '. ' });

const titleBrandCategory: ReadPieces = (item) => [
  labelled('Title', fieldOf(item, 'title')),
  labelled('Brand', fieldOf(item, 'brand')),
  labelled('Category', clean(item.categories?.join(' '))),
];

/**
 * The built-in templates.
 *
 * * `'title-brand-category'`, the default: `Title: … Brand: … Category: …`
 * * `'title'`: the title without a label
 * * `'full'`: the default, then `Description: …`
 * * `'sentences'`: one sentence per field, as in LEARN's industrial texts: title, categories,
 *   brand, price, all further fields in the item's order, description
 */
export const ITEM_TEMPLATES = {
  'title-brand-category': titleBrandCategory,
  /** The title alone. */
  title: (item) => [{ before: '', value: fieldOf(item, 'title'), after: '' }],
  /** `'title-brand-category'` with the description. */
  full: (item) => [...titleBrandCategory(item), labelled('Description', fieldOf(item, 'description'))],
  /** One sentence for each field. */
  sentences: (item) => [
    sentence('The title is', fieldOf(item, 'title')),
    sentence('The category is', fieldOf(item, 'categories')),
    sentence('The brand is', fieldOf(item, 'brand')),
    sentence('The price is', fieldOf(item, 'price')),
    ...Object.keys(item.fields ?? {}).map((name) => sentence(`The ${clean(name)} is`, fieldOf(item, name))),
    sentence('The description is', fieldOf(item, 'description')),
  ],
} satisfies Record<string, ReadPieces>;

/** Templates of `defineTemplate`. */
const defined = new Map<string, ReadPieces>();

/**
 * Makes a function a template. Its name is stored with the models trained on it, so it must be
 * defined, with the same meaning, in every program that encodes items for them. Give a changed
 * function a new name.
 *
 * @param name letters, digits, `-` and `_`, starting with a letter; not one of `ITEM_TEMPLATES`
 * @param read returns the whole text, which is truncated at its end if it is too long; or labels
 *   with values, which become `Label: value.` and share the tokens. Values are cleaned.
 * @throws LorekeepError `ENCODER_BAD_OPTION` for an invalid name
 * @example
 * const template = defineTemplate('lamps-1', (item) => [
 *   ['Lamp', item.title],
 *   ['Watts', item.fields?.watts],
 * ]);
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
    return text.map(([label, value]) => labelled(label, valueText(value)));
  });
  compiled.clear();
  return name;
}

/** A template that was parsed. */
export interface CompiledTemplate {
  read: ReadPieces;
  /** Infinity: no limit. */
  tokens: number;
  /** The template without its number of tokens. */
  base: string;
  /** The number in the string, if there is one. */
  given: number | undefined;
}

const MAX_COMPILED = 100;
const compiled = new Map<string, CompiledTemplate>();

/** @throws LorekeepError `ENCODER_BAD_OPTION` for an unknown name or a malformed pattern */
export function compileTemplate(template: ItemTemplate): CompiledTemplate {
  const known = compiled.get(template);
  if (known !== undefined) return known;
  const [, base, digits] = /^(.*?)(?:@(\d+))?$/s.exec(template)!;
  const given = digits === undefined ? undefined : Number(digits);
  if (given !== undefined && given > MAX_TOKENS)
    throw errors.ENCODER_BAD_OPTION({
      option: 'template',
      value: template,
      expected: `at most ${MAX_TOKENS} tokens after the @, or 0 for no limit`,
    });
  const result = { read: readerOf(base), tokens: given === 0 ? Infinity : (given ?? DEFAULT_TEXT_TOKENS), base, given };
  if (compiled.size > MAX_COMPILED) compiled.clear();
  compiled.set(template, result);
  return result;
}

function readerOf(base: string): ReadPieces {
  if (Object.hasOwn(ITEM_TEMPLATES, base)) return ITEM_TEMPLATES[base as keyof typeof ITEM_TEMPLATES];
  const own = defined.get(base);
  if (own !== undefined) return own;
  if (base.includes('{')) return parsePattern(base);
  const names = [...Object.keys(ITEM_TEMPLATES), ...defined.keys()];
  throw errors.ENCODER_BAD_OPTION({
    option: 'template',
    value: base,
    expected: `one of ${names.join(', ')}, or a pattern such as "{title}. {brand}"`,
  });
}
