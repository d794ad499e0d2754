/**
 * What an import has to do: its files with their formats, its fingerprint, and which event files
 * were imported before. Fingerprints and contents are stored, so the way they are computed must not
 * change.
 */
import { sha256, sha256OfFile } from '@lorekeep/core';
import type { ImportRecord } from '@lorekeep/store';
import { formatOf } from '../formats/format.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { checkReadable } from '../formats/unpack.ts';
import { type ColumnNames, canonicalColumns, EVENT_FIELDS } from '../mapping/columns.ts';
import { isRawFormat } from '../raw/amazon.ts';
import type { UnknownItems } from '../staging/check-events.ts';
import type { RepeatedItems } from '../staging/repeated-items.ts';
import type { ImportOptions } from './options.ts';

export interface ImportPlan {
  /** All files, by `SourceFile.index`. */
  paths: string[];
  itemFiles: SourceFile[];
  /** Event files that no import has added yet. */
  newEventFiles: SourceFile[];
  /** Event files that were imported before, or are given twice. */
  repeatedEventFiles: SourceFile[];
  /** One hash for each of `newEventFiles`, by which the store recognises it later. */
  contents: string[];
  /** SHA-256 of each file, by `SourceFile.index`. */
  hashes: string[];
  fingerprint: string;
  columns: ColumnNames;
  unknownItems: UnknownItems;
  repeatedItems: RepeatedItems;
  /** What decides how event files are read, apart from their content. */
  reading: ReadingOptions;
  /** What the store holds. */
  imports: ImportRecord[];
}

/** The options that decide which events come out of a file, apart from the names of its columns. */
interface Limits {
  minUserEvents: number;
  minItemEvents: number;
  unknownItems?: 'skip' | 'add';
  dateOrder?: string;
}

/** All options that decide what an import makes of its files, by the names of `ImportOptions`. */
export type ReadingOptions = Readonly<Record<string, unknown>>;

/** Fields that existed when contents were first stored; others have a part in them only if named. */
const FIRST_FIELDS: readonly string[] = [
  'user',
  'item',
  'timestamp',
  'type',
  'rating',
  'surface',
  'session',
  'position',
];

/**
 * @throws LorekeepError `IMPORT_FILE_MISSING`, `IMPORT_FILE_UNREADABLE`, `IMPORT_UNKNOWN_FORMAT`
 */
export async function planImport(options: ImportOptions): Promise<ImportPlan> {
  const { items = [], events = [], format = 'auto', minUserEvents = 0, minItemEvents = 0 } = options;
  const { dateOrder, listSeparator } = options;
  const columns = canonicalColumns((options.columns ?? {}) as Record<string, string>)!;
  const raw = isRawFormat(format) ? format : undefined;
  const { unknownItems = raw === undefined ? 'refuse' : 'skip' } = options;
  const { repeatedItems = raw === undefined ? 'refuse' : 'last' } = options;
  const paths = [...items, ...events];
  const files = paths.map((path, index): SourceFile => ({ path, index, format: formatOf(path, format), raw }));
  for (const path of paths) await checkReadable(path);
  const hashes: string[] = [];
  for (const path of paths) hashes.push(await sha256OfFile(path));

  // What is not the default is named only if it is given, so fingerprints from before these options
  // existed are still recognised.
  const limits: Limits = {
    minUserEvents,
    minItemEvents,
    ...(unknownItems === 'refuse' ? {} : { unknownItems }),
    ...(dateOrder === undefined ? {} : { dateOrder }),
  };
  const itemOptions = {
    ...(options.repeatedItems === undefined ? {} : { repeatedItems }),
    ...(listSeparator === undefined ? {} : { listSeparator }),
  };
  const itemFiles = files.slice(0, items.length);
  const newEventFiles: SourceFile[] = [];
  const repeatedEventFiles: SourceFile[] = [];
  const contents: string[] = [];
  const imports = await options.store.imports();
  const imported = new Set(imports.flatMap((record) => record.contents));
  for (const file of files.slice(items.length)) {
    const content = contentOf(file, hashes[file.index], columns, limits);
    if (imported.has(content)) {
      repeatedEventFiles.push(file);
    } else {
      newEventFiles.push(file);
      contents.push(content);
      imported.add(content);
    }
  }
  const all = { columns, ...limits, ...itemOptions };
  return {
    paths,
    itemFiles,
    newEventFiles,
    repeatedEventFiles,
    contents,
    hashes,
    fingerprint: fingerprintOf(files, hashes, items.length, all),
    columns,
    unknownItems,
    repeatedItems,
    reading: { format, ...all },
    imports,
  };
}

/**
 * Identifies what decides the result: contents, formats and roles of the files, in order, and all
 * options but `skipBad`.
 */
function fingerprintOf(files: SourceFile[], hashes: string[], itemFiles: number, options: object): string {
  const contents = files.map(({ format, raw = format, index }) => [
    index < itemFiles ? 'items' : 'events',
    raw,
    hashes[index],
  ]);
  return sha256(JSON.stringify({ contents, options }));
}

/**
 * Identifies what decides which events come out of one file. Columns of items have no part in it:
 * they may change with the catalogue.
 */
function contentOf(file: SourceFile, hash: string, columns: ColumnNames, limits: Limits): string {
  const { format, raw = format } = file;
  const fields = EVENT_FIELDS.filter((field) => FIRST_FIELDS.includes(field) || columns[field] !== undefined);
  const names = fields.map((field) => columns[field] ?? null);
  return sha256(JSON.stringify({ events: hash, format: raw, columns: names, limits }));
}

/** Identifies how a file is read: two files with equal keys and equal bytes give equal events. */
export function readingKey(file: SourceFile, { columns, reading }: ImportPlan): string {
  const { minUserEvents, minItemEvents, unknownItems, dateOrder } = reading as Partial<Limits>;
  return contentOf(file, '', columns, {
    minUserEvents: minUserEvents ?? 0,
    minItemEvents: minItemEvents ?? 0,
    unknownItems,
    dateOrder,
  });
}
