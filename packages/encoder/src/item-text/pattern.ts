/** Patterns such as `'Brand: {brand}. {title}'`: text with item fields in braces. */
import type { Item } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { fieldOf, type Piece } from './fields.ts';

/**
 * The text before a field belongs to the field: it is omitted if the item does not have the field.
 * Separators at the start of the result are removed. Text after the last field is kept. `{{` and
 * `}}` are literal braces.
 *
 * @throws LorekeepError `ENCODER_BAD_OPTION`
 */
export function parsePattern(pattern: string): (item: Item) => Piece[] {
  const bad = (expected: string) => errors.ENCODER_BAD_OPTION({ option: 'template', value: pattern, expected });
  const fields: { before: string; name: string }[] = [];
  let literal = '';
  for (const [part, name] of pattern.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    if (part === '{{' || part === '}}') literal += part[0];
    else if (name === undefined && /^[^{}]/.test(part)) literal += part;
    else if (name === undefined || name.trim() === '')
      throw bad('the name of a field between each pair of braces ({{ and }} for a brace)');
    else {
      fields.push({ before: literal, name: name.trim() });
      literal = '';
    }
  }
  if (fields.length === 0) throw bad('at least one field in braces, such as {title}');
  return (item) => {
    const pieces = fields
      .map(({ before, name }) => ({ before, value: fieldOf(item, name), after: '' }))
      .filter(({ value }) => value !== '');
    if (pieces.length > 0) {
      pieces[0].before = pieces[0].before.replace(/^[\s.,;:|/–-]+/, '');
      pieces[pieces.length - 1].after = literal;
    }
    return pieces;
  };
}
