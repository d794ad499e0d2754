/**
 * What an import has to do: its files with their formats, its fingerprint, and which event files
 * were imported before. Fingerprints and contents are stored, so the way they are computed must not
 * change.
 */
import { sha256, sha256OfFile } from '@lorekeep/core';
import type { ImportRecord, Store } from '@lorekeep/store';
import type { SourceFile } from '../formats/source-file.ts';
import { type ColumnNames, canonicalColumns, EVENT_FIELDS } from '../mapping/columns.ts';
import { isRawFormat } from '../raw/amazon.ts';
import type { UnknownItems } from '../staging/events/check-events.ts';
import type { OutcomeNames } from '../staging/events/outcomes.ts';
import type { RepeatedItems } from '../staging/repeated-items.ts';
import type { ImportOptions } from './options.ts';
import { type GivenDialect, givenDialect, type Role, readSourceFiles } from './source-files.ts';

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
  /** SHA-256 of each file, by `SourceFile.index`. */
  hashes: string[];
  fingerprint: string;
  columns: ColumnNames;
  unknownItems: UnknownItems;
  repeatedItems: RepeatedItems;
  /** What the caller says about the dialect of event files. */
  given: GivenDialect;
  /** What decides how event files are read, apart from their content. */
  reading: ReadingOptions;
  /** What the store holds, without the imports that are replaced. */
  imports: ImportRecord[];
  /** With `replace`: the imports whose events are replaced. */
  replaces?: ImportRecord[];
}

/** The options that decide which events come out of a file, apart from the names of its columns. */
interface Limits {
  minUserEvents: number;
  minItemEvents: number;
  unknownItems?: 'skip' | 'add';
  dateOrder?: string;
  outcomes?: OutcomeNames;
  ignore?: string[];
  mapping?: string;
}

/** All options that decide what an import makes of its files, by the names of `ImportOptions`. */
export type ReadingOptions = Readonly<Record<string, unknown>>;

const ITEMS_AT_ONCE = 1000;

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
 * @throws LorekeepError those of `readSourceFiles`
 */
export async function planImport(options: ImportOptions): Promise<ImportPlan> {
  const { format = 'auto', minUserEvents = 0, minItemEvents = 0, dateOrder, listSeparator } = options;
  const { outcomes = {}, ignore = [] } = options;
  const columns = canonicalColumns((options.columns ?? {}) as Record<string, string>)!;
  const raw = isRawFormat(format) ? format : undefined;
  const { unknownItems = raw === undefined ? 'refuse' : 'skip' } = options;
  const { repeatedItems = raw === undefined ? 'refuse' : 'last' } = options;
  const { items: itemFiles, events: eventFiles, users: userFiles } = await readSourceFiles(options, columns);
  const files = [...itemFiles, ...eventFiles, ...userFiles];
  const paths = files.map(({ path }) => path);
  const hashes: string[] = [];
  for (const path of paths) hashes.push(await sha256OfFile(path));

  // What is not the default is named only if it is given, so fingerprints from before these options
  // existed are still recognised.
  const limits: Limits = {
    minUserEvents,
    minItemEvents,
    ...(unknownItems === 'refuse' ? {} : { unknownItems }),
    ...(dateOrder === undefined ? {} : { dateOrder }),
    ...(Object.keys(outcomes).length > 0 ? { outcomes } : {}),
    ...(ignore.length > 0 ? { ignore } : {}),
    ...(options.mapping === undefined ? {} : { mapping: options.mapping }),
  };
  const itemOptions = {
    ...(options.repeatedItems === undefined ? {} : { repeatedItems }),
    ...(listSeparator === undefined ? {} : { listSeparator }),
  };
  const given = { items: givenDialect(options, 'items'), events: givenDialect(options, 'events') };
  const ofUsers = userFiles.length > 0 ? givenDialect(options, 'users') : {};
  const allGiven = { ...given, ...(isGiven(ofUsers) ? { users: ofUsers } : {}) };
  const dialects = Object.values(allGiven).some(isGiven) ? { given: allGiven } : {};
  const newEventFiles: SourceFile[] = [];
  const repeatedEventFiles: SourceFile[] = [];
  const contents: string[] = [];
  const stored = await options.store.imports();
  const all = { columns, ...limits, ...itemOptions, ...dialects };
  const firstUserFile = itemFiles.length + eventFiles.length;
  const roleOf = ({ index }: SourceFile): Role =>
    index < itemFiles.length ? 'items' : index < firstUserFile ? 'events' : 'users';
  const content = fingerprintOf(files, hashes, roleOf, all);
  const isRepeated = stored.some((record) => record.fingerprint === content);
  const mayReturn = isRepeated && itemFiles.length > 0 && !options.alone;
  const gone = mayReturn ? await goneItems(options.store) : [];
  // Items that were deleted since come back. If these files have none of them, they are read once
  // more for nothing, and are recognised from then on.
  const fingerprint = gone.length === 0 ? content : sha256(JSON.stringify({ content, gone }));
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
  return {
    paths,
    itemFiles,
    userFiles,
    newEventFiles,
    repeatedEventFiles,
    contents,
    hashes,
    fingerprint,
    columns,
    unknownItems,
    repeatedItems,
    given: given.events,
    reading: { format, ...all },
    imports,
    ...(replaces && { replaces }),
  };
}

/** Ids of deleted items that were not added again. */
async function goneItems(store: Store): Promise<string[]> {
  const deleted = await store.deletedItems(0);
  const gone: string[] = [];
  for (let at = 0; at < deleted.length; at += ITEMS_AT_ONCE) {
    const ids = deleted.slice(at, at + ITEMS_AT_ONCE);
    const items = await store.getItems(ids);
    gone.push(...ids.filter((_, i) => items[i] === undefined));
  }
  return gone.sort();
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
  roleOf: (file: SourceFile) => Role,
  options: object,
): string {
  const contents = files.map((file) => {
    const { format, raw = format, index } = file;
    return [roleOf(file), raw, hashes[index], ...Object.values(partitionOf(file))];
  });
  return sha256(JSON.stringify({ contents, options }));
}

/**
 * Identifies what decides which events come out of one file. Columns of items have no part in it:
 * they may change with the catalogue.
 */
function contentOf(file: SourceFile, hash: string, columns: ColumnNames, limits: Limits, given: object): string {
  const { format, raw = format } = file;
  const fields = EVENT_FIELDS.filter((field) => FIRST_FIELDS.includes(field) || columns[field] !== undefined);
  const names = fields.map((field) => columns[field] ?? null);
  const dialect = isGiven(given) ? { given } : {};
  return sha256(
    JSON.stringify({ events: hash, format: raw, columns: names, limits, ...dialect, ...partitionOf(file) }),
  );
}

/**
 * Identifies how a file is read. What becomes of events of unknown items has no part in it: of a log
 * that has grown, only the new lines are added, by the present rule.
 */
export function readingKey(file: SourceFile, { columns, reading, given }: ImportPlan): string {
  const { minUserEvents, minItemEvents, dateOrder, outcomes, ignore, mapping } = reading as Partial<Limits>;
  const limits = {
    minUserEvents: minUserEvents ?? 0,
    minItemEvents: minItemEvents ?? 0,
    dateOrder,
    outcomes,
    ignore,
    mapping,
  };
  return contentOf(file, '', columns, limits, given);
}

// What was not given or did not exist is left out, so that files imported before are recognised.
const isGiven = (given: object) => Object.keys(given).length > 0;
const partitionOf = ({ listed, partition }: SourceFile) => (listed && partition !== undefined ? { partition } : {});
