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
}

/** A numeric field with more values than this is read in buckets. */
const MAX_NUMBERS = 64;
/** Share of values that must be numbers for the field to count as numeric. */
const NUMERIC = 0.95;
const CATEGORY_LEVELS = 3;
/** Buckets per doubling of a number. */
const BUCKETS_PER_OCTAVE = 2;
/** Fields whose numbers are names of things. */
const IS_ID = /(^|[_\-. ])(id|code|tag|category|feat\d*)$/i;

type Value = string | number | boolean | readonly string[] | undefined;

/** The fields of items, in the order of `items`: brand, levels of the category path, price, other fields. */
export function itemFields(items: readonly (Item | undefined)[]): Field[] {
  return fieldsOf(
    items.map((item) => ({
      brand: item?.brand,
      ...Object.fromEntries(
        Array.from({ length: CATEGORY_LEVELS }, (_, level) => [`category ${level + 1}`, item?.categories?.[level]]),
      ),
      price: item?.price,
      ...item?.fields,
    })),
  );
}

/** The attributes of users as fields, in the order of `users`. */
export function userFields(users: readonly (UserRecord | undefined)[]): Field[] {
  return fieldsOf(users.map((user) => user?.attributes ?? {}));
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
  return { name, codes, values: [...codeOf.keys()] };
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
