/** What `importFiles` takes and returns. */
import { DATE_ORDERS, type DateOrder, type RunContext } from '@lorekeep/core';
import { eventTypeProblem, type Store } from '@lorekeep/store';
import type { BadLine } from '../bad-line.ts';
import { errors } from '../errors.ts';
import { encodingLabel } from '../formats/decode.ts';
import { separatorOption } from '../formats/detect/separator.ts';
import { FORMATS, type Format } from '../formats/format.ts';
import { COLUMN_SYNONYMS, type ColumnNames, canonicalColumns } from '../mapping/columns.ts';
import { MAPPED_SOURCES, type MappedSource } from '../mappings/sources.ts';
import { RAW_FORMATS, type RawFormat } from '../raw/amazon.ts';
import { UNKNOWN_ITEMS, type UnknownItems } from '../staging/events/check-events.ts';
import { MAX_OUTCOMES, type OutcomeNames, SHOWN } from '../staging/events/outcomes.ts';
import type { ProblemGroup } from '../staging/problems.ts';
import { REPEATED_ITEMS, type RepeatedItems } from '../staging/repeated-items.ts';
import type { FileReading } from './reading.ts';

/** Which files are imported into which store, and how they are read. */
export interface ImportOptions extends RunContext {
  store: Store;
  /**
   * Catalogue files, folders or patterns (`items/*.csv`). Default none: the events are of items that
   * are already stored.
   */
  items?: string[];
  /** Event files, folders or patterns, in the order of their arrival. Default none. */
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
   * Default `'auto'`: by content and extension. `'amazon2018'` and `'amazon2023'` are the public raw
   * files (raw/amazon.ts).
   */
  format?: Format | RawFormat | 'auto';
  /**
   * Event files are JSON lines of another program: `'ga4'`, `'segment'`, `'snowplow'`, `'ubi'`. One
   * line can become several events, and names that say nothing of an item are counted. Default: none.
   */
  mapping?: MappedSource;
  /**
   * What stands between the fields of tables: one to four characters, or `comma`, `semicolon`,
   * `tab`, `pipe`, `space`. Default: what the lines show.
   */
  separator?: string;
  /** The encoding of text files: a label of the Encoding Standard. Default: what the bytes show. */
  encoding?: string;
  /**
   * The names of the columns of tables without a header line, of all files or by role. Their first
   * line is then data. Default: the first line has the names.
   */
  header?: readonly string[] | HeaderNames;
  /** The path of the list of records in JSON files: `products`, `data.items`. Default: the only list. */
  recordPath?: string;
  /**
   * The name that the files use for a field, if it is not recognised. `-` or an empty string leaves
   * a field unread. `time` stands for `timestamp`.
   */
  columns?: ColumnNames | Record<string, string>;
  /** The order of dates such as 03/04/2024. Default: decided by the days above 12 in the column. */
  dateOrder?: DateOrder;
  /** What divides the categories of a text. Default: decided by the column. */
  listSeparator?: string;
  /**
   * Events of items that are neither in the files nor in the store are bad lines (`'refuse'`), are
   * left out and counted (`'skip'`), or bring an item of their id alone (`'add'`). Default
   * `'refuse'`, and `'skip'` for raw formats, whose reviews name products without metadata.
   */
  unknownItems?: UnknownItems;
  /**
   * Records with one id and different content: the second is a bad line (`'refuse'`), or the
   * `'first'` or the `'last'` counts. Default `'refuse'`, and `'last'` for raw formats.
   */
  repeatedItems?: RepeatedItems;
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
  /** Read and check the files, and write nothing. Bad lines are counted, not refused. Default false. */
  dryRun?: boolean;
  /** Called with what was read, before it is checked against `skipBad` and written. */
  onReading?: (reading: FileReading[]) => void;
  /**
   * Where the temporary database is made. It takes several times the size of the files.
   * Default: the system's temporary folder.
   */
  temporaryDirectory?: string;
}

/** The names of the columns of tables without a header line, for each role of a file. */
export interface HeaderNames {
  items?: readonly string[];
  events?: readonly string[];
  users?: readonly string[];
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
  /** Items that are known by their id alone (`unknownItems: 'add'`). */
  addedItems: number;
  /**
   * Records left out because another record describes the same item; 0 for an unchanged import.
   */
  repeatedItems: number;
  /** Bad lines left out. */
  skipped: number;
  /** The first 100 bad lines, by file and line; empty for an unchanged import. */
  bad: BadLine[];
  /** All that could not be read, by cause. Empty for an unchanged import. */
  problems: ProblemGroup[];
  /** The same content was imported before, and nothing was done. */
  unchanged: boolean;
  /** Nothing was written, because only the reading was asked for. */
  dryRun: boolean;
  /** How each file was understood. Empty for an unchanged import. */
  reading: FileReading[];
  /**
   * Event files that add nothing, because they were imported before with the same columns and
   * limits, or are given twice. They are not part of the counts above.
   */
  repeatedFiles: string[];
  /** Event files that have grown since an earlier import: only their new lines were added. */
  grownFiles: GrownFile[];
  /** With `replace`: events of earlier imports that are gone. */
  replaced: number;
  /** With `replace`: events left out because a live write has stored them. */
  alreadyLive: number;
  fingerprint: string;
}

/** A log of which an earlier import added the first part. */
export interface GrownFile {
  file: string;
  /** Lines that were imported before. */
  lines: number;
  /** Events that these lines brought. */
  eventsBefore: number;
}

/** @throws LorekeepError `IMPORT_OPTION` */
export function checkOptions(options: ImportOptions): void {
  const { format = 'auto', columns = {} } = options;
  const { skipBad = 0, minUserEvents = 0, minItemEvents = 0 } = options;
  if (options.replace && (options.events ?? []).length === 0) {
    throw errors.IMPORT_OPTION({ name: 'replace', value: true, expected: 'given together with event files' });
  }
  for (const [name, value] of Object.entries({ skipBad, minUserEvents, minItemEvents })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw errors.IMPORT_OPTION({ name, value, expected: 'an integer ≥ 0' });
    }
  }
  for (const value of Object.keys(columns)) {
    if (canonicalColumns({ [value]: '' }) === undefined) {
      throw errors.IMPORT_OPTION({ name: 'columns', value, expected: Object.keys(COLUMN_SYNONYMS).join(', ') });
    }
  }
  checkOutcomes(options.outcomes ?? {});
  checkDialect(options);
  checkChoice('format', format, ['auto', ...FORMATS, ...RAW_FORMATS]);
  checkChoice('mapping', options.mapping, MAPPED_SOURCES);
  checkChoice('unknownItems', options.unknownItems, UNKNOWN_ITEMS);
  checkChoice('repeatedItems', options.repeatedItems, REPEATED_ITEMS);
  checkChoice('dateOrder', options.dateOrder, DATE_ORDERS);
  if (options.listSeparator === '') {
    throw errors.IMPORT_OPTION({ name: 'listSeparator', value: '', expected: 'at least one character' });
  }
}

function checkOutcomes(outcomes: OutcomeNames): void {
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
}

function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return;
  throw errors.IMPORT_OPTION({ name, value, expected: choices.join(', ') });
}

function checkDialect({ separator, encoding, header, recordPath }: ImportOptions): void {
  if (separator !== undefined && separatorOption(separator) === undefined) {
    const expected =
      'one to four characters without quotes, backslashes and line breaks, or comma, semicolon, tab, pipe, space';
    throw errors.IMPORT_OPTION({ name: 'separator', value: separator, expected });
  }
  if (encoding !== undefined && encodingLabel(encoding) === undefined) {
    const expected =
      'a label of the Encoding Standard, such as utf-8, utf-16le, latin1, windows-1252, shift_jis or gb18030';
    throw errors.IMPORT_OPTION({ name: 'encoding', value: encoding, expected });
  }
  for (const names of [headerOf(header, 'items'), headerOf(header, 'events'), headerOf(header, 'users')]) {
    if (names === undefined) continue;
    const isList =
      names.length > 0 && new Set(names).size === names.length && names.every((name) => name.trim() !== '');
    if (!isList)
      throw errors.IMPORT_OPTION({ name: 'header', value: names, expected: 'different names, none of them empty' });
  }
  if (recordPath !== undefined && recordPath.trim() === '') {
    throw errors.IMPORT_OPTION({ name: 'recordPath', value: recordPath, expected: 'names joined by dots' });
  }
}

/** The given names of the columns of files of one role. */
export function headerOf(
  header: ImportOptions['header'],
  role: 'items' | 'events' | 'users',
): readonly string[] | undefined {
  return header === undefined || 'length' in header ? header : header[role];
}
