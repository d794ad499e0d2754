/**
 * Imports data files into the store, all or nothing, in three steps. All files are read and checked
 * in a temporary database. If there are more bad lines than allowed, the import ends before
 * anything is written. Otherwise items and events go into the store in one transaction. If the
 * import is stopped or killed, the store is as it was before.
 *
 * Importing other files into the same store adds to it: items are inserted, or replaced as a whole
 * if their id is known, and events are appended. The same files again (by content, with the same
 * columns and limits) change nothing. An event file that was imported before adds nothing again,
 * for example beside a catalogue that has changed.
 */
import { errorCode } from '@lorekeep/core';
import { type ImportRecord, PASSIVE_EVENT_TYPES, type Store } from '@lorekeep/store';
import type { BadLine } from '../bad-line.ts';
import { errors } from '../errors.ts';
import { createColumnFinder, EVENT_FIELDS } from '../mapping/columns.ts';
import { findCore } from '../staging/core-filter.ts';
import { countOutcomes, createOutcomeColumns } from '../staging/outcomes.ts';
import { stageEvents } from '../staging/stage-events.ts';
import { stageItems } from '../staging/stage-items.ts';
import { stageUsers } from '../staging/stage-users.ts';
import type { RowFilter } from '../staging/staged-rows.ts';
import { literal, openStaging, type Staging } from '../staging/staging.ts';
import { checkOptions, type ImportOptions, type ImportSummary } from './options.ts';
import { type ImportPlan, planImport } from './plan.ts';
import { writeStaged } from './write.ts';

/** How many bad lines are named. */
const NAMED_BAD_LINES = 100;

/**
 * @throws LorekeepError `IMPORT_BAD_LINES` (with `details.bad`), `IMPORT_FILE_MISSING`,
 *   `IMPORT_FILE_UNREADABLE`, `IMPORT_UNKNOWN_FORMAT`, `IMPORT_NO_HEADER`, `IMPORT_MISSING_COLUMN`,
 *   `IMPORT_DUPLICATE_COLUMN`, `IMPORT_COLUMN_TYPE`, `IMPORT_UNCLOSED_QUOTE`,
 *   `IMPORT_LINE_TOO_LONG`, `IMPORT_EMPTY_CATALOGUE`, `IMPORT_NOTHING_LEFT`, `IMPORT_OPTION`,
 *   `IMPORT_STAGING`, `IMPORT_OUTCOME_MISSING`, `IMPORT_OTHER_DATA`, `IMPORT_TIMES_MIXED`, and the store's; or
 *   `signal.reason`
 * @example
 * const files = { items: ['items.jsonl.gz'], events: ['log.csv'] };
 * const { items, users, events } = await importFiles({ store, ...files });
 */
export async function importFiles(options: ImportOptions): Promise<ImportSummary> {
  checkOptions(options);
  for (;;) {
    try {
      return await importOnce(options);
    } catch (error) {
      // Another program imported some of the same files meanwhile. The next pass sees them as
      // imported before.
      if (errorCode(error) !== 'IMPORT_REPEATED') throw error;
    }
  }
}

async function importOnce(options: ImportOptions): Promise<ImportSummary> {
  const { store, alone = false, events = [], temporaryDirectory, signal } = options;
  const plan = await planImport(options);
  const other = plan.imports.find((record) => record.fingerprint !== plan.fingerprint);
  if (alone && other !== undefined) throw errors.IMPORT_OTHER_DATA({ held: other.files, wanted: plan.paths });
  const before = plan.imports.find((record) => record.fingerprint === plan.fingerprint);
  if (before !== undefined) return unchangedSummary(store, before, events);

  const staging = await openStaging(temporaryDirectory, signal);
  try {
    return await importStaged(staging, plan, options);
  } finally {
    await staging.close();
  }
}

/** Stages and checks the files, then writes what is to be imported. */
async function importStaged(staging: Staging, plan: ImportPlan, options: ImportOptions): Promise<ImportSummary> {
  const { store, columns = {}, ignore, skipBad = 0 } = options;
  const { itemFiles, userFiles, newEventFiles, repeatedEventFiles, unknownItems, fingerprint } = plan;
  const finder = createColumnFinder(columns, ignore);
  const outcomeColumns = createOutcomeColumns(options.outcomes ?? {});
  const repeatedItems = await stageItems(staging, itemFiles, finder, store, options);
  await stageUsers(staging, userFiles, finder, options);
  const { timed, withoutItem } = await stageEvents(
    staging,
    newEventFiles,
    finder,
    outcomeColumns,
    unknownItems,
    options,
  );
  // Repeated files were found to have their columns when they were imported.
  finder.checkAllFound(repeatedEventFiles.length > 0 ? EVENT_FIELDS : []);
  if (repeatedEventFiles.length === 0) outcomeColumns.checkAllFound();
  const { skipped, bad } = await readBadLines(staging, plan.paths);
  if (skipped > skipBad) throw errors.IMPORT_BAD_LINES({ count: skipped, allowed: skipBad, bad });
  const isOfUsersOnly = userFiles.length > 0 && plan.paths.length === userFiles.length;
  if (!isOfUsersOnly && (await staging.number('SELECT count(*) FROM known')) === 0) {
    throw errors.IMPORT_EMPTY_CATALOGUE({ files: itemFiles.map(({ path }) => path) });
  }

  const { minUserEvents = 0, minItemEvents = 0 } = options;
  let filter: RowFilter = { items: '', events: '', users: '' };
  if (minUserEvents > 0 || minItemEvents > 0) {
    // Repeated files count for the core, but are not written.
    await stageEvents(staging, repeatedEventFiles, finder, outcomeColumns, unknownItems, options);
    filter = await coreFilter(staging, plan, minUserEvents, minItemEvents);
  }
  const outcomes = await countOutcomes(staging, outcomeColumns, filter.events);
  const rows = await staging.number(`SELECT count(*) FROM events ${filter.events}`);
  const totals = {
    items: await staging.number(`SELECT count(*) FROM items ${filter.items}`),
    users: await staging.number(`SELECT count(DISTINCT user) FROM events ${filter.events}`),
    events: Object.values(outcomes).reduce((sum, count) => sum + count, rows),
    impressions: await countImpressions(staging, filter.events),
    userRecords: await staging.number(`SELECT count(*) FROM users ${filter.users}`),
  };
  const record: ImportRecord = {
    fingerprint,
    files: plan.paths,
    contents: plan.contents,
    items: totals.items,
    events: totals.events,
    ordinals: totals.events > 0 && !timed,
    skipped,
    at: Date.now() / 1000,
  };
  const eventFiles = newEventFiles.map(({ path }) => path);
  const { types } = outcomeColumns;
  await writeStaged(staging, store, record, eventFiles, filter, types, totals.userRecords, options);
  const repeatedFiles = repeatedEventFiles.map(({ path }) => path);
  return {
    ...totals,
    outcomes,
    withoutItem,
    repeatedItems,
    skipped,
    bad,
    unchanged: false,
    repeatedFiles,
    fingerprint,
  };
}

function countImpressions(staging: Staging, where: string): Promise<number> {
  const passive = `type IN (${PASSIVE_EVENT_TYPES.map(literal).join(', ')})`;
  return staging.number(`SELECT count(*) FILTER (${passive}) FROM events ${where}`);
}

/** @throws LorekeepError `IMPORT_NOTHING_LEFT` */
async function coreFilter(
  staging: Staging,
  { newEventFiles }: ImportPlan,
  minUserEvents: number,
  minItemEvents: number,
): Promise<RowFilter> {
  await findCore(staging, minUserEvents, minItemEvents);
  if ((await staging.number('SELECT count(*) FROM core')) === 0) {
    throw errors.IMPORT_NOTHING_LEFT({ minUserEvents, minItemEvents });
  }
  // −1 is the index of no file: SQL does not allow an empty list.
  const written = ['-1', ...newEventFiles.map(({ index }) => index)].join(', ');
  const keptItems = 'IN (SELECT id FROM kept_items)';
  return {
    items: minItemEvents > 0 ? `WHERE id ${keptItems}` : '',
    users: minUserEvents > 0 ? 'WHERE id IN (SELECT id FROM kept_users)' : '',
    events: `WHERE user IN (SELECT id FROM kept_users) AND item ${keptItems} AND file IN (${written})`,
  };
}

async function unchangedSummary(store: Store, before: ImportRecord, repeatedFiles: string[]): Promise<ImportSummary> {
  const { items, events, skipped, fingerprint } = before;
  const { users } = await store.counts();
  const nothing = { impressions: 0, outcomes: {}, userRecords: 0, withoutItem: 0, repeatedItems: 0, bad: [] };
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
