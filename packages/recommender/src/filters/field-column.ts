/**
 * One field of all items: a number per row, and the distinct texts and booleans with the rows that
 * have them. A request reads the rows of the values it names, or scans the numbers.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { numberOf, parseTimeText } from '@lorekeep/core';
import type { FilterValue } from './filter.ts';
import { createPostings } from './postings.ts';
import { createRowNumbers } from './row-numbers.ts';
import type { RowSet } from './row-set.ts';
import { createWordIndex, type WordIndex } from './word-index.ts';

export type FieldValue = FilterValue | readonly string[] | undefined;

/** Both ends belong to it. */
export interface Bounds {
  low: number;
  high: number;
}

/** What a range accepts. A bound that is a date compares times, one that is a number compares numbers. */
export interface Interval {
  numbers?: Bounds;
  /** Unix seconds. */
  times?: Bounds;
}

export interface FieldColumn {
  put(row: number, value: FieldValue): void;
  /** Adds rows that have one of the values. */
  addEqual(values: readonly FilterValue[], into: RowSet): void;
  /** Adds rows with a value in the interval. */
  addInside(interval: Interval, into: RowSet): void;
  /** Adds rows with a text that has all of the words. Needs `prepareWords`. */
  addMatching(words: ReadonlySet<string>, into: RowSet): void;
  /** Adds rows that have a value. */
  addExisting(into: RowSet): void;
  /** The values of a row as texts that differ if the values do. */
  keysOf(row: number): string[];
  /** Reads the words of all values, in slices between which other work gets its turn. */
  prepareWords(): Promise<void>;
  /** Reads all texts as numbers and times, in slices in the same way. */
  prepareIntervals(): Promise<void>;
  /** Bytes of the arrays, without those of the texts. */
  readonly bytes: number;
}

/** Values that are read between two turns of other work. */
const SLICE = 2_048;

export function createFieldColumn(): FieldColumn {
  const numbers = createRowNumbers();
  const codeOf = new Map<string | boolean, number>();
  /** By code; `undefined` for a code that is not in use. */
  const values: (string | boolean | undefined)[] = [];
  const unused: number[] = [];
  const postings = createPostings();
  let words: WordIndex | undefined;
  let wordsReady: Promise<void> | undefined;
  let intervalsReady: Promise<void> | undefined;
  /** Numbers and times that the texts are, by code. Absent: not read yet. NaN: none. */
  const numberOfCode: number[] = [];
  const timeOfCode: number[] = [];

  function codeFor(value: string | boolean): number {
    let code = codeOf.get(value);
    if (code === undefined) {
      code = unused.pop() ?? values.length;
      values[code] = value;
      codeOf.set(value, code);
      delete numberOfCode[code];
      delete timeOfCode[code];
      words?.put(code, textOf(value));
    }
    return code;
  }

  const forget = (code: number) => {
    codeOf.delete(values[code] as string | boolean);
    values[code] = undefined;
    unused.push(code);
    words?.remove(code);
  };

  function codeInside(code: number, { numbers: inNumbers, times }: Interval): boolean {
    const value = values[code];
    if (typeof value !== 'string') return false;
    if (inNumbers !== undefined && !isInside((numberOfCode[code] ??= numberOf(value.trim()) ?? Number.NaN), inNumbers))
      return false;
    return times === undefined || isInside((timeOfCode[code] ??= timeOf(value)), times);
  }

  async function inSlices(each: (code: number) => void): Promise<void> {
    for (let code = 0; code < values.length; code++) {
      if (code % SLICE === SLICE - 1) await nextTurn();
      each(code);
    }
  }

  return {
    put(row, value) {
      postings.removeRow(row, forget);
      if (typeof value === 'number') numbers.set(row, value);
      else numbers.delete(row);
      if (typeof value === 'string' || typeof value === 'boolean') postings.add(row, codeFor(value));
      else if (typeof value === 'object') for (const one of new Set(value)) postings.add(row, codeFor(one));
    },
    addEqual(wanted, into) {
      const wantedNumbers = new Set<number>();
      for (const value of wanted) {
        if (typeof value === 'number') wantedNumbers.add(value);
        else {
          const code = codeOf.get(value);
          if (code !== undefined) postings.rowsOf(code, into.add);
        }
      }
      if (wantedNumbers.size === 0) return;
      numbers.forEach((value, row) => {
        if (wantedNumbers.has(value)) into.add(row);
      });
    },
    addInside(interval, into) {
      const { numbers: { low, high } = EVERY, times } = interval;
      numbers.forEach((value, row) => {
        if (value >= low && value <= high && (times === undefined || isInside(timeOf(value), times))) into.add(row);
      });
      for (let code = 0; code < values.length; code++) if (codeInside(code, interval)) postings.rowsOf(code, into.add);
    },
    addMatching(wanted, into) {
      words?.find(wanted, (code) => postings.rowsOf(code, into.add));
    },
    addExisting(into) {
      numbers.forEach((_, row) => {
        into.add(row);
      });
      for (let code = 0; code < values.length; code++) if (values[code] !== undefined) postings.rowsOf(code, into.add);
    },
    keysOf(row) {
      const keys: string[] = [];
      const number = numbers.get(row);
      if (number !== undefined) keys.push(`number ${number}`);
      postings.codesOf(row, (code) => keys.push(`${typeof values[code]} ${values[code]}`));
      return keys;
    },
    prepareWords() {
      words ??= createWordIndex();
      const index = words;
      wordsReady ??= inSlices((code) => {
        const value = values[code];
        if (value !== undefined && !index.knows(code)) index.put(code, textOf(value));
      });
      return wordsReady;
    },
    prepareIntervals() {
      // Values that come later are read when a range asks for them.
      intervalsReady ??= inSlices((code) => {
        const value = values[code];
        if (typeof value !== 'string') return;
        numberOfCode[code] ??= numberOf(value.trim()) ?? Number.NaN;
        timeOfCode[code] ??= timeOf(value);
      });
      return intervalsReady;
    },
    get bytes() {
      return numbers.bytes + postings.bytes + (words?.bytes ?? 0);
    },
  };
}

const EVERY: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
const isInside = (value: number, { low, high }: Bounds) => value >= low && value <= high;

const textOf = (value: string | boolean) => (typeof value === 'string' ? value : undefined);

/** Bounds of Unix times and their unit, in parts of a second: a number below the bound is in that unit. Others are nanoseconds. */
const UNITS = [
  { below: 1e11, perSecond: 1 },
  { below: 1e14, perSecond: 1e3 },
  { below: 1e17, perSecond: 1e6 },
] as const;

/** Unix seconds of a number in any unit, or of a date; NaN for other values. */
export function timeOf(value: number | string): number {
  // Unlike a time of an event, that of an item may be in the future: only the size tells the unit.
  if (typeof value === 'number') return value / (UNITS.find(({ below }) => value < below)?.perSecond ?? 1e9);
  return parseTimeText(value.trim())?.seconds ?? Number.NaN;
}
