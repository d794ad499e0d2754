/**
 * Event files into staging. Text files are cut into columns of strings, one table per file; Parquet
 * is read by DuckDB. All further checking is SQL over whole tables (`check-events.ts`), so millions
 * of events create no objects.
 */
import { basename } from 'node:path';
import type { RunContext } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { parseJsonLine } from '../formats/json-line.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { readTextFile } from '../formats/text-file.ts';
import { type ColumnFinder, EVENT_FIELDS, requireColumn } from '../mapping/columns.ts';
import { checkEvents, type UnknownItems } from './check-events.ts';
import { type OutcomeColumns, stageOutcomes } from './outcomes.ts';
import { parquetColumns, parquetError, parquetRows } from './parquet.ts';
import { identifier, type RowAppender, type Staging } from './staging.ts';

export interface StagedEvents {
  /** The events have timestamps. */
  timed: boolean;
  /** Events left out because their item is unknown. */
  withoutItem: number;
}

/**
 * Makes, or adds to, the table `events (file, line, user, item, timestamp, type, rating, surface,
 * session, position, request)`; all its rows are valid.
 */
export async function stageEvents(
  staging: Staging,
  files: SourceFile[],
  columns: ColumnFinder,
  outcomes: OutcomeColumns,
  unknownItems: UnknownItems,
  context: RunContext,
): Promise<StagedEvents> {
  const bad = await staging.append('bad');
  let timestamps = 0;
  for (const file of files) {
    const table = `lines_${file.index}`;
    if (file.format === 'parquet') await stageParquet(staging, file, columns, outcomes, table);
    else await stageText(staging, file, columns, outcomes, table, bad, context);
    timestamps += await staging.number(`SELECT count(*) FROM ${table} WHERE timestamp <> ''`);
  }
  bad.close();
  await staging.run(`
    CREATE TABLE IF NOT EXISTS events (file BIGINT, line BIGINT, user VARCHAR, item VARCHAR, timestamp DOUBLE,
      type VARCHAR, rating DOUBLE, surface VARCHAR, session VARCHAR, position DOUBLE, request VARCHAR)`);
  await staging.run('CREATE TABLE IF NOT EXISTS row_outcomes (file BIGINT, line BIGINT, mask UINTEGER)');
  const timed = timestamps > 0;
  for (const file of files) await stageOutcomes(staging, file, outcomes);
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
  outcomes: OutcomeColumns,
  table: string,
  bad: RowAppender,
  { progress, signal }: RunContext,
): Promise<void> {
  const fields = [...EVENT_FIELDS, ...outcomes.fields];
  await staging.run(
    `CREATE TABLE ${table} (line BIGINT, ${fields.map((field) => `${identifier(field)} VARCHAR`).join(', ')})`,
  );
  const rows = await staging.append(table);
  /** Reused for every row. */
  const values: (string | null)[] = new Array(fields.length).fill(null);
  let indexes: readonly number[] = [];
  let lines = 0;
  await readTextFile(file, {
    onHeader(header) {
      for (const field of ['user', 'item'] as const) requireColumn(file.path, header, columns, field);
      indexes = [...columns.locate(EVENT_FIELDS, header), ...outcomes.locate(header, file)];
    },
    onRow(line, cells, problem) {
      lines++;
      if (problem === undefined) {
        if (file.format === 'jsonl') problem = readJsonEvent(file, cells[0], columns, outcomes, values);
        else for (let f = 0; f < values.length; f++) values[f] = cells[indexes[f]] ?? null;
      }
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

/** Fills `values` with the fields of one JSON line; returns what is wrong with it. */
function readJsonEvent(
  file: SourceFile,
  text: string,
  columns: ColumnFinder,
  outcomes: OutcomeColumns,
  values: (string | null)[],
): string | undefined {
  const nameOf = (f: number) => EVENT_FIELDS[f] ?? `outcome ${outcomes.types[f - EVENT_FIELDS.length]}`;
  const { value: record, problem } = parseJsonLine(text);
  if (record === undefined) return problem;
  const names = Object.keys(record);
  const located = columns.locate(EVENT_FIELDS, names);
  const indexes = outcomes.fields.length === 0 ? located : [...located, ...outcomes.locate(names, file)];
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
  columns: ColumnFinder,
  outcomes: OutcomeColumns,
  table: string,
): Promise<void> {
  const described = await parquetColumns(staging, file);
  const names = described.map(([name]) => name);
  for (const field of ['user', 'item'] as const) requireColumn(file.path, names, columns, field);
  const indexes = [...columns.locate(EVENT_FIELDS, names), ...outcomes.locate(names, file)];
  const selected = [...EVENT_FIELDS, ...outcomes.fields].map((field, f) => {
    if (indexes[f] < 0) return `NULL::VARCHAR AS ${identifier(field)}`;
    const [column, type] = described[indexes[f]];
    if (/\]$|^(STRUCT|MAP|UNION|BLOB)/.test(type)) {
      throw errors.IMPORT_COLUMN_TYPE({ file: file.path, column, field, type });
    }
    return `CAST(${identifier(column)} AS VARCHAR) AS ${identifier(field)}`;
  });
  const select = `SELECT file_row_number + 1 AS line, ${selected.join(', ')} FROM ${parquetRows(file)}`;
  await staging.run(`CREATE TABLE ${table} AS ${select}`).catch((error) => {
    throw parquetError(file, error);
  });
}
