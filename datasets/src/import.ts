/**
 * Data files into the store, all or nothing. Three steps: every file is read and checked in a temporary database; if
 * there are more bad lines than allowed, the import ends there, before anything is written; then items and events go
 * into the store in one transaction. Stopped or killed at any moment, the store is as it was.
 *
 * Importing other files into the same store adds to it: items are inserted, or replaced as a whole where their id is
 * known, and events are appended. The same files again (by content, with the same columns and limits) change nothing, and an
 * events file that was imported before, beside a catalogue that has changed, say, adds nothing again.
 */
import { errorCode, type RunContext, sha256, sha256OfFile } from '@lorekeep/core';
import type { ImportRecord, Store } from '@lorekeep/store';
import { type SourceFile, stageCatalogue, stagedItems } from './catalogue.ts';
import { COLUMN_SYNONYMS, type ColumnNames, createColumnFinder, EVENT_FIELDS } from './columns.ts';
import { findCore } from './core-filter.ts';
import { badLines, emptyCatalogue, invalidOption, nothingLeft, otherData, timesMixed } from './errors.ts';
import { checkReadable, type Format, formatOf } from './formats.ts';
import { stagedEvents, stageEvents, type UnknownItems } from './interactions.ts';
import { isRawFormat, RAW_FORMATS, type RawFormat } from './raw/amazon.ts';
import { openStaging, type Staging } from './staging.ts';

/** A line left out, or because of which nothing was imported. */
export interface BadLine {
  file: string;
  /** From 1; where a record spans several lines, the one it starts on; in Parquet the number of the row. */
  line: number;
  reason: string;
}

export interface ImportSummary {
  /** Imported now; for an unchanged import, by the earlier one. */
  items: number;
  /** Users with imported events; for an unchanged import, users in the store. */
  users: number;
  events: number;
  /** Events left out because their item is unknown (`unknownItems: 'skip'`); 0 for an unchanged import. */
  withoutItem: number;
  /** Records of raw files left out because a later one is of the same item; 0 for an unchanged import. */
  repeatedItems: number;
  /** Bad lines left out. */
  skipped: number;
  /** The first 100 of them, by file and line; empty for an unchanged import. */
  bad: BadLine[];
  /** The same content was imported before, and nothing was done. */
  unchanged: boolean;
  /** Event files that add nothing: imported before with the same columns and limits, or given twice. Not counted above. */
  repeatedFiles: string[];
  fingerprint: string;
}

export interface ImportOptions extends RunContext {
  store: Store;
  /** Catalogue files. Default none: the events are of items already stored. */
  items?: string[];
  /** Event files, in the order of their arrival. Default none. */
  events?: string[];
  /** Default `'auto'`: by extension. `'amazon2018'` and `'amazon2023'` are the public raw files (raw/amazon.ts). */
  format?: Format | RawFormat | 'auto';
  /** What the files call each field, where its name is not one of `COLUMN_SYNONYMS`. */
  columns?: ColumnNames;
  /**
   * Events of items that are neither in the files nor in the store: bad lines (`'refuse'`), or left out and counted (`'skip'`).
   * Default `'refuse'`; `'skip'` for raw formats, whose reviews name products without metadata.
   */
  unknownItems?: UnknownItems;
  /** Bad lines that may be left out. Default 0. */
  skipBad?: number;
  /**
   * Only users with at least so many events … Default 0: all.
   * Together with `minItemEvents` the k-core of the events imported now; passive events do not count.
   */
  minUserEvents?: number;
  /** … and items with at least so many; items with fewer are then not imported at all. Default 0: all. */
  minItemEvents?: number;
  /** Refuse a store that holds the data of any other import. Default false: the data is added to it. */
  alone?: boolean;
  /** Where the temporary database is made; it takes a few times the size of the files. Default: the system's folder. */
  temporaryDirectory?: string;
}

/** How many bad lines are named. */
const NAMED_BAD_LINES = 100;

/**
 * @throws LorekeepError `IMPORT_BAD_LINES` (with `details.bad`), `IMPORT_FILE_MISSING`, `IMPORT_FILE_UNREADABLE`,
 *   `IMPORT_UNKNOWN_FORMAT`, `IMPORT_NO_HEADER`, `IMPORT_MISSING_COLUMN`, `IMPORT_DUPLICATE_COLUMN`, `IMPORT_COLUMN_TYPE`,
 *   `IMPORT_UNCLOSED_QUOTE`, `IMPORT_LINE_TOO_LONG`, `IMPORT_EMPTY_CATALOGUE`, `IMPORT_NOTHING_LEFT`, `IMPORT_OPTION`,
 *   `IMPORT_STAGING`, `IMPORT_OTHER_DATA`, `IMPORT_TIMES_MIXED`, and the store's; or `signal.reason`
 * @example
 * const { items, users, events } = await importFiles({ store, items: ['items.jsonl.gz'], events: ['log.csv'] });
 */
export async function importFiles(options: ImportOptions): Promise<ImportSummary> {
  const { format = 'auto', columns = {}, skipBad = 0, minUserEvents = 0, minItemEvents = 0 } = options;
  for (const [name, value] of Object.entries({ skipBad, minUserEvents, minItemEvents })) {
    if (!Number.isSafeInteger(value) || value < 0) throw invalidOption(name, value, 'an integer ≥ 0');
  }
  for (const name of Object.keys(columns)) {
    if (!(name in COLUMN_SYNONYMS)) throw invalidOption('columns', name, Object.keys(COLUMN_SYNONYMS).join(', '));
  }
  if (!['auto', 'csv', 'tsv', 'jsonl', 'parquet', ...RAW_FORMATS].includes(format)) {
    throw invalidOption('format', format, `auto, csv, tsv, jsonl, parquet, ${RAW_FORMATS.join(' or ')}`);
  }
  if (!['refuse', 'skip', undefined].includes(options.unknownItems)) {
    throw invalidOption('unknownItems', options.unknownItems, 'refuse or skip');
  }
  for (;;) {
    try {
      return await importOnce(options);
    } catch (error) {
      // Another program imported some of these very files meanwhile: now it shows what is left to do.
      if (errorCode(error) !== 'IMPORT_REPEATED') throw error;
    }
  }
}

async function importOnce(options: ImportOptions): Promise<ImportSummary> {
  const { store, items = [], events = [], format = 'auto', columns = {}, signal, temporaryDirectory } = options;
  const { skipBad = 0, minUserEvents = 0, minItemEvents = 0, alone = false } = options;
  const paths = [...items, ...events];
  const raw = isRawFormat(format) ? format : undefined;
  const { unknownItems = raw === undefined ? 'refuse' : 'skip' } = options;
  const files = paths.map((path, index): SourceFile => ({ path, index, format: formatOf(path, format), raw }));
  for (const path of paths) await checkReadable(path);

  const hashes: string[] = [];
  for (const path of paths) hashes.push(await sha256OfFile(path));
  // Options that came later are named only where they change something, so that older imports are still recognised.
  const limits = { minUserEvents, minItemEvents, ...(unknownItems === 'skip' ? { unknownItems } : {}) };
  const fingerprint = fingerprintOf(files, hashes, items.length, { columns, ...limits });
  const imports = await store.imports();
  const others = imports.filter((record) => record.fingerprint !== fingerprint);
  if (alone && others.length > 0) throw otherData(others[0].files, paths);
  const before = imports.find((record) => record.fingerprint === fingerprint);
  if (before !== undefined) return unchanged(store, before, events);

  const known = new Set(imports.flatMap(({ contents }) => contents));
  const contents: string[] = [];
  const fresh: SourceFile[] = [];
  const repeated: SourceFile[] = [];
  for (const file of files.slice(items.length)) {
    const content = contentOf(file, hashes[file.index], columns, limits);
    if (known.has(content)) repeated.push(file);
    else {
      fresh.push(file);
      contents.push(content);
      known.add(content);
    }
  }
  const repeatedFiles = repeated.map(({ path }) => path);

  const staging = await openStaging(temporaryDirectory, signal);
  try {
    const finder = createColumnFinder(columns);
    const repeatedItems = await stageCatalogue(staging, files.slice(0, items.length), finder, store, options);
    const { timed, withoutItem } = await stageEvents(staging, fresh, finder, unknownItems, options);
    // Repeated files were found to have their columns when they were imported.
    finder.checkAllSeen(repeated.length > 0 ? EVENT_FIELDS : []);
    const { skipped, bad } = await readBadLines(staging, paths);
    if (skipped > skipBad) throw badLines(skipped, skipBad, bad);
    if ((await staging.number('SELECT count(*) FROM known')) === 0) throw emptyCatalogue(items);
    const filter = { items: '', events: '' };
    if (minUserEvents > 0 || minItemEvents > 0) {
      // The core is that of all events given; those of repeated files count for it, and are not written.
      await stageEvents(staging, repeated, finder, unknownItems, options);
      await findCore(staging, minUserEvents, minItemEvents);
      const written = ['-1', ...fresh.map(({ index }) => index)].join(', ');
      filter.events = `WHERE user IN (SELECT id FROM kept_users) AND item IN (SELECT id FROM kept_items)
        AND file IN (${written})`;
      if (minItemEvents > 0) filter.items = 'WHERE id IN (SELECT id FROM kept_items)';
      if ((await staging.number('SELECT count(*) FROM core')) === 0) throw nothingLeft(minUserEvents, minItemEvents);
    }
    const totals = {
      items: await staging.number(`SELECT count(*) FROM items ${filter.items}`),
      users: await staging.number(`SELECT count(DISTINCT user) FROM events ${filter.events}`),
      events: await staging.number(`SELECT count(*) FROM events ${filter.events}`),
    };
    const record: ImportRecord = {
      fingerprint,
      files: paths,
      contents,
      items: totals.items,
      events: totals.events,
      ordinals: totals.events > 0 && !timed,
      skipped,
      at: Date.now() / 1000,
    };
    await write(staging, record, fresh, filter, options);
    return { ...totals, withoutItem, repeatedItems, skipped, bad, unchanged: false, repeatedFiles, fingerprint };
  } finally {
    await staging.close();
  }
}

/** What decides the result: contents, formats and roles of the files, in order, and the options but the tolerance. */
function fingerprintOf(files: SourceFile[], hashes: string[], itemFiles: number, options: Record<string, unknown>) {
  const contents = files.map(({ format, raw = format, index }) => [
    index < itemFiles ? 'items' : 'events',
    raw,
    hashes[index],
  ]);
  return sha256(JSON.stringify({ contents, options }));
}

/** What decides which events come out of one file. Columns of items have no part in it: they may change with the catalogue. */
function contentOf(file: SourceFile, hash: string, columns: ColumnNames, limits: Record<string, unknown>): string {
  const { format, raw = format } = file;
  const named = EVENT_FIELDS.map((field) => columns[field] ?? null);
  return sha256(JSON.stringify({ events: hash, format: raw, columns: named, limits }));
}

async function unchanged(store: Store, before: ImportRecord, repeatedFiles: string[]): Promise<ImportSummary> {
  const { items, events, skipped, fingerprint } = before;
  const { users } = await store.counts();
  const nothing = { withoutItem: 0, repeatedItems: 0, bad: [] };
  return { items, users, events, ...nothing, skipped, unchanged: true, repeatedFiles, fingerprint };
}

async function readBadLines(staging: Staging, paths: string[]): Promise<{ skipped: number; bad: BadLine[] }> {
  const skipped = await staging.number('SELECT count(*) FROM bad');
  const rows = await staging.rows(`SELECT file, line, reason FROM bad ORDER BY file, line LIMIT ${NAMED_BAD_LINES}`);
  const bad = rows.map(([file, line, reason]) => ({
    file: paths[Number(file)],
    line: Number(line),
    reason: String(reason),
  }));
  return { skipped, bad };
}

async function write(
  staging: Staging,
  record: ImportRecord,
  eventFiles: SourceFile[],
  filter: { items: string; events: string },
  { store, progress, signal }: ImportOptions,
): Promise<void> {
  await store.importAll(record, async (transaction) => {
    // Asked in here, where nobody else can write.
    const stored = (await store.counts()).events;
    const imports = await store.imports();
    const withoutTime = imports.reduce((sum, { ordinals, events }) => sum + (ordinals ? events : 0), 0);
    const mixed = record.ordinals ? withoutTime < stored : withoutTime > 0;
    if (mixed && record.events > 0) {
      throw timesMixed(
        eventFiles.map(({ path }) => path),
        record.ordinals,
      );
    }
    for (const unit of ['items', 'events'] as const) {
      const total = record[unit];
      const report = (done: number) => {
        signal?.throwIfAborted();
        progress?.({ stage: 'import', done, total, unit, note: 'writing' });
      };
      report(0);
      let done = 0;
      if (unit === 'items') {
        for await (const batch of stagedItems(staging, filter.items)) {
          await transaction.putItems(batch);
          report((done += batch.length));
        }
      } else {
        for await (const batch of stagedEvents(staging, filter.events, stored)) {
          await transaction.putEvents(batch);
          report((done += batch.length));
        }
      }
    }
  });
}
