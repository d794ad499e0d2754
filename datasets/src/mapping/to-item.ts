/**
 * One record of a catalogue file as an `Item`, or the reason why it cannot be one. A record of any
 * format arrives here as a plain object of column names and values: strings from tables, any JSON
 * value from JSON lines and Parquet.
 *
 * Texts of prices and categories are read when the whole column is known (`catalogue-column.ts`).
 * Until then they stand in the item as they are written.
 */
import type { Item } from '@lorekeep/store';
import { readId } from '../values/ids.ts';
import { flatList } from '../values/lists.ts';
import { isMissing } from '../values/missing.ts';
import { ITEM_FIELDS } from './columns.ts';
import type { ColumnFinder } from './locate.ts';

/** An item whose price and categories may still be the texts of their cells. */
export interface RawItem extends Omit<Item, 'price' | 'categories'> {
  price?: number | string;
  categories?: string[] | string;
}

export type ItemOrProblem =
  | { item: RawItem; problem?: undefined }
  /** `id` is the id of the item, if it can be read. */
  | { item?: undefined; problem: string; cause: string; id?: string };

/** A value that cannot be read and is left out; the item stays. */
export type OnDropped = (cause: string, reason: string) => void;

type RawFields = Partial<Record<(typeof ITEM_FIELDS)[number], unknown>>;

/**
 * - id: a string or a number; the digits of a number are the id.
 * - `title`, `brand`: a string or a number.
 * - `categories`: a list; a list of paths (flattened, repeats removed); or a string.
 * - `description`: a string, or a list of strings (joined by line breaks).
 * - `price`: a number or a string.
 * - All other columns go to `Item.fields` under their own names: strings, finite numbers, booleans,
 *   and lists of strings and numbers (as strings). Empty values and nested objects are left out,
 *   because no filter could name them.
 */
export function toItem(record: Record<string, unknown>, columns: ColumnFinder, onDropped: OnDropped): ItemOrProblem {
  const names = Object.keys(record);
  const indexes = columns.locate(ITEM_FIELDS, names);
  const raw: RawFields = {};
  ITEM_FIELDS.forEach((field, f) => {
    if (indexes[f] >= 0) raw[field] = record[names[indexes[f]]];
  });
  const id = readId(raw.item);
  if (id.problem !== undefined) {
    return { problem: `item id ${id.problem}`, cause: `item id ${id.problem.replace(/:.*/, '')}` };
  }
  const item: RawItem = { id: id.id };
  setContent(item, raw, onDropped);
  const fields = toFields(record, names, indexes, columns);
  if (fields !== undefined) item.fields = fields;
  // A lone surrogate, which only a JSON escape can produce, has no UTF-8 form.
  const wellFormed = !JSON.stringify(item).includes('\\ud') || isWellFormed(item);
  return wellFormed ? { item } : { problem: 'is not Unicode', cause: 'is not Unicode', id: id.id };
}

/** Sets title, brand, categories, description and price. */
function setContent(item: RawItem, raw: RawFields, onDropped: OnDropped): void {
  for (const field of ['title', 'brand'] as const) {
    const value = raw[field];
    if (isMissing(value, true)) continue;
    if (typeof value === 'string' || typeof value === 'number') item[field] = String(value);
    else onDropped(`${field} is not a string`, `${field} ${excerpt(value)} is not a string`);
  }
  // MovieLens writes this where a film has no genre.
  if (!isMissing(raw.categories, true) && raw.categories !== '(no genres listed)') {
    const categories = typeof raw.categories === 'string' ? raw.categories : flatList(raw.categories);
    if (categories !== undefined) item.categories = categories;
    else onDropped('categories are no list of strings', `categories ${excerpt(raw.categories)} are no list of strings`);
  }
  if (!isMissing(raw.description, true)) {
    const lines = Array.isArray(raw.description) ? raw.description : [raw.description];
    if (!lines.every((line) => typeof line === 'string')) {
      onDropped('description is not a string', `description ${excerpt(raw.description)} is not a string`);
    } else if (lines.length > 0) item.description = lines.join('\n');
  }
  if (!isMissing(raw.price, true)) {
    const { price } = raw;
    if (typeof price === 'string' || (typeof price === 'number' && Number.isFinite(price))) item.price = price;
    else onDropped('price is not a number', `price ${excerpt(price)} is not a number`);
  }
}

/** The columns that are not at `indexes`, under their own names; `undefined` if there are none. */
export function toFields(
  record: Record<string, unknown>,
  names: readonly string[],
  indexes: readonly number[],
  columns: ColumnFinder,
): Item['fields'] {
  const fields: NonNullable<Item['fields']> = {};
  for (let n = 0; n < names.length; n++) {
    if (indexes.includes(n) || columns.isIgnored(names[n])) continue;
    const value = toField(record[names[n]]);
    if (value !== undefined) fields[names[n]] = value;
  }
  return Object.keys(fields).length > 0 ? fields : undefined;
}

function toField(value: unknown): string | number | boolean | string[] | undefined {
  if (isMissing(value)) return undefined;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((part) => typeof part === 'string' || typeof part === 'number') ? value.map(String) : undefined;
}

/** Whether all strings in a value, names of fields included, can be written as UTF-8. */
export function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, part]) => name.isWellFormed() && isWellFormed(part));
}

export function excerpt(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
