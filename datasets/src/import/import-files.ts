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
import { errorCode, type Warning } from '@lorekeep/core';
import { type ImportRecord, PASSIVE_EVENT_TYPES, type Store } from '@lorekeep/store';
import { changeText, errors } from '../errors.ts';
import { EVENT_FIELDS } from '../mapping/columns.ts';
import { createGivenColumns, type GivenColumns } from '../mapping/locate.ts';
import { countOutcomes, createOutcomeColumns } from '../staging/events/outcomes.ts';
import { stageEvents } from '../staging/events/stage-events.ts';
import { groupProblems, readBadLines } from '../staging/problems.ts';
import { stageItems } from '../staging/stage-items.ts';
import { stageUsers } from '../staging/stage-users.ts';
import { literal, openStaging, type Staging } from '../staging/staging.ts';
import { addUnknownItems } from '../staging/unknown-items.ts';
import { checkBadLines } from './bad-lines.ts';
import { type FilterPlan, filterRows } from './filter.ts';
import {
  changedOptions,
  changedSince,
  findImportedPart,
  type ImportedLog,
  measureLog,
  readMemory,
  remember,
} from './imported-logs.ts';
import { checkOptions, type ImportOptions, type ImportSummary } from './options.ts';
import { type ImportPlan, planImport, readingKey } from './plan.ts';
import { readingOf } from './reading.ts';
import { surroundingsOf } from './surroundings.ts';
import { writeStaged } from './write.ts';

/** How many bad lines are named. */
const NAMED_BAD_LINES = 100;

/**
 * @throws LorekeepError `IMPORT_BAD_LINES` (with `details.bad` and `details.causes`),
 *   `IMPORT_OUTCOME_MISSING`, `IMPORT_COLUMN_QUESTION`, `IMPORT_DATE_ORDER`, `IMPORT_FILE_MISSING`, `IMPORT_FILE_UNREADABLE`,
 *   `IMPORT_UNKNOWN_FORMAT`, `IMPORT_NO_HEADER`, `IMPORT_MISSING_COLUMN`,
 *   `IMPORT_DUPLICATE_COLUMN`, `IMPORT_COLUMN_TYPE`, `IMPORT_UNCLOSED_QUOTE`,
 *   `IMPORT_LINE_TOO_LONG`, `IMPORT_EMPTY_CATALOGUE`, `IMPORT_NOTHING_LEFT`, `IMPORT_OPTION`,
 *   `IMPORT_STAGING`, `IMPORT_OTHER_DATA`, `IMPORT_TIMES_MIXED`, and the store's; or
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
      // An item that was deleted meanwhile is unknown in the next pass.
      if (!['IMPORT_REPEATED', 'EVENT_UNKNOWN_ITEM'].includes(errorCode(error))) throw error;
    }
  }
}

async function importOnce(options: ImportOptions): Promise<ImportSummary> {
  const { store, alone = false, dryRun = false, events = [], temporaryDirectory, signal } = options;
  const plan = await planImport(options);
  const other = plan.imports.find((record) => record.fingerprint !== plan.fingerprint);
  if (alone && other !== undefined) {
    const changed = await changedOptions(store, plan);
    throw errors.IMPORT_OTHER_DATA({ held: other.files, wanted: plan.paths, changed });
  }
  const before = plan.imports.find((record) => record.fingerprint === plan.fingerprint);
  if (before !== undefined) return { ...(await unchangedSummary(store, before, events)), dryRun };

  const staging = await openStaging(temporaryDirectory, signal);
  try {
    return await importStaged(staging, plan, options);
  } finally {
    await staging.close();
  }
}

/** Stages and checks the files, then writes what is to be imported. */
async function importStaged(staging: Staging, plan: ImportPlan, options: ImportOptions): Promise<ImportSummary> {
  const { store, skipBad = 0, dateOrder, listSeparator, dryRun = false } = options;
  const { itemFiles, newEventFiles, repeatedEventFiles, unknownItems, repeatedItems, fingerprint, paths } = plan;
  const given = createGivenColumns(plan.columns, options.ignore);
  const outcomeColumns = createOutcomeColumns(options.outcomes ?? {});
  const logColumns = [...newEventFiles, ...repeatedEventFiles].flatMap(({ dialect }) => dialect.names ?? []);
  const catalogue = { repeatedItems, listSeparator, logColumns };
  const items = await stageItems(staging, itemFiles, given, store, catalogue, options);
  const users = await stageUsers(staging, plan.userFiles, given, options);
  const parts = await importedParts(plan, options);
  const staged = {
    unknownItems,
    outcomes: outcomeColumns,
    dateOrder,
    surroundings: await surroundingsOf(staging, items, plan),
    importedLines: new Map([...parts].map(([file, { lines }]) => [file, lines])),
  };
  const log = await stageEvents(staging, newEventFiles, given, staged, options);
  // Repeated files were found to have their columns when they were imported.
  given.checkAllFound(repeatedEventFiles.length > 0 ? EVENT_FIELDS : []);
  if (repeatedEventFiles.length === 0) outcomeColumns.checkAllFound();
  const addedItems = unknownItems === 'add' ? await addUnknownItems(staging) : 0;
  const reading = await readingOf(staging, paths, { items, users, log, outcomes: outcomeColumns });
  options.onReading?.(reading);
  const returning = await countReturning(staging, store);
  if (returning > 0) options.warn?.(erasedUsersReturn(returning));
  const skipped = await checkBadLines(staging, plan, dryRun ? Number.POSITIVE_INFINITY : skipBad, NAMED_BAD_LINES);

  const repeated = () => stageRepeated(staging, plan, given, { ...staged, importedLines: undefined }, options);
  const filter = await filterRows(staging, filterPlanOf(plan, options, staged.importedLines), repeated);
  const outcomes = await countOutcomes(staging, outcomeColumns, filter.events);
  const rows = await staging.number(`SELECT count(*) FROM events ${filter.events}`);
  const totals = {
    items: await staging.number(`SELECT count(*) FROM items ${filter.items}`),
    users: await staging.number(`SELECT count(DISTINCT user) FROM events ${filter.events}`),
    events: Object.values(outcomes).reduce((sum, count) => sum + count, rows),
    impressions: await countImpressions(staging, filter.events),
    userRecords: await staging.number(`SELECT count(*) FROM users ${filter.users}`),
  };
  const summary: ImportSummary = {
    ...totals,
    outcomes,
    withoutItem: log.withoutItem,
    replaced: 0,
    alreadyLive: 0,
    addedItems,
    repeatedItems: items.repeated,
    skipped,
    bad: await readBadLines(staging, paths, NAMED_BAD_LINES),
    problems: await groupProblems(staging, paths),
    unchanged: false,
    dryRun,
    reading,
    repeatedFiles: repeatedEventFiles.map(({ path }) => path),
    grownFiles: [...parts].map(([{ path }, { lines, events }]) => ({ file: path, lines, eventsBefore: events })),
    fingerprint,
  };
  if (dryRun) return summary;
  const record: ImportRecord = {
    fingerprint,
    files: paths,
    contents: plan.contents,
    items: totals.items,
    events: totals.events,
    ordinals: totals.events > 0 && !log.timed,
    skipped,
    at: Date.now() / 1000,
  };
  if (plan.replaces !== undefined && totals.events === 0)
    throw errors.IMPORT_EMPTY_LOG({ files: options.events ?? [] });
  const logs: ImportedLog[] = [];
  for (const { file, lines } of log.logs) {
    if (file.format === 'parquet') continue;
    const where = filter.events === '' ? 'WHERE' : `${filter.events} AND`;
    const written = await staging.number(
      `SELECT coalesce(sum(1 + bit_count(coalesce(mask, 0))), 0) FROM events ${where} file = ${file.index}`,
    );
    const before = parts.get(file);
    const events = written + (before?.events ?? 0);
    const imports = [...(before?.imports ?? []), fingerprint];
    const measured = await measureLog(file, plan.hashes[file.index]);
    logs.push({ key: readingKey(file, plan), ...measured, lines, events, imports });
  }
  // Before the import: what a failed import leaves there is ignored, and a log that was imported is
  // recognised also if the program ends at the commit.
  await remember(store, plan, logs);
  const columnsOf = new Map(items.catalogues.map(({ file, columns }) => [file.index, columns]));
  const eventFiles = newEventFiles.map(({ path }) => path);
  const part = {
    eventFiles,
    filter,
    columns: columnsOf,
    outcomes: outcomeColumns.types,
    users: totals.userRecords,
  };
  const replaced = await writeStaged(staging, store, record, part, options, plan);
  return { ...summary, ...replaced };
}

/** Erased users of whom the files have something. */
async function countReturning(staging: Staging, store: Store): Promise<number> {
  if ((await store.lastErasure()) === 0) return 0;
  let count = 0;
  for await (const [ids] of staging.stream('SELECT user FROM events UNION SELECT id FROM users')) {
    count += await store.countErased(ids as string[]);
  }
  return count;
}

const erasedUsersReturn = (count: number): Warning => ({
  code: 'ERASED_USERS_RETURN',
  message:
    `${count} of the users in these files ${count === 1 ? 'was' : 'were'} erased, and ${count === 1 ? 'comes' : 'come'} back with this import. ` +
    'If the files still have the data of people who asked to be forgotten, correct the files and erase these users again.',
});

function countImpressions(staging: Staging, where: string): Promise<number> {
  const passive = `type IN (${PASSIVE_EVENT_TYPES.map(literal).join(', ')})`;
  return staging.number(`SELECT count(*) FILTER (${passive}) FROM events ${where}`);
}

/**
 * Of each event file that has grown, the part that an earlier import added. Warns of files whose
 * events are added again, because they are read with other options than before.
 */
async function importedParts(plan: ImportPlan, { store, warn }: ImportOptions) {
  const memory = await readMemory(store, plan.imports);
  const parts = new Map<ImportPlan['newEventFiles'][number], ImportedLog>();
  for (const file of plan.newEventFiles) {
    const part = await findImportedPart(file, plan, memory.logs);
    if (part !== undefined) parts.set(file, part);
    const changed = changedSince(memory, plan, file);
    if (changed === undefined || changed.length === 0) continue;
    const message = `${file.path} was imported before with other options: ${changed.map(changeText).join('; ')}. Its events are added again.`;
    warn?.({ code: 'LOG_IMPORTED_BEFORE', message });
  }
  return parts;
}

function filterPlanOf(
  { newEventFiles }: ImportPlan,
  { minUserEvents = 0, minItemEvents = 0 }: ImportOptions,
  importedLines: FilterPlan['importedLines'],
): FilterPlan {
  return { newEventFiles, importedLines, minUserEvents, minItemEvents };
}

async function stageRepeated(
  staging: Staging,
  { repeatedEventFiles }: ImportPlan,
  given: GivenColumns,
  staged: Parameters<typeof stageEvents>[3],
  options: ImportOptions,
): Promise<void> {
  await stageEvents(staging, repeatedEventFiles, given, staged, options);
}

async function unchangedSummary(store: Store, before: ImportRecord, repeatedFiles: string[]): Promise<ImportSummary> {
  const { items, events, skipped, fingerprint } = before;
  const { users } = await store.counts();
  const nothing = {
    impressions: 0,
    outcomes: {},
    userRecords: 0,
    withoutItem: 0,
    replaced: 0,
    alreadyLive: 0,
    addedItems: 0,
    repeatedItems: 0,
    bad: [],
    problems: [],
    reading: [],
    grownFiles: [],
  };
  return { items, users, events, ...nothing, skipped, unchanged: true, dryRun: false, repeatedFiles, fingerprint };
}
