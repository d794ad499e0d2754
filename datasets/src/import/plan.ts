/**
 * What an import has to do: its files with their formats, its fingerprint, and which event files
 * were imported before. Fingerprints and contents are stored, so the way they are computed must not
 * change.
 */
import { sha256, sha256OfFile } from '@lorekeep/core';
import type { ImportRecord } from '@lorekeep/store';
import type { SourceFile } from '../formats/source-file.ts';
import { type ColumnNames, EVENT_FIELDS } from '../mapping/columns.ts';
import { isRawFormat } from '../raw/amazon.ts';
import type { UnknownItems } from '../staging/check-events.ts';
import type { ImportOptions } from './options.ts';
import { givenDialect, type Role, readSourceFiles } from './source-files.ts';

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
 * @throws LorekeepError those of `readSourceFiles`
 */
export async function planImport(options: ImportOptions): Promise<ImportPlan> {
  const { format = 'auto', columns = {}, minUserEvents = 0, minItemEvents = 0 } = options;
  const raw = isRawFormat(format) ? format : undefined;
  const { unknownItems = raw === undefined ? 'refuse' : 'skip' } = options;
  const { items: itemFiles, events: eventFiles } = await readSourceFiles(options);
  const files = [...itemFiles, ...eventFiles];
  const paths = files.map(({ path }) => path);
  const hashes: string[] = [];
  for (const path of paths) hashes.push(await sha256OfFile(path));

  // `unknownItems` is named only if it is not the default, so fingerprints from before it existed
  // are still recognised.
  const limits: Limits = { minUserEvents, minItemEvents, ...(unknownItems === 'skip' ? { unknownItems } : {}) };
  const given = { items: givenDialect(options, 'items'), events: givenDialect(options, 'events') };
  const newEventFiles: SourceFile[] = [];
  const repeatedEventFiles: SourceFile[] = [];
  const contents: string[] = [];
  const stored = await options.store.imports();
  const fingerprint = fingerprintOf(files, hashes, itemFiles.length, columns, limits, given);
  const replaces = options.replace ? replacedBy(fingerprint, stored) : undefined;
  const imports = stored.filter((record) => !replaces?.includes(record));
  const imported = new Set(imports.flatMap((record) => record.contents));
  for (const file of eventFiles) {
    const content = contentOf(file, hashes[file.index], columns, limits, given.events);
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
  given: Record<Role, object>,
): string {
  const contents = files.map((file) => {
    const { format, raw = format, index } = file;
    return [index < itemFiles ? 'items' : 'events', raw, hashes[index], ...Object.values(partitionOf(file))];
  });
  const dialects = Object.values(given).some(isGiven) ? { given } : {};
  return sha256(JSON.stringify({ contents, options: { columns, ...limits, ...dialects } }));
}

/**
 * Identifies what decides which events come out of one file. Columns of items have no part in it:
 * they may change with the catalogue.
 */
function contentOf(file: SourceFile, hash: string, columns: ColumnNames, limits: Limits, given: object): string {
  const { format, raw = format } = file;
  const names = EVENT_FIELDS.map((field) => columns[field] ?? null);
  const dialect = isGiven(given) ? { given } : {};
  return sha256(
    JSON.stringify({ events: hash, format: raw, columns: names, limits, ...dialect, ...partitionOf(file) }),
  );
}

// What was not given or did not exist is left out, so that files imported before are recognised.
const isGiven = (given: object) => Object.keys(given).length > 0;
const partitionOf = ({ listed, partition }: SourceFile) => (listed && partition !== undefined ? { partition } : {});
