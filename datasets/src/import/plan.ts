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
import type { ColumnNames, FieldName } from '../mapping/columns.ts';
import { isRawFormat } from '../raw/amazon.ts';
import type { UnknownItems } from '../staging/check-events.ts';
import type { OutcomeNames } from '../staging/outcomes.ts';
import type { ImportOptions } from './options.ts';

export interface ImportPlan {
  /** All files, by `SourceFile.index`. */
  paths: string[];
  itemFiles: SourceFile[];
  userFiles: SourceFile[];
  /** Event files that no import has added yet. */
  newEventFiles: SourceFile[];
  /** Event files that were imported before, or are given twice. */
  repeatedEventFiles: SourceFile[];
  /** One hash for each of `newEventFiles`, by which the store recognises it later. */
  contents: string[];
  fingerprint: string;
  unknownItems: UnknownItems;
  /** What the store holds. */
  imports: ImportRecord[];
}

/** The options that decide which events come out of a file, apart from the names of its columns. */
interface Limits {
  minUserEvents: number;
  minItemEvents: number;
  unknownItems?: 'skip';
  outcomes?: OutcomeNames;
  ignore?: string[];
}

/**
 * @throws LorekeepError `IMPORT_FILE_MISSING`, `IMPORT_FILE_UNREADABLE`, `IMPORT_UNKNOWN_FORMAT`
 */
export async function planImport(options: ImportOptions): Promise<ImportPlan> {
  const { items = [], events = [], users = [], format = 'auto', columns = {}, outcomes = {}, ignore = [] } = options;
  const { minUserEvents = 0, minItemEvents = 0 } = options;
  const raw = isRawFormat(format) ? format : undefined;
  const { unknownItems = raw === undefined ? 'refuse' : 'skip' } = options;
  const paths = [...items, ...events, ...users];
  const files = paths.map((path, index): SourceFile => ({ path, index, format: formatOf(path, format), raw }));
  for (const path of paths) await checkReadable(path);
  const hashes: string[] = [];
  for (const path of paths) hashes.push(await sha256OfFile(path));

  // These are named only if they are not the default, so fingerprints from before they existed are
  // still recognised.
  const limits: Limits = {
    minUserEvents,
    minItemEvents,
    ...(unknownItems === 'skip' ? { unknownItems } : {}),
    ...(Object.keys(outcomes).length > 0 ? { outcomes } : {}),
    ...(ignore.length > 0 ? { ignore } : {}),
  };
  const itemFiles = files.slice(0, items.length);
  const newEventFiles: SourceFile[] = [];
  const repeatedEventFiles: SourceFile[] = [];
  const contents: string[] = [];
  const imports = await options.store.imports();
  const imported = new Set(imports.flatMap((record) => record.contents));
  const firstUserFile = items.length + events.length;
  for (const file of files.slice(items.length, firstUserFile)) {
    const content = contentOf(file, hashes[file.index], columns, limits);
    if (imported.has(content)) {
      repeatedEventFiles.push(file);
    } else {
      newEventFiles.push(file);
      contents.push(content);
      imported.add(content);
    }
  }
  const roleOf = ({ index }: SourceFile) =>
    index < items.length ? 'items' : index < firstUserFile ? 'events' : 'users';
  const fingerprint = fingerprintOf(files, hashes, roleOf, columns, limits);
  const userFiles = files.slice(firstUserFile);
  return {
    paths,
    itemFiles,
    userFiles,
    newEventFiles,
    repeatedEventFiles,
    contents,
    fingerprint,
    unknownItems,
    imports,
  };
}

/**
 * Identifies what decides the result: contents, formats and roles of the files, in order, and all
 * options but `skipBad`.
 */
function fingerprintOf(
  files: SourceFile[],
  hashes: string[],
  roleOf: (file: SourceFile) => string,
  columns: ColumnNames,
  limits: Limits,
): string {
  const contents = files.map((file) => [roleOf(file), file.raw ?? file.format, hashes[file.index]]);
  return sha256(JSON.stringify({ contents, options: { columns, ...limits } }));
}

/**
 * The fields of events when contents were first stored: a longer list would give all files other
 * contents.
 */
const FIRST_EVENT_FIELDS: readonly FieldName[] = [
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
 * Identifies what decides which events come out of one file. Columns of items have no part in it:
 * they may change with the catalogue.
 */
function contentOf(file: SourceFile, hash: string, columns: ColumnNames, limits: Limits): string {
  const { format, raw = format } = file;
  const names = FIRST_EVENT_FIELDS.map((field) => columns[field] ?? null);
  const { request } = columns;
  const later = request === undefined ? {} : { request };
  return sha256(JSON.stringify({ events: hash, format: raw, columns: names, limits, ...later }));
}
