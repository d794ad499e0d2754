/**
 * Event files into staging. Text files are cut into columns of strings, one table per file; Parquet
 * is read by DuckDB. All further reading is SQL over whole tables (`clean-events.ts`,
 * `time-columns.ts`, `check-events.ts`), so millions of events create no objects.
 */
import { basename } from 'node:path';
import type { DateOrder, RunContext } from '@lorekeep/core';
import { errors } from '../../errors.ts';
import { isPath } from '../../formats/json/paths.ts';
import type { SourceFile } from '../../formats/source-file.ts';
import { type IgnoredEvents, type JsonRecord, readTextFile } from '../../formats/text-file.ts';
import { COLUMN_SYNONYMS, EVENT_FIELDS } from '../../mapping/columns.ts';
import { createContinuation } from '../../mapping/continued.ts';
import { type ColumnFinder, createColumnFinder, type GivenColumns } from '../../mapping/locate.ts';
import type { Recognised } from '../../mapping/recognise.ts';
import type { FileSample } from '../../mapping/sample.ts';
import type { Surroundings } from '../../mapping/search.ts';
import { typedIdSql } from '../../values/ids.ts';
import { openParquet, parquetError } from '../parquet.ts';
import { isPlainTable, stagePlainTable } from '../plain-table.ts';
import { problemReporter, type ReportProblem, shapeCause } from '../problems.ts';
import { recogniseFile } from '../recognise-file.ts';
import { identifier, literal, type Staging } from '../staging.ts';
import { checkEvents, type UnknownItems } from './check-events.ts';
import { cleanEvents } from './clean-events.ts';
import type { OutcomeColumns } from './outcomes.ts';
import { readTimeColumns, type TimeColumn } from './time-columns.ts';

/** An event file that has been read. */
export interface StagedLog {
  file: SourceFile;
  sample: FileSample;
  recognised: Recognised;
  time: TimeColumn;
  /** The last line. */
  lines: number;
  /** Records of JSON whose list of elements is empty, so that they gave no event. */
  withoutElements: number;
  /** With a mapping: events of another program that became none. */
  ignored?: IgnoredEvents[];
}

type ReadCounts = Pick<StagedLog, 'lines' | 'withoutElements' | 'ignored'>;

export interface StagedEvents {
  logs: StagedLog[];
  /** The events have timestamps. */
  timed: boolean;
  /** Events left out because their item is unknown. */
  withoutItem: number;
}

export interface StageEventsOptions {
  unknownItems: UnknownItems;
  outcomes: OutcomeColumns;
  dateOrder?: DateOrder;
  surroundings: Surroundings;
  /** By file, the lines that were imported before and are not read again. */
  importedLines?: ReadonlyMap<SourceFile, number>;
}

/**
 * Makes, or adds to, the table `events (file, line, row, user, item, timestamp, type, rating, surface,
 * session, position, id, request, mask)`; all its rows are valid.
 * @throws LorekeepError `IMPORT_COLUMN_QUESTION`, `IMPORT_DATE_ORDER`, `IMPORT_MISSING_COLUMN`,
 *   `IMPORT_COLUMN_TYPE`, and those of reading
 */
export async function stageEvents(
  staging: Staging,
  files: SourceFile[],
  given: GivenColumns,
  { unknownItems, outcomes, dateOrder, surroundings, importedLines }: StageEventsOptions,
  context: RunContext,
): Promise<StagedEvents> {
  const problems = await staging.append('problems');
  const report = problemReporter(problems);
  const read: Omit<StagedLog, 'time'>[] = [];
  for (const file of files) {
    const { sample, recognised } = await recogniseFile(staging, file, 'events', given, surroundings);
    if (outcomes.locate(sample.names, file).some((at) => at >= 0)) addPaths(file, outcomes.columns);
    const finder = createColumnFinder(recognised.columns, sample.names, given);
    // Later records may have further names, but not all of the first ones can be without a user.
    if (isJson(file) && sample.rows.length > 0) requireColumns(file, sample.names, recognised, given);
    const after = importedLines?.get(file) ?? 0;
    const counts =
      file.format === 'parquet'
        ? await stageParquet(staging, file, recognised, finder, outcomes)
        : await stageText(staging, file, recognised, finder, outcomes, after, report, context);
    await cleanEvents(
      staging,
      file.index,
      fieldsOf(file, recognised),
      recognised.columns,
      outcomes.isIn(file) ? outcomes : undefined,
    );
    await setTypeBySession(staging, file, recognised);
    const isNamed = given.columns.id !== undefined;
    const kept = isNamed ? recognised : await withoutSharedIds(staging, file, recognised);
    read.push({ file, sample, recognised: kept, ...counts });
  }
  problems.close();
  await staging.run(`
    CREATE TABLE IF NOT EXISTS events (file BIGINT, line BIGINT, row BIGINT, user VARCHAR, item VARCHAR, timestamp DOUBLE,
      type VARCHAR, rating DOUBLE, surface VARCHAR, session VARCHAR, position DOUBLE, id VARCHAR, request VARCHAR,
      mask UINTEGER)`);
  const times = await readTimeColumns(staging, files, dateOrder);
  const logs = read.map((log) => ({ ...log, time: times.get(log.file)! }));
  let timestamps = 0;
  for (const { index } of files) {
    timestamps += await staging.number(`SELECT count(*) FROM clean_${index} WHERE shape <> 'none'`);
  }
  const timed = timestamps > 0;
  let withoutItem = 0;
  for (const { file, time } of logs) {
    context.progress?.({ stage: 'import', done: 0, unit: 'events', note: `checking ${basename(file.path)}` });
    withoutItem += await checkEvents(staging, file.index, time, timed, unknownItems);
    const after = importedLines?.get(file);
    if (after !== undefined) {
      await staging.run(`DELETE FROM problems WHERE file = ${file.index} AND line <= ${after}`);
    }
    await staging.run(`DROP TABLE clean_${file.index}`);
  }
  return { logs, timed, withoutItem };
}

/**
 * Events with one id are one event. A column that was taken for the id of events, but has one value
 * for different events, has another meaning, and is left unread.
 */
async function withoutSharedIds(staging: Staging, file: SourceFile, recognised: Recognised): Promise<Recognised> {
  const column = recognised.columns.get('id');
  if (column === undefined) return recognised;
  const table = `clean_${file.index}`;
  const shared = await staging.number(`
    SELECT count(*) FROM (SELECT id FROM ${table} WHERE id IS NOT NULL GROUP BY id
      HAVING min(user) <> max(user) OR min(item) <> max(item) LIMIT 1)`);
  if (shared === 0) return recognised;
  await staging.run(`UPDATE ${table} SET id = NULL`);
  const columns = new Map([...recognised.columns].filter(([field]) => field !== 'id'));
  return { ...recognised, columns, unread: [...recognised.unread, column] };
}

async function setTypeBySession(
  staging: Staging,
  { index }: SourceFile,
  { layout, columns }: Recognised,
): Promise<void> {
  if (layout?.typeBySession === undefined || columns.has('type')) return;
  const { prefix, type } = layout.typeBySession;
  await staging.run(`UPDATE clean_${index} SET type = ${literal(type)} WHERE starts_with(session, ${literal(prefix)})`);
}

function requireColumns(file: SourceFile, names: string[], { columns }: Recognised, given?: GivenColumns): void {
  for (const field of ['user', 'item'] as const) {
    if (columns.has(field) || given?.columns[field] !== undefined) continue;
    throw errors.IMPORT_MISSING_COLUMN({ file: file.path, field, found: names, accepted: COLUMN_SYNONYMS[field] });
  }
}

type EventField = (typeof EVENT_FIELDS)[number];

const isJson = ({ format }: SourceFile) => format === 'jsonl' || format === 'json';

/** The fields that a file has. Further records of JSON lines may have further fields. */
function fieldsOf(file: SourceFile, { columns }: Recognised): readonly EventField[] {
  return isJson(file) ? EVENT_FIELDS : EVENT_FIELDS.filter((field) => columns.has(field));
}

/** The columns of the table `lines_<file>`, and where they are in a file. */
function stagedFields(file: SourceFile, recognised: Recognised, outcomes: OutcomeColumns): readonly string[] {
  return [...fieldsOf(file, recognised), ...(outcomes.isIn(file) ? outcomes.fields : [])];
}

function locateAll(
  file: SourceFile,
  recognised: Recognised,
  finder: ColumnFinder,
  outcomes: OutcomeColumns,
  names: readonly string[],
): readonly number[] {
  const located = finder.locate(fieldsOf(file, recognised), names);
  return outcomes.isIn(file) ? [...located, ...outcomes.locate(names, file)] : located;
}

function addPaths(file: SourceFile, columns: readonly string[]): void {
  file.paths = [...new Set([...(file.paths ?? []), ...columns.filter(isPath)])];
}

/**
 * The table `lines_<file>` has `line` and one string column for each field of the file.
 * @param after problems of lines up to this one are not reported
 */
async function stageText(
  staging: Staging,
  file: SourceFile,
  recognised: Recognised,
  finder: ColumnFinder,
  outcomes: OutcomeColumns,
  after: number,
  report: ReportProblem,
  { progress, signal }: RunContext,
): Promise<ReadCounts> {
  const table = `lines_${file.index}`;
  const fields = stagedFields(file, recognised, outcomes);
  const byDatabase = await stageByDatabase(staging, file, recognised, finder, outcomes, { progress, signal });
  if (byDatabase !== undefined) return byDatabase;
  await staging.run(
    `CREATE TABLE ${table} (line BIGINT, ${fields.map((field) => `${identifier(field)} VARCHAR`).join(', ')})`,
  );
  const rows = await staging.append(table);
  /** Reused for every row. */
  const values: (string | null)[] = new Array(fields.length).fill(null);
  let indexes: readonly number[] = [];
  let continuation: ReturnType<typeof createContinuation>;
  let last = 0;
  let lines = 0;
  const counts = await readTextFile(file, {
    onHeader(header) {
      requireColumns(file, header, recognised);
      indexes = locateAll(file, recognised, finder, outcomes, header);
      continuation = createContinuation(recognised.layout, header);
    },
    onRow(line, cells, problem) {
      lines++;
      last = line;
      if (problem === undefined) {
        continuation?.(cells);
        for (let f = 0; f < values.length; f++) values[f] = indexes[f] < 0 ? null : cells[indexes[f]];
        rows.row([line], values);
      } else if (line > after) report(file.index, line, 'line', shapeCause(problem), problem);
    },
    onRecord(line, record, problem) {
      lines++;
      last = line;
      problem ??= readJsonEvent(file, record!, finder, outcomes, values);
      if (problem === undefined) rows.row([line], values);
      else if (line > after) report(file.index, line, 'line', shapeCause(problem), problem);
    },
    onBlock() {
      signal?.throwIfAborted();
      rows.flush();
      progress?.({ stage: 'import', done: lines, unit: 'lines', note: `reading ${basename(file.path)}` });
    },
  });
  rows.close();
  return { lines: last, ...counts };
}

/** Reads the file with DuckDB if it is a plain table without a bad line; undefined if not. */
async function stageByDatabase(
  staging: Staging,
  file: SourceFile,
  recognised: Recognised,
  finder: ColumnFinder,
  outcomes: OutcomeColumns,
  { progress, signal }: RunContext,
): Promise<ReadCounts | undefined> {
  // The rows of some layouts go on in the next line.
  if (!isPlainTable(file) || recognised.layout?.continued !== undefined) return undefined;
  const note = `reading ${basename(file.path)}`;
  progress?.({ stage: 'import', done: 0, unit: 'lines', note });
  const names = [...(file.dialect.names ?? []), ...Object.keys(file.partition ?? {})];
  requireColumns(file, names, recognised);
  const fields = stagedFields(file, recognised, outcomes);
  const indexes = locateAll(file, recognised, finder, outcomes, names);
  const rows = await stagePlainTable(staging, file, fields, indexes, `lines_${file.index}`);
  if (rows === undefined) return undefined;
  progress?.({ stage: 'import', done: rows, unit: 'lines', note });
  signal?.throwIfAborted();
  return { lines: file.dialect.plainLines!, withoutElements: 0 };
}

/** Fills `values` with the fields of one JSON record; returns what is wrong with it. */
function readJsonEvent(
  file: SourceFile,
  record: JsonRecord,
  finder: ColumnFinder,
  outcomes: OutcomeColumns,
  values: (string | null)[],
): string | undefined {
  const nameOf = (f: number) => EVENT_FIELDS[f] ?? `outcome ${outcomes.types[f - EVENT_FIELDS.length]}`;
  const names = Object.keys(record);
  const located = finder.locate(EVENT_FIELDS, names);
  const indexes = outcomes.isIn(file) ? [...located, ...outcomes.locate(names, file)] : located;
  for (let f = 0; f < values.length; f++) {
    const value = indexes[f] < 0 ? null : record[names[indexes[f]]];
    if (value === null) values[f] = null;
    else if (f >= EVENT_FIELDS.length && typeof value === 'boolean') values[f] = String(value);
    else if (typeof value !== 'string' && typeof value !== 'number') {
      return `${nameOf(f)} is neither a string nor a number`;
    } else {
      const text = String(value);
      // A lone surrogate, which only an escape can produce, has no UTF-8 form: different ids would
      // become one.
      if (!text.isWellFormed()) return `${nameOf(f)} is not Unicode`;
      values[f] = text;
    }
  }
  return undefined;
}

async function stageParquet(
  staging: Staging,
  file: SourceFile,
  recognised: Recognised,
  finder: ColumnFinder,
  outcomes: OutcomeColumns,
): Promise<ReadCounts> {
  const { columns: described, rows } = await openParquet(staging, file);
  const names = described.map(([name]) => name);
  requireColumns(file, names, recognised);
  const indexes = locateAll(file, recognised, finder, outcomes, names);
  const selected = stagedFields(file, recognised, outcomes).map((field, f) => {
    if (indexes[f] < 0) return `NULL::VARCHAR AS ${identifier(field)}`;
    const [column, type] = described[indexes[f]];
    if (/\]$|^(STRUCT|MAP|UNION|BLOB)/.test(type)) {
      throw errors.IMPORT_COLUMN_TYPE({ file: file.path, column, field, type });
    }
    return `${typedIdSql(identifier(column), type)} AS ${identifier(field)}`;
  });
  const select = `SELECT file_row_number + 1 AS line, ${selected.join(', ')} FROM ${rows}`;
  await staging.run(`CREATE TABLE lines_${file.index} AS ${select}`).catch((error) => {
    throw parquetError(file, error);
  });
  return { lines: await staging.number(`SELECT coalesce(max(line), 0) FROM lines_${file.index}`), withoutElements: 0 };
}
