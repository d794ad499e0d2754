/**
 * One record of a catalogue file as an `Item`, or the reason why it is none. Whatever the format, a record arrives here
 * as a plain object of column names and values: texts from tables, any JSON from JSON lines and Parquet.
 */
import { type Item, MAX_ID_LENGTH } from '@lorekeep/store';
import { type ColumnFinder, ITEM_FIELDS } from './columns.ts';

export type ItemOrProblem = { item: Item; problem?: undefined } | { item?: undefined; problem: string };

/**
 * - An id may be a number; its digits are the id.
 * - `categories`: a list; a list of paths (flattened, repeats removed); a JSON array as text; or text split at `|` or ` > `.
 * - `price`: a number, or text such as `12.99`, `$1,299.00`.
 * - `description`: a text, or a list of texts (joined by line breaks).
 * - All further columns go to `Item.fields` under their own names: texts, finite numbers, booleans, and lists of texts and
 *   numbers (as texts). Empty ones and nested objects are left out: no filter could name them.
 */
export function toItem(record: Record<string, unknown>, columns: ColumnFinder): ItemOrProblem {
  const names = Object.keys(record);
  const places = columns.locate(ITEM_FIELDS, names);
  const raw: Partial<Record<(typeof ITEM_FIELDS)[number], unknown>> = {};
  for (let f = 0; f < ITEM_FIELDS.length; f++) {
    if (places[f] >= 0) raw[ITEM_FIELDS[f]] = record[names[places[f]]];
  }
  const id = idOf(raw.item);
  if (id.problem !== undefined) return { problem: `item id ${id.problem}` };
  const item: Item = { id: id.id };

  for (const field of ['title', 'brand'] as const) {
    const value = raw[field];
    if (isNothing(value)) continue;
    if (typeof value !== 'string' && typeof value !== 'number') return { problem: `${field} is not a text` };
    item[field] = String(value);
  }
  if (!isNothing(raw.categories)) {
    const categories = categoriesOf(raw.categories);
    if (categories === undefined) return { problem: 'categories is not a list of texts' };
    item.categories = categories;
  }
  if (!isNothing(raw.description)) {
    const lines = Array.isArray(raw.description) ? raw.description : [raw.description];
    if (!lines.every((line) => typeof line === 'string')) return { problem: 'description is not a text' };
    if (lines.length > 0) item.description = lines.join('\n');
  }
  if (!isNothing(raw.price)) {
    const price = priceOf(raw.price);
    if (price === undefined) return { problem: `price ${shown(raw.price)} is not a number` };
    item.price = price;
  }
  const fields: NonNullable<Item['fields']> = {};
  for (let n = 0; n < names.length; n++) {
    if (places.includes(n)) continue;
    const value = fieldOf(record[names[n]]);
    if (value !== undefined) fields[names[n]] = value;
  }
  if (Object.keys(fields).length > 0) item.fields = fields;
  // A lone surrogate, possible through a JSON escape only, has no UTF-8 form.
  return JSON.stringify(item).includes('\\ud') && !everyTextWellFormed(item) ? { problem: 'is not Unicode' } : { item };
}

/** An id as text, or what is wrong with it. */
export function idOf(value: unknown): { id: string; problem?: undefined } | { problem: string } {
  if (value === undefined || value === null) return { problem: 'is missing' };
  if (typeof value !== 'string' && !(typeof value === 'number' && Number.isFinite(value))) {
    return { problem: 'is neither a text nor a number' };
  }
  const id = String(value);
  if (id.trim() === '') return { problem: 'is empty' };
  if (id.length > MAX_ID_LENGTH && [...id].length > MAX_ID_LENGTH) {
    return { problem: `is longer than ${MAX_ID_LENGTH} characters` };
  }
  if (!id.isWellFormed()) return { problem: 'is not Unicode' };
  return { id };
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function categoriesOf(value: unknown): string[] | undefined {
  if (typeof value === 'string') {
    const text = value.trim();
    if (text.startsWith('[')) {
      try {
        return categoriesOf(JSON.parse(text));
      } catch {
        // A category may well begin with a bracket.
      }
    }
    const separator = text.includes('|') ? '|' : ' > ';
    return distinct(text.split(separator));
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

function priceOf(value: unknown): number | undefined {
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

function fieldOf(value: unknown): string | number | boolean | string[] | undefined {
  if (isNothing(value)) return undefined;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((part) => typeof part === 'string' || typeof part === 'number') ? value.map(String) : undefined;
}

function everyTextWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, part]) => name.isWellFormed() && everyTextWellFormed(part));
}

function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
