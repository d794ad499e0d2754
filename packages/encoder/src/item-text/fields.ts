/** Fields of an item as cleaned text. */
import type { Item } from '@lorekeep/store';
import { clean } from './clean.ts';

export type ItemValue = string | number | boolean | string[];

/** A field in a text. Only the value may be truncated. */
export interface Piece {
  before: string;
  value: string;
  after: string;
}

/**
 * A field by name, cleaned: the item's own fields first, then those under `fields`. `''` if it does
 * not exist.
 */
export function fieldOf(item: Item, name: string): string {
  switch (name) {
    case 'id':
    case 'title':
    case 'brand':
    case 'description':
    case 'price':
    case 'categories':
      return valueText(item[name]);
    default:
      return item.fields !== undefined && Object.hasOwn(item.fields, name) ? valueText(item.fields[name]) : '';
  }
}

export function valueText(value: ItemValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.map(clean).filter(Boolean).join(', ') : clean(String(value));
}
