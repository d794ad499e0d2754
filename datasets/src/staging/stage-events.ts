/**
 * Event files into staging. Text files are cut into columns of strings, one table per file; Parquet
 * is read by DuckDB. All further checking is SQL over whole tables (`check-events.ts`), so millions
 * of events create no objects.
 */
import { basename } from 'node:path';
import type { RunContext } from '@lorekeep/core';
import { errors } from '../errors.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { type JsonRecord, readTextFile } from '../formats/text-file.ts';
import { type ColumnFinder, EVENT_FIELDS, requireColumn } from '../mapping/columns.ts';
import { checkEvents, type UnknownItems } from './check-events.ts';
import { openParquet, parquetError } from './parquet.ts';
import { isPlainTable, stagePlainTable } from './plain-table.ts';
import { identifier, type RowAppender, type Staging } from './staging.ts';

export interface StagedEvents {
  /** The events have timestamps. */
  timed: boolean;
  /** Events left out because their item is unknown. */
  withoutItem: number;
}

/**
 * Makes, or adds to, the table `events (file, line, user, item, timestamp, type, rating, surface,
 * session, position)`; all its rows are valid.
 */
export async function stageEvents(
  staging: Staging,
  files: SourceFile[],
  columns: ColumnFinder,
  unknownItems: UnknownItems,
  context: RunContext,
): Promise<StagedEvents> {
  const bad = await staging.append('bad');
  let timestamps = 0;
  for (const file of files) {
    const table = `lines_${file.index}`;
    if (file.format === 'parquet') await stageParquet(staging, file, columns, table);
    else await stageText(staging, file, columns, table, bad, context);
    timestamps += await staging.number(`SELECT count(*) FROM ${table} WHERE timestamp <> ''`);
  }
  bad.close();
  await staging.run(`
    CREATE TABLE IF NOT EXISTS events (file BIGINT, line BIGINT, user VARCHAR, item VARCHAR, timestamp DOUBLE,
      type VARCHAR, rating DOUBLE, surface VARCHAR, session VARCHAR, position DOUBLE)`);
  const timed = timestamps > 0;
  let withoutItem = 0;
  for (const file of files) {
    context.progress?.({ stage: 'import', done: 0, unit: 'events', note: `checking ${basename(file.path)}` });
    withoutItem += await checkEvents(staging, file.index, timed, unknownItems);
  }
  return { timed, withoutItem };
}

/** The table has `line` and one string column per field; fields that the file lacks are null. */
async function stageText(
  staging: Staging,
  file: SourceFile,
  columns: ColumnFinder,
  table: string,
  bad: RowAppender,
  { progress, signal }: RunContext,
): Promise<void> {
  if (await stageByDatabase(staging, file, columns, table, { progress, signal })) return;
  await staging.run(
    `CREATE TABLE ${table} (line BIGINT, ${EVENT_FIELDS.map((field) => `${identifier(field)} VARCHAR`).join(', ')})`,
  );
  const rows = await staging.append(table);
  /** Reused for every row. */
  const values: (string | null)[] = new Array(EVENT_FIELDS.length).fill(null);
  let indexes: readonly number[] = [];
  let lines = 0;
  await readTextFile(file, {
    onHeader(header) {
      for (const field of ['user', 'item'] as const) requireColumn(file.path, header, columns, field);
      indexes = columns.locate(EVENT_FIELDS, header);
    },
    onRow(line, cells, problem) {
      lines++;
      if (problem !== undefined) bad.row([file.index, line], [problem]);
      else {
        for (let f = 0; f < values.length; f++) values[f] = cells[indexes[f]] ?? null;
        rows.row([line], values);
      }
    },
    onRecord(line, record, problem) {
      lines++;
      problem ??= readJsonEvent(record!, columns, values);
      if (problem === undefined) rows.row([line], values);
      else bad.row([file.index, line], [problem]);
    },
    onBlock() {
      signal?.throwIfAborted();
      rows.flush();
      progress?.({ stage: 'import', done: lines, unit: 'lines', note: `reading ${basename(file.path)}` });
    },
  });
  rows.close();
}

/** Whether DuckDB could read the file: a plain table without a bad line. */
async function stageByDatabase(
  staging: Staging,
  file: SourceFile,
  columns: ColumnFinder,
  table: string,
  { progress, signal }: RunContext,
): Promise<boolean> {
  if (!isPlainTable(file)) return false;
  const note = `reading ${basename(file.path)}`;
  progress?.({ stage: 'import', done: 0, unit: 'lines', note });
  const names = [...(file.dialect.names ?? []), ...Object.keys(file.partition ?? {})];
  for (const field of ['user', 'item'] as const) requireColumn(file.path, names, columns, field);
  const rows = await stagePlainTable(staging, file, EVENT_FIELDS, columns.locate(EVENT_FIELDS, names), table);
  if (rows === undefined) return false;
  progress?.({ stage: 'import', done: rows, unit: 'lines', note });
  signal?.throwIfAborted();
  return true;
}

/** Fills `values` with the fields of one JSON record; returns what is wrong with it. */
function readJsonEvent(record: JsonRecord, columns: ColumnFinder, values: (string | null)[]): string | undefined {
  const names = Object.keys(record);
  const indexes = columns.locate(EVENT_FIELDS, names);
  for (let f = 0; f < values.length; f++) {
    const value = indexes[f] < 0 ? null : record[names[indexes[f]]];
    if (value === null) values[f] = null;
    else if (typeof value !== 'string' && typeof value !== 'number') {
      return `${EVENT_FIELDS[f]} is neither a string nor a number`;
    } else {
      const text = String(value);
      // A lone surrogate, which only an escape can produce, has no UTF-8 form: different ids would
      // become one.
      if (!text.isWellFormed()) return `${EVENT_FIELDS[f]} is not Unicode`;
      values[f] = text;
    }
  }
  return undefined;
}

async function stageParquet(staging: Staging, file: SourceFile, columns: ColumnFinder, table: string): Promise<void> {
  const { columns: described, rows } = await openParquet(staging, file, columns, 'events');
  const names = described.map(([name]) => name);
  for (const field of ['user', 'item'] as const) requireColumn(file.path, names, columns, field);
  const indexes = columns.locate(EVENT_FIELDS, names);
  const selected = EVENT_FIELDS.map((field, f) => {
    if (indexes[f] < 0) return `NULL::VARCHAR AS ${identifier(field)}`;
    const [column, type] = described[indexes[f]];
    if (/\]$|^(STRUCT|MAP|UNION|BLOB)/.test(type)) {
      throw errors.IMPORT_COLUMN_TYPE({ file: file.path, column, field, type });
    }
    return `CAST(${identifier(column)} AS VARCHAR) AS ${identifier(field)}`;
  });
  const select = `SELECT file_row_number + 1 AS line, ${selected.join(', ')} FROM ${rows}`;
  await staging.run(`CREATE TABLE ${table} AS ${select}`).catch((error) => {
    throw parquetError(file, error);
  });
}
