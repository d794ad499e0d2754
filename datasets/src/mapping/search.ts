/** What the searches for columns share. */
import { basename } from 'node:path';
import { COLUMN_SYNONYMS, type FieldName, plainName } from './columns.ts';
import type { FileSample } from './sample.ts';

/** What the import knows beyond the file itself. */
export interface Surroundings {
  /** The names of the item column in the catalogue files, and of the files: `book_id`, `books.csv`. */
  catalogueColumns: readonly string[];
  catalogueFiles: readonly string[];
  /** The names of the columns of the event files, where their header tells them. */
  logColumns?: readonly string[];
  /** The share of ids that the catalogue has; undefined without a catalogue. */
  knownShare?: (ids: readonly string[]) => Promise<number>;
}

/** What the records of a file are. */
export type FileRole = 'items' | 'events' | 'users';

export interface Search {
  sample: FileSample;
  role: FileRole;
  /** Columns that no field has yet. */
  free: readonly string[];
  surroundings: Surroundings;
}

/** Found, not there, or a question. */
export type Finding = { column: string } | { candidates: string[] } | undefined;

/** The column with the first of the known names. */
export function knownName(field: FieldName, free: readonly string[]): string | undefined {
  for (const synonym of COLUMN_SYNONYMS[field]) {
    const column = free.find((name) => plainName(name) === plainName(synonym));
    if (column !== undefined) return column;
  }
  return undefined;
}

/** The noun of a file: `books` of `books.csv.gz`. */
export function stemOf(file: string): string {
  return basename(file).replace(/\..*$/, '').toLowerCase();
}
