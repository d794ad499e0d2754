/**
 * Fields of items and users as codes. A field has one value per entity: what the catalogue and the
 * users' attributes say, numbers in buckets, a category path as one field per level.
 */
import type { Item, UserRecord } from '@lorekeep/store';

/** One field of all items, or of all users. */
export interface Field {
  name: string;
  /** `[entities]` index in `values`; −1 where there is none. */
  codes: Int32Array;
  values: string[];
  /** Whether the values are buckets of numbers. Default false. */
  numeric?: boolean;
}

/** A numeric field with more values than this is read in buckets. */
const MAX_NUMBERS = 64;
/** Share of values that must be numbers for the field to count as numeric. */
const NUMERIC = 0.95;
const CATEGORY_LEVELS = 3;
/** Buckets per doubling of a number. */
const BUCKETS_PER_OCTAVE = 2;
/** Fields whose numbers are names of things. */
const IS_ID = /(^|[_\-. ])(id|code|tag|category|feat)([_\-. ]?\d+)?$/i;

type Value = string | number | boolean | readonly string[] | undefined;

/** The fields of items, in the order of `items`: brand, levels of the category path, price, other fields. */
export const itemFields = (items: readonly (Item | undefined)[]): Field[] => fieldsOf(items.map(itemValues));

const itemValues = (item: Item | undefined): Record<string, Value> => ({
  brand: item?.brand,
  ...Object.fromEntries(
    Array.from({ length: CATEGORY_LEVELS }, (_, level) => [`category ${level + 1}`, item?.categories?.[level]]),
  ),
  price: item?.price,
  ...item?.fields,
});

/** The attributes of users as fields, in the order of `users`. */
export function userFields(users: readonly (UserRecord | undefined)[]): Field[] {
  return fieldsOf(users.map((user) => user?.attributes ?? {}));
}

/**
 * Takes in a new or changed item, without reading all others again. Fields stay numeric or not as they
 * are, and a field that no other item has is ignored.
 *
 * @param at index of the item; arrays grow if it is behind their end
 */
export function updateItemFields(fields: readonly Field[], at: number, item: Item | undefined): void {
  updateFields(fields, at, itemValues(item));
}

/** As `updateItemFields`, of a user. */
export function updateUserFields(fields: readonly Field[], at: number, user: UserRecord | undefined): void {
  updateFields(fields, at, user?.attributes ?? {});
}

function updateFields(fields: readonly Field[], at: number, record: Record<string, Value>): void {
  for (const field of fields) {
    const text = textOf(record[field.name]);
    const value = text !== undefined && field.numeric ? bucketOf(Number(text)) : text;
    if (at >= field.codes.length) {
      const grown = new Int32Array(Math.max(at + 1, 2 * field.codes.length)).fill(-1);
      grown.set(field.codes);
      field.codes = grown;
    }
    field.codes[at] = value === undefined ? -1 : field.values.indexOf(value);
    if (value !== undefined && field.codes[at] < 0) field.codes[at] = field.values.push(value) - 1;
  }
}

/** Fields without any value, or with the same value everywhere, are left out. */
function fieldsOf(records: readonly Record<string, Value>[]): Field[] {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  return [...names]
    .map((name) =>
      field(
        name,
        records.map((record) => record[name]),
      ),
    )
    .filter(({ codes, values }) => values.length > 1 || (values.length === 1 && codes.includes(-1)));
}

function field(name: string, given: readonly Value[]): Field {
  const texts = given.map(textOf);
  const known = texts.filter((text) => text !== undefined);
  const numbers = known.filter((text) => Number.isFinite(Number(text)));
  const numeric = !IS_ID.test(name) && numbers.length >= NUMERIC * known.length && new Set(numbers).size > MAX_NUMBERS;
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(texts, (text) => {
    if (text === undefined) return -1;
    const value = numeric ? bucketOf(Number(text)) : text;
    let code = codeOf.get(value);
    if (code === undefined) codeOf.set(value, (code = codeOf.size));
    return code;
  });
  return { name, codes, values: [...codeOf.keys()], ...(numeric && { numeric }) };
}

function textOf(value: Value): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return Array.isArray(value) ? textOf(value[0]) : String(value);
}

/**
 * Logarithmic buckets, which are the same for every log: a bucket that depended on the data would
 * change its meaning with the next day's training.
 */
export function bucketOf(value: number): string {
  if (!Number.isFinite(value)) return 'no number';
  const size = Math.round(BUCKETS_PER_OCTAVE * Math.log2(1 + Math.abs(value)));
  return value < 0 ? `-${size}` : `${size}`;
}
