/**
 * The fields of all items of a catalogue, for filters and caps. Memory grows linearly with the number
 * of values: a number takes 8 bytes, a text or a boolean 20 and, once, its text. Words of titles and
 * descriptions are read from the store when a filter first asks for them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Item } from '@lorekeep/store';
import { type Bounds, createFieldColumn, type FieldColumn, type Interval, timeOf } from './field-column.ts';
import type { Filter, FilterValue } from './filter.ts';
import { createRowSet, type RowSet } from './row-set.ts';
import { createWordIndex, type WordIndex } from './word-index.ts';
import { wordsOf } from './words.ts';

/** Fields whose texts are in the store only. */
const STORED = ['title', 'description'] as const;
type StoredField = (typeof STORED)[number];

export interface ItemFields {
  /** Takes in what an item has now. */
  put(row: number, item: Item): void;
  /** The row stands for no item any more. */
  remove(row: number): void;
  /** Rows of all items. */
  readonly live: RowSet;
  /** Grows with every change. */
  readonly revision: number;
  /** Whether an item has, or had, a field of this name in `Item.fields`. */
  knows(name: string): boolean;
  /** Reads what `rowsThatPass` needs and what is not in memory yet. */
  prepare(filter: Filter): Promise<void>;
  /** The rows that pass. A new set. */
  rowsThatPass(filter: Filter): RowSet;
  /**
   * The values of a field as texts that differ if the values do; none for an unknown field.
   * @param field `brand`, `categories`, `price`, or `fields.NAME`
   */
  valuesOf(row: number, field: string): string[];
  /** Bytes of the arrays, without those of the texts. */
  readonly bytes: number;
}

export interface ItemFieldsOptions {
  rowOf(id: string): number | undefined;
  /** All items of the store, for the words of titles and descriptions. */
  storedItems(): AsyncIterable<readonly Item[]>;
}

type Operators = {
  in?: readonly FilterValue[];
  match?: string;
  exists?: boolean;
} & Partial<Record<'gt' | 'gte' | 'lt' | 'lte' | 'min' | 'max', number | string>>;
type Condition = FilterValue | readonly FilterValue[] | Operators;

export function createItemFields({ rowOf, storedItems }: ItemFieldsOptions): ItemFields {
  const live = createRowSet();
  let revision = 0;
  const columns = new Map<string, FieldColumn>();
  const texts = new Map<StoredField, { index: WordIndex; ready: Promise<void> }>();

  const column = (name: string): FieldColumn => {
    let found = columns.get(name);
    if (found === undefined) {
      found = createFieldColumn();
      columns.set(name, found);
    }
    return found;
  };
  for (const name of ['brand', 'categories', 'price']) column(name);

  async function readTexts(field: StoredField, index: WordIndex): Promise<void> {
    for await (const batch of storedItems()) {
      for (const item of batch) {
        const row = rowOf(item.id);
        // A row that is known already was put later than the batch was read.
        if (row !== undefined && live.has(row) && !index.knows(row)) index.put(row, item[field]);
      }
      await nextTurn();
    }
  }

  function prepareTexts(field: StoredField): Promise<void> {
    let found = texts.get(field);
    if (found === undefined) {
      const index = createWordIndex();
      const ready = readTexts(field, index).catch((error) => {
        texts.delete(field);
        throw error;
      });
      found = { index, ready };
      texts.set(field, found);
    }
    return found.ready;
  }

  async function prepareCondition(name: string, condition: Condition): Promise<void> {
    const found = columns.get(name);
    if (found === undefined || typeof condition !== 'object' || Array.isArray(condition)) return;
    const operators = condition as Operators;
    if (operators.match !== undefined) await found.prepareWords();
    if (intervalOf(operators) !== undefined) await found.prepareIntervals();
  }

  async function prepare(filter: Filter): Promise<void> {
    for (const field of STORED) if (filter[field] !== undefined) await prepareTexts(field);
    for (const [name, condition] of conditionsOf(filter)) await prepareCondition(name, condition);
    for (const inner of innerOf(filter)) await prepare(inner);
  }

  function rowsOfCondition(name: string, condition: Condition): RowSet {
    const found = columns.get(name);
    const isValue = typeof condition !== 'object';
    const operators: Operators = isValue
      ? { in: [condition] }
      : Array.isArray(condition)
        ? { in: condition }
        : (condition as Operators);
    return rowsOfOperators(operators, live, {
      equal: (values, into) => found?.addEqual(values, into),
      inside: (interval, into) => found?.addInside(interval, into),
      matching: (words, into) => found?.addMatching(words, into),
      existing: (into) => found?.addExisting(into),
    });
  }

  function rowsThatPass(filter: Filter): RowSet {
    const sets: RowSet[] = [];
    if (filter.id !== undefined) {
      const set = createRowSet();
      for (const id of [filter.id].flat()) {
        const row = rowOf(id);
        if (row !== undefined) set.add(row);
      }
      sets.push(set);
    }
    for (const field of STORED) {
      const condition = filter[field];
      const index = texts.get(field)?.index;
      if (condition !== undefined)
        sets.push(
          rowsOfOperators(condition, live, {
            matching: (words, into) => index?.find(words, into.add),
            existing: (into) => index?.withText(into.add),
          }),
        );
    }
    for (const [name, condition] of conditionsOf(filter)) sets.push(rowsOfCondition(name, condition));
    for (const inner of filter.and ?? []) sets.push(rowsThatPass(inner));
    if (filter.or !== undefined) {
      const any = createRowSet();
      for (const inner of filter.or) any.unite(rowsThatPass(inner));
      sets.push(any);
    }
    const result = live.copy();
    for (const set of sets) result.intersect(set);
    if (filter.not !== undefined) result.subtract(rowsThatPass(filter.not));
    return result;
  }

  return {
    put(row, item) {
      revision++;
      const isNew = !live.has(row);
      live.add(row);
      column('brand').put(row, item.brand);
      column('categories').put(row, item.categories);
      column('price').put(row, item.price);
      const { fields = {} } = item;
      if (!isNew)
        for (const [name, one] of columns)
          if (name.startsWith(FIELDS) && !Object.hasOwn(fields, name.slice(FIELDS.length))) one.put(row, undefined);
      for (const name in fields) column(FIELDS + name).put(row, fields[name]);
      for (const [field, { index }] of texts) index.put(row, item[field]);
    },
    remove(row) {
      revision++;
      live.delete(row);
      for (const one of columns.values()) one.put(row, undefined);
      for (const { index } of texts.values()) index.remove(row);
    },
    live,
    get revision() {
      return revision;
    },
    knows: (name) => columns.has(FIELDS + name),
    prepare,
    rowsThatPass,
    valuesOf: (row, field) => columns.get(field)?.keysOf(row) ?? [],
    get bytes() {
      let bytes = live.words.byteLength;
      for (const one of columns.values()) bytes += one.bytes;
      for (const { index } of texts.values()) bytes += index.bytes;
      return bytes;
    },
  };
}

/** What the name of a column begins with if the field is one of `Item.fields`. */
const FIELDS = 'fields.';

function conditionsOf({ brand, categories, price, fields = {} }: Filter): [column: string, Condition][] {
  const named = Object.entries({ brand, categories, price }) as [string, Condition | undefined][];
  const further = Object.entries(fields).map(([name, condition]) => [FIELDS + name, condition as Condition] as const);
  return [...named, ...further].filter((entry): entry is [string, Condition] => entry[1] !== undefined);
}

/** The filters in a filter. */
const innerOf = ({ and = [], or = [], not }: Filter): Filter[] => [...and, ...or, ...(not ? [not] : [])];

/** Names of `Item.fields` that a filter uses and no item has. */
export function unknownNames(filter: Filter, fields: Pick<ItemFields, 'knows'>): string[] {
  const own = Object.keys(filter.fields ?? {}).filter((name) => !fields.knows(name));
  return [...new Set([...own, ...innerOf(filter).flatMap((inner) => unknownNames(inner, fields))])];
}

interface Readers {
  equal?(values: readonly FilterValue[], into: RowSet): void;
  inside?(interval: Interval, into: RowSet): void;
  matching(words: ReadonlySet<string>, into: RowSet): void;
  existing(into: RowSet): void;
}

/** The rows for which all operators hold. */
function rowsOfOperators(operators: Operators, live: RowSet, readers: Readers): RowSet {
  const result = live.copy();
  const meet = (add: (into: RowSet) => void) => {
    const set = createRowSet();
    add(set);
    result.intersect(set);
  };
  const { in: values, match, exists } = operators;
  const interval = intervalOf(operators);
  if (values !== undefined) meet((into) => readers.equal?.(values, into));
  if (interval !== undefined) meet((into) => readers.inside?.(interval, into));
  if (match !== undefined) meet((into) => readers.matching(wordsOf(match), into));
  if (exists === true) meet((into) => readers.existing(into));
  if (exists === false) {
    const set = createRowSet();
    readers.existing(set);
    result.subtract(set);
  }
  return result;
}

function intervalOf(operators: Operators): Interval | undefined {
  const numbers = boundsOf(operators, (bound) => (typeof bound === 'number' ? bound : undefined));
  const times = boundsOf(operators, (bound) => (typeof bound === 'string' ? timeOf(bound) : undefined));
  return numbers === undefined && times === undefined ? undefined : { numbers, times };
}

/** @param read a bound as a number; `undefined` if it is of another kind */
function boundsOf(
  { gt, gte, lt, lte, min, max }: Operators,
  read: (bound: number | string | undefined) => number | undefined,
): Bounds | undefined {
  const lows = [read(gte), read(min), nextAfter(read(gt), 1)].filter((low) => low !== undefined);
  const highs = [read(lte), read(max), nextAfter(read(lt), -1)].filter((high) => high !== undefined);
  if (lows.length === 0 && highs.length === 0) return undefined;
  return { low: Math.max(...lows), high: Math.min(...highs) };
}

/** The next number above (1) or below (−1). */
function nextAfter(value: number | undefined, direction: 1 | -1): number | undefined {
  if (value === undefined || value === 0) return value === 0 ? direction * Number.MIN_VALUE : undefined;
  const number = new Float64Array([value]);
  const bits = new BigInt64Array(number.buffer);
  bits[0] += BigInt(value > 0 ? direction : -direction);
  return number[0];
}
