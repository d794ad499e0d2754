/**
 * Which row of the embedding table stands for which value of which field. Rows are given in the
 * order of first appearance, so the vocabulary grows with the log, and a row never changes its
 * meaning. A field can be hashed instead: its values share a fixed number of rows, which bounds the
 * memory of fields with endless values (Weinberger et al., 2009).
 */
import { optionErrors, sha256 } from '@lorekeep/core';
import { errors } from '../errors.ts';

export interface VocabularyOptions {
  /** Limit of rows. 1 to 2³¹ − 1. Default 8,388,608. */
  maxRows?: number;
  /** Number of rows of a hashed field, by name. Other fields grow. 1 to `maxRows`. Default: none. */
  hashed?: Record<string, number>;
}

export interface Vocabulary {
  /** The row of a value; a new row if the value is new. */
  row(field: string, value: string): number;
  /** The row of a value, or −1 if the value is unknown. */
  find(field: string, value: string): number;
  /** Whether the values of a field share a fixed number of rows, so that none is unknown. */
  isHashed(field: string): boolean;
  /** Rows given so far. */
  readonly size: number;
  /** The limit of rows. */
  readonly maxRows: number;
  /** What `openVocabulary` reads. */
  state(): VocabularyState;
}

export interface VocabularyState {
  maxRows: number;
  hashed: Record<string, { first: number; rows: number }>;
  /** Field → values in the order of their rows, with those rows. */
  fields: Record<string, { values: string[]; rows: number[] }>;
}

/** @throws LorekeepError `OPTION_INVALID` */
export function createVocabulary({ maxRows = 2 ** 23, hashed = {} }: VocabularyOptions = {}): Vocabulary {
  if (!Number.isInteger(maxRows) || maxRows < 1 || maxRows >= 2 ** 31)
    throw optionErrors.OPTION_INVALID({
      name: 'maxRows',
      value: maxRows,
      allowed: 'a whole number from 1 to 2147483647',
    });
  const state: VocabularyState = { maxRows, hashed: {}, fields: {} };
  let first = 0;
  for (const [field, rows] of Object.entries(hashed)) {
    if (!Number.isInteger(rows) || rows < 1 || first + rows > maxRows)
      throw optionErrors.OPTION_INVALID({
        name: `hashed.${field}`,
        value: rows,
        allowed: 'a whole number from 1 to maxRows',
      });
    state.hashed[field] = { first, rows };
    first += rows;
  }
  return openVocabulary(state);
}

/** A vocabulary that continues from a saved state. */
export function openVocabulary({ maxRows, hashed, fields }: VocabularyState): Vocabulary {
  const rowsOf = new Map<string, Map<string, number>>();
  let size = Object.values(hashed).reduce((end, { first, rows }) => Math.max(end, first + rows), 0);
  for (const [field, { values, rows }] of Object.entries(fields)) {
    rowsOf.set(field, new Map(values.map((value, at) => [value, rows[at]])));
    for (const row of rows) size = Math.max(size, row + 1);
  }
  const hashedRow = (field: string, value: string): number | undefined => {
    const range = Object.hasOwn(hashed, field) ? hashed[field] : undefined;
    return range && range.first + (Number.parseInt(sha256(`${field}\n${value}`).slice(0, 12), 16) % range.rows);
  };
  const find = (field: string, value: string) => hashedRow(field, value) ?? rowsOf.get(field)?.get(value) ?? -1;
  return {
    find,
    isHashed: (field) => Object.hasOwn(hashed, field),
    row(field, value) {
      const known = find(field, value);
      if (known >= 0) return known;
      if (size >= maxRows) throw errors.RANKING_VOCABULARY_FULL({ field, maxRows });
      let own = rowsOf.get(field);
      if (own === undefined) rowsOf.set(field, (own = new Map()));
      own.set(value, size);
      return size++;
    },
    get size() {
      return size;
    },
    maxRows,
    state: () => ({
      maxRows,
      hashed: { ...hashed },
      fields: Object.fromEntries(
        [...rowsOf].map(([field, own]) => [field, { values: [...own.keys()], rows: [...own.values()] }]),
      ),
    }),
  };
}
