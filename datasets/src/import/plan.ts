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
import { type ColumnNames, EVENT_FIELDS } from '../mapping/columns.ts';
import { isRawFormat } from '../raw/amazon.ts';
import type { UnknownItems } from '../staging/check-events.ts';
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
  fingerprint: string;
  unknownItems: UnknownItems;
  /** What the store holds, without the imports that are replaced. */
  imports: ImportRecord[];
  /** With `replace`: the imports whose events are replaced. */
  replaces?: ImportRecord[];
}

/** The options that decide which events come out of a file, apart from the names of its columns. */
interface Limits {
  minUserEvents: number;
  minItemEvents: number;
  unknownItems?: 'skip';
}

/**
 * @throws LorekeepError `IMPORT_FILE_MISSING`, `IMPORT_FILE_UNREADABLE`, `IMPORT_UNKNOWN_FORMAT`
 */
export async function planImport(options: ImportOptions): Promise<ImportPlan> {
  const { items = [], events = [], format = 'auto', columns = {}, minUserEvents = 0, minItemEvents = 0 } = options;
  const raw = isRawFormat(format) ? format : undefined;
  const { unknownItems = raw === undefined ? 'refuse' : 'skip' } = options;
  const paths = [...items, ...events];
  const files = paths.map((path, index): SourceFile => ({ path, index, format: formatOf(path, format), raw }));
  for (const path of paths) await checkReadable(path);
  const hashes: string[] = [];
  for (const path of paths) hashes.push(await sha256OfFile(path));

  // `unknownItems` is named only if it is not the default, so fingerprints from before it existed
  // are still recognised.
  const limits: Limits = { minUserEvents, minItemEvents, ...(unknownItems === 'skip' ? { unknownItems } : {}) };
  const itemFiles = files.slice(0, items.length);
  const newEventFiles: SourceFile[] = [];
  const repeatedEventFiles: SourceFile[] = [];
  const contents: string[] = [];
  const stored = await options.store.imports();
  const fingerprint = fingerprintOf(files, hashes, items.length, columns, limits);
  const replaces = options.replace ? replacedBy(fingerprint, stored) : undefined;
  const imports = stored.filter((record) => !replaces?.includes(record));
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
  const what = { paths, itemFiles, newEventFiles, repeatedEventFiles, contents, fingerprint, unknownItems, imports };
  return replaces === undefined ? what : { ...what, replaces };
}

/** All imports with events, but nothing if the only one of them is this very import. */
function replacedBy(fingerprint: string, imports: ImportRecord[]): ImportRecord[] {
  const withEvents = imports.filter(({ events }) => events > 0);
  return withEvents.length === 1 && withEvents[0].fingerprint === fingerprint ? [] : withEvents;
}

/**
 * Identifies what decides the result: contents, formats and roles of the files, in order, and all
 * options but `skipBad`.
 */
function fingerprintOf(
  files: SourceFile[],
  hashes: string[],
  itemFiles: number,
  columns: ColumnNames,
  limits: Limits,
): string {
  const contents = files.map(({ format, raw = format, index }) => [
    index < itemFiles ? 'items' : 'events',
    raw,
    hashes[index],
  ]);
  return sha256(JSON.stringify({ contents, options: { columns, ...limits } }));
}

/**
 * Identifies what decides which events come out of one file. Columns of items have no part in it:
 * they may change with the catalogue.
 */
function contentOf(file: SourceFile, hash: string, columns: ColumnNames, limits: Limits): string {
  const { format, raw = format } = file;
  const names = EVENT_FIELDS.map((field) => columns[field] ?? null);
  return sha256(JSON.stringify({ events: hash, format: raw, columns: names, limits }));
}
