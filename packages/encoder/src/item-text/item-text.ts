/**
 * The text of an item that the language model reads. The default is LEARN's text (arXiv 2405.03988,
 * Amazon experiments): `Title: … Brand: … Category: …`. `templates.ts` describes the other
 * templates.
 *
 * Every field is cleaned (`clean.ts`). An item without any text gives `''`. It is never sent to a
 * model; its content vector is all zeros.
 */
import { sha256 } from '@lorekeep/core';
import type { Item } from '@lorekeep/store';
import type { TextEncoder } from '../text-encoder.ts';
import { shareTokens } from './budget.ts';
import { estimateTokens } from './estimate-tokens.ts';
import type { Piece } from './fields.ts';
import { compileTemplate, DEFAULT_TEXT_TOKENS, type ItemTemplate } from './templates.ts';

/** Template that is used if none is given. */
export const DEFAULT_TEMPLATE: ItemTemplate = 'title-brand-category';

/** `templateFor` never chooses more tokens: the first words of a text describe the item best. */
const MAX_DERIVED_TOKENS = 510;

/**
 * The item's text, or `''` if it has none.
 * @param template default `'title-brand-category'`; see `templates.ts`
 * @throws LorekeepError `ENCODER_BAD_OPTION` for an unknown name or a malformed pattern
 * @example
 * itemText({ id: 'B1', title: 'Lamp &amp; shade' }); // 'Title: Lamp & shade.'
 * // 'Lamp, red'
 * itemText({ id: 'B1', title: 'Lamp', fields: { color: 'red' } }, '{title}, {color}');
 */
export function itemText(item: Item, template: ItemTemplate = DEFAULT_TEMPLATE): string {
  const { read, tokens } = compileTemplate(template);
  const pieces = read(item).filter(({ value }) => value !== '');
  if (pieces.length === 0) return '';
  const values = pieces.map(({ value }) => value);
  // A text never has more tokens than characters, so most texts need no count.
  const length = pieces.reduce((sum, { before, value, after }) => sum + before.length + value.length + after.length, 0);
  const fitting =
    length <= tokens ? values : shareTokens(values, Math.max(pieces.length, tokens - labelTokens(pieces)));
  return pieces
    .map(({ before, after }, at) => before + fitting[at] + after)
    .join('')
    .trim();
}

const labelTokens = (pieces: readonly Piece[]) =>
  pieces.reduce((sum, { before, after }) => sum + estimateTokens(before + after), 0);

/**
 * The key of an item's text in the store, or `''` for an item without text, which has no vector.
 */
export function textHash(item: Item, template: ItemTemplate = DEFAULT_TEMPLATE): string {
  const text = itemText(item, template);
  return text === '' ? '' : sha256(text);
}

/**
 * The template with the number of tokens that suits an encoder, to be stored: the model's maximal
 * length minus its special tokens, at most 510. Returned unchanged if it has a number, or if the
 * encoder's maximal length is unknown.
 * @param template a name or a pattern
 * @param encoder the encoder that will read the texts
 * @throws LorekeepError `ENCODER_BAD_OPTION` for an unknown name or a malformed pattern
 * @example templateFor('full', encoder) // 'full@510' for a model that reads 512 tokens or more
 */
export function templateFor(template: ItemTemplate, { maxLength }: Pick<TextEncoder, 'maxLength'>): ItemTemplate {
  const { base, given } = compileTemplate(template);
  if (given !== undefined || maxLength === undefined) return template;
  const tokens = Math.max(1, Math.min(maxLength - 2, MAX_DERIVED_TOKENS));
  return tokens === DEFAULT_TEXT_TOKENS ? base : `${base}@${tokens}`;
}
