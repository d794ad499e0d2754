/** What `importFiles` takes and returns. */
import type { RunContext } from '@lorekeep/core';
import type { Store } from '@lorekeep/store';
import type { BadLine } from '../bad-line.ts';
import { errors } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { COLUMN_SYNONYMS, type ColumnNames } from '../mapping/columns.ts';
import { RAW_FORMATS, type RawFormat } from '../raw/amazon.ts';
import type { UnknownItems } from '../staging/check-events.ts';

export interface ImportOptions extends RunContext {
  store: Store;
  /** Catalogue files. Default none: the events are of items that are already stored. */
  items?: string[];
  /** Event files, in the order of their arrival. Default none. */
  events?: string[];
  /**
   * Default `'auto'`: by extension. `'amazon2018'` and `'amazon2023'` are the public raw files
   * (raw/amazon.ts).
   */
  format?: Format | RawFormat | 'auto';
  /** The name that the files use for a field, if it is not one of `COLUMN_SYNONYMS`. */
  columns?: ColumnNames;
  /**
   * Events of items that are neither in the files nor in the store are bad lines (`'refuse'`), or
   * are left out and counted (`'skip'`). Default `'refuse'`, and `'skip'` for raw formats, whose
   * reviews name products without metadata.
   */
  unknownItems?: UnknownItems;
  /** How many bad lines may be left out. Default 0. */
  skipBad?: number;
  /**
   * Import only users with at least this many events. Default 0: all. Together with `minItemEvents`
   * this is the k-core of the events that are imported now; passive events do not count.
   */
  minUserEvents?: number;
  /**
   * Import only items with at least this many events. Default 0: all, items without events
   * included.
   */
  minItemEvents?: number;
  /**
   * The event files are the whole log, dumped anew: their events replace those of all earlier
   * imports, all or nothing. Live events stay; those that the files have too (the same user, item,
   * type and second) are not doubled. Items are added or replaced as without it. Default false.
   */
  replace?: boolean;
  /** Refuse a store that holds the data of another import. Default false: the data is added. */
  alone?: boolean;
  /**
   * Where the temporary database is made. It takes several times the size of the files.
   * Default: the system's temporary folder.
   */
  temporaryDirectory?: string;
}

export interface ImportSummary {
  /** Items imported now; for an unchanged import, by the earlier one. */
  items: number;
  /** Users with imported events; for an unchanged import, users in the store. */
  users: number;
  events: number;
  /**
   * Events left out because their item is unknown (`unknownItems: 'skip'`); 0 for an unchanged
   * import.
   */
  withoutItem: number;
  /**
   * Records of raw files left out because a later one describes the same item; 0 for an unchanged
   * import.
   */
  repeatedItems: number;
  /** Bad lines left out. */
  skipped: number;
  /** The first 100 bad lines, by file and line; empty for an unchanged import. */
  bad: BadLine[];
  /** The same content was imported before, and nothing was done. */
  unchanged: boolean;
  /**
   * Event files that add nothing, because they were imported before with the same columns and
   * limits, or are given twice. They are not part of the counts above.
   */
  repeatedFiles: string[];
  /** With `replace`: events of earlier imports that are gone. */
  replaced: number;
  /** With `replace`: events left out because a live write has stored them. */
  alreadyLive: number;
  fingerprint: string;
}

/** @throws LorekeepError `IMPORT_OPTION` */
export function checkOptions({ format = 'auto', columns = {}, unknownItems, ...limits }: ImportOptions): void {
  const { replace = false, events = [] } = limits;
  if (replace && events.length === 0) {
    throw errors.IMPORT_OPTION({ name: 'replace', value: replace, expected: 'given together with event files' });
  }
  const { skipBad = 0, minUserEvents = 0, minItemEvents = 0 } = limits;
  for (const [name, value] of Object.entries({ skipBad, minUserEvents, minItemEvents })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw errors.IMPORT_OPTION({ name, value, expected: 'an integer ≥ 0' });
    }
  }
  for (const value of Object.keys(columns)) {
    if (!(value in COLUMN_SYNONYMS)) {
      throw errors.IMPORT_OPTION({ name: 'columns', value, expected: Object.keys(COLUMN_SYNONYMS).join(', ') });
    }
  }
  const formats = ['auto', 'csv', 'tsv', 'jsonl', 'parquet', ...RAW_FORMATS];
  if (!formats.includes(format)) {
    throw errors.IMPORT_OPTION({ name: 'format', value: format, expected: formats.join(', ') });
  }
  if (!['refuse', 'skip', undefined].includes(unknownItems)) {
    throw errors.IMPORT_OPTION({ name: 'unknownItems', value: unknownItems, expected: 'refuse or skip' });
  }
}
