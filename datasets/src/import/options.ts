/** What `importFiles` takes and returns. */
import type { RunContext } from '@lorekeep/core';
import { eventTypeProblem, type Store } from '@lorekeep/store';
import type { BadLine } from '../bad-line.ts';
import { errors } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { COLUMN_SYNONYMS, type ColumnNames } from '../mapping/columns.ts';
import { RAW_FORMATS, type RawFormat } from '../raw/amazon.ts';
import type { UnknownItems } from '../staging/check-events.ts';
import { MAX_OUTCOMES, type OutcomeNames, SHOWN } from '../staging/outcomes.ts';

export interface ImportOptions extends RunContext {
  store: Store;
  /** Catalogue files. Default none: the events are of items that are already stored. */
  items?: string[];
  /** Event files, in the order of their arrival. Default none. */
  events?: string[];
  /**
   * Files of users: `user`, and attributes in all other columns. Default none. The attributes of a
   * known user are replaced as a whole.
   */
  users?: string[];
  /**
   * Event files with one row per impression have these columns of outcomes, by the type of the event
   * that each becomes: `{ click: 'is_click' }`. Every row is one event of type `impression`, and one
   * event for each outcome that is yes (1, true, a count above 0). Default none. Files without any of
   * these columns are read as usual.
   */
  outcomes?: OutcomeNames;
  /** Names of columns that are left unread, also if they would be recognised. Default none. */
  ignore?: string[];
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
  /** How many of them are impressions; 0 for an unchanged import. */
  impressions: number;
  /** Events made from columns of outcomes, by type; empty for an unchanged import. */
  outcomes: Record<string, number>;
  /** Records of users imported; 0 for an unchanged import. */
  userRecords: number;
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
  fingerprint: string;
}

/** @throws LorekeepError `IMPORT_OPTION` */
export function checkOptions({
  format = 'auto',
  columns = {},
  outcomes = {},
  unknownItems,
  ...limits
}: ImportOptions): void {
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
  const types = Object.entries(outcomes);
  if (types.length > MAX_OUTCOMES) {
    throw errors.IMPORT_OPTION({ name: 'outcomes', value: types.length, expected: `at most ${MAX_OUTCOMES} types` });
  }
  for (const [type, column] of types) {
    const problem = type === SHOWN ? 'is that of the impressions themselves' : eventTypeProblem(type);
    if (problem !== undefined || typeof column !== 'string') {
      const expected = `a type of events and its column${problem === undefined ? '' : `, but the type ${problem}`}`;
      throw errors.IMPORT_OPTION({ name: 'outcomes', value: type, expected });
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
