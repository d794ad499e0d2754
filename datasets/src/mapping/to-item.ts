/**
 * One record of a catalogue file as an `Item`, or the reason why it cannot be one. A record of any
 * format arrives here as a plain object of column names and values: strings from tables, any JSON
 * value from JSON lines and Parquet.
 */
import { type Item, MAX_ID_LENGTH } from '@lorekeep/store';
import { type ColumnFinder, ITEM_FIELDS } from './columns.ts';

export type ItemOrProblem = { item: Item; problem?: undefined } | { item?: undefined; problem: string };

type RawFields = Partial<Record<(typeof ITEM_FIELDS)[number], unknown>>;

/**
 * - id: a string or a number; the digits of a number are the id.
 * - `title`, `brand`: a string or a number.
 * - `categories`: a list; a list of paths (flattened, repeats removed); a JSON array in a string;
 *   or a string that is split at `|`, or else at ` > `.
 * - `description`: a string, or a list of strings (joined by line breaks).
 * - `price`: a number, or a string such as `12.99`, `$1,299.00`.
 * - All other columns go to `Item.fields` under their own names: strings, finite numbers, booleans,
 *   and lists of strings and numbers (as strings). Empty values and nested objects are left out,
 *   because no filter could name them.
 */
export function toItem(record: Record<string, unknown>, columns: ColumnFinder): ItemOrProblem {
  const names = Object.keys(record);
  const indexes = columns.locate(ITEM_FIELDS, names);
  const raw: RawFields = {};
  ITEM_FIELDS.forEach((field, f) => {
    if (indexes[f] >= 0) raw[field] = record[names[indexes[f]]];
  });
  const id = toId(raw.item);
  if (id.problem !== undefined) return { problem: `item id ${id.problem}` };
  const item: Item = { id: id.id };
  const problem = setContent(item, raw);
  if (problem !== undefined) return { problem };
  const fields = toFields(record, names, indexes, columns);
  if (fields !== undefined) item.fields = fields;
  // A lone surrogate, which only a JSON escape can produce, has no UTF-8 form.
  const wellFormed = !JSON.stringify(item).includes('\\ud') || isWellFormed(item);
  return wellFormed ? { item } : { problem: 'is not Unicode' };
}

/**
 * Sets title, brand, categories, description and price; returns what is wrong with the first bad
 * one.
 */
function setContent(item: Item, raw: RawFields): string | undefined {
  for (const field of ['title', 'brand'] as const) {
    const value = raw[field];
    if (isEmpty(value)) continue;
    if (typeof value !== 'string' && typeof value !== 'number') return `${field} is not a string`;
    item[field] = String(value);
  }
  if (!isEmpty(raw.categories)) {
    const categories = toCategories(raw.categories);
    if (categories === undefined) return 'categories is not a list of strings';
    item.categories = categories;
  }
  if (!isEmpty(raw.description)) {
    const lines = Array.isArray(raw.description) ? raw.description : [raw.description];
    if (!lines.every((line) => typeof line === 'string')) return 'description is not a string';
    if (lines.length > 0) item.description = lines.join('\n');
  }
  if (!isEmpty(raw.price)) {
    const price = toPrice(raw.price);
    if (price === undefined) return `price ${excerpt(raw.price)} is not a number`;
    item.price = price;
  }
  return undefined;
}

export function toId(value: unknown): { id: string; problem?: undefined } | { problem: string } {
  if (value === undefined || value === null) return { problem: 'is missing' };
  if (typeof value !== 'string' && !(typeof value === 'number' && Number.isFinite(value))) {
    return { problem: 'is neither a string nor a number' };
  }
  const id = String(value);
  if (id.trim() === '') return { problem: 'is empty' };
  if (id.length > MAX_ID_LENGTH && [...id].length > MAX_ID_LENGTH) {
    return { problem: `is longer than ${MAX_ID_LENGTH} characters` };
  }
  if (!id.isWellFormed()) return { problem: 'is not Unicode' };
  return { id };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function toCategories(value: unknown): string[] | undefined {
  if (typeof value === 'string') {
    const text = value.trim();
    if (text.startsWith('[')) {
      try {
        return toCategories(JSON.parse(text));
      } catch {
        // The name of a category may begin with a bracket.
      }
    }
    return distinct(text.split(text.includes('|') ? '|' : ' > '));
  }
  if (!Array.isArray(value)) return undefined;
  const flat = value.flat(4);
  return flat.every((part) => typeof part === 'string' || typeof part === 'number')
    ? distinct(flat.map(String))
    : undefined;
}

function distinct(parts: string[]): string[] {
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
}

function toPrice(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value
    .trim()
    .replace(/^\p{Sc}\s*/u, '')
    .replace(/(?<=\d),(?=\d{3}(\D|$))/g, '');
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return undefined;
  const price = Number(text);
  return Number.isFinite(price) ? price : undefined;
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
  if (isEmpty(value)) return undefined;
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

function excerpt(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
