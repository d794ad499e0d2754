/**
 * Event files into staging. Text files are cut into columns of text, each a table of its own; Parquet is read by DuckDB. From there all
 * checking is SQL over all lines at once, so that millions of events cost no objects: types by TRY_CAST, unknown items by a join.
 *
 * Time stamps: a number is unix seconds, or milliseconds above 1e11 (in seconds, the year 5138); text is ISO 8601,
 * UTC unless it names a zone. If no line of any file has one, the order of lines stands for time: events get ordinals,
 * going on from the events already stored, which must then all have such ordinals.
 */
import { basename } from 'node:path';
import type { DuckDBValue } from '@duckdb/node-api';
import type { RunContext } from '@lorekeep/core';
import { type Event, MAX_EVENT_TYPE_LENGTH, MAX_ID_LENGTH } from '@lorekeep/store';
import { headerOf, parquetColumns, readText, requireColumn, type SourceFile, widthProblem } from './catalogue.ts';
import { type ColumnFinder, EVENT_FIELDS } from './columns.ts';
import { columnType, fileUnreadable, noHeader } from './errors.ts';
import { parseJson } from './json.ts';
import { type Appending, identifier, literal, type Staging } from './staging.ts';

/** The type of an event whose file does not tell. */
export const DEFAULT_EVENT_TYPE = 'interaction';

/** Numbers beyond it are milliseconds. */
const MILLISECONDS_ABOVE = 1e11;

/** What becomes of events whose item is in no catalogue: bad lines, or left out and counted. */
export type UnknownItems = 'refuse' | 'skip';

export interface StagedEvents {
  /** They have times. */
  timed: boolean;
  /** Left out because their item is unknown. */
  withoutItem: number;
}

/** Makes, or adds to, the table `events (file, line, user, item, timestamp, type, rating, surface, session, position)`, all valid. */
export async function stageEvents(
  staging: Staging,
  files: SourceFile[],
  columns: ColumnFinder,
  unknownItems: UnknownItems,
  context: RunContext,
): Promise<StagedEvents> {
  const bad = await staging.append('bad');
  let timed = 0;
  for (const file of files) {
    const table = `lines_${file.index}`;
    if (file.format === 'parquet') await stageParquet(staging, file, columns, table);
    else await stageText(staging, file, columns, table, bad, context);
    timed += await staging.number(`SELECT count(*) FROM ${table} WHERE timestamp <> ''`);
  }
  bad.close();
  await staging.run(`
    CREATE TABLE IF NOT EXISTS events (file BIGINT, line BIGINT, user VARCHAR, item VARCHAR, timestamp DOUBLE, type VARCHAR,
      rating DOUBLE, surface VARCHAR, session VARCHAR, position DOUBLE)`);
  let withoutItem = 0;
  for (const file of files) {
    context.progress?.({ stage: 'import', done: 0, unit: 'events', note: `checking ${basename(file.path)}` });
    withoutItem += await check(staging, file.index, timed > 0, unknownItems);
  }
  return { timed: timed > 0, withoutItem };
}

/** `line`, then a column of text for each field; the fields a file does not have are null. */
async function stageText(
  staging: Staging,
  file: SourceFile,
  columns: ColumnFinder,
  table: string,
  bad: Appending,
  { progress, signal }: RunContext,
): Promise<void> {
  await staging.run(
    `CREATE TABLE ${table} (line BIGINT, ${EVENT_FIELDS.map((field) => `${identifier(field)} VARCHAR`).join(', ')})`,
  );
  const rows = await staging.append(table);
  const cells: (string | null)[] = new Array(EVENT_FIELDS.length).fill(null);
  let places: readonly number[] | undefined;
  let header: string[] | undefined;
  let lines = 0;
  await readText(
    file,
    (line, fields, problem) => {
      let wrong = problem;
      if (file.format === 'jsonl') wrong ??= cellsOfJson(fields[0], columns, cells);
      else if (header === undefined) {
        header = headerOf(file, fields, problem);
        for (const field of ['user', 'item'] as const) requireColumn(file, header, columns, field);
        places = columns.locate(EVENT_FIELDS, header);
        return;
      } else {
        wrong ??= widthProblem(fields, header);
        if (wrong === undefined) for (let f = 0; f < cells.length; f++) cells[f] = fields[places![f]] ?? null;
      }
      lines++;
      if (wrong === undefined) rows.row([line], cells);
      else bad.row([file.index, line], [wrong]);
    },
    () => {
      signal?.throwIfAborted();
      rows.flush();
      progress?.({ stage: 'import', done: lines, unit: 'lines', note: `reading ${basename(file.path)}` });
    },
  );
  rows.close();
  if (file.format !== 'jsonl' && header === undefined) throw noHeader(file.path);
}

function cellsOfJson(text: string, columns: ColumnFinder, cells: (string | null)[]): string | undefined {
  const { value: record, problem } = parseJson(text);
  if (record === undefined) return problem;
  const names = Object.keys(record);
  const places = columns.locate(EVENT_FIELDS, names);
  for (let f = 0; f < cells.length; f++) {
    const value = places[f] < 0 ? null : record[names[places[f]]];
    if (value === null) cells[f] = null;
    else if (typeof value !== 'string' && typeof value !== 'number') {
      return `${EVENT_FIELDS[f]} is neither a text nor a number`;
    } else {
      cells[f] = String(value);
      // Possible through an escape only; it has no UTF-8 form, so two different ids would become one.
      if (!cells[f]!.isWellFormed()) return `${EVENT_FIELDS[f]} is not Unicode`;
    }
  }
  return undefined;
}

async function stageParquet(staging: Staging, file: SourceFile, columns: ColumnFinder, table: string): Promise<void> {
  const described = await parquetColumns(staging, file);
  const names = described.map(([name]) => name);
  for (const field of ['user', 'item'] as const) requireColumn(file, names, columns, field);
  const places = columns.locate(EVENT_FIELDS, names);
  const selected = EVENT_FIELDS.map((field, f) => {
    if (places[f] < 0) return `NULL::VARCHAR AS ${identifier(field)}`;
    const [name, type] = described[places[f]];
    if (/\]$|^(STRUCT|MAP|UNION|BLOB)/.test(type)) throw columnType(file.path, name, field, type);
    return `CAST(${identifier(name)} AS VARCHAR) AS ${identifier(field)}`;
  });
  const rows = `read_parquet(${literal(file.path)}, file_row_number = true)`;
  await staging
    .run(`CREATE TABLE ${table} AS SELECT file_row_number + 1 AS line, ${selected.join(', ')} FROM ${rows}`)
    .catch((error: { code?: string; cause?: unknown }) => {
      throw error.code === 'IMPORT_STAGING' ? fileUnreadable(file.path, error.cause) : error;
    });
}

/** Moves one file's lines to `events` and `bad`; resolves to how many of unknown items were left out. */
async function check(staging: Staging, file: number, timed: boolean, unknownItems: UnknownItems): Promise<number> {
  const shown = (column: string) => `'"' || substr(${column}, 1, 60) || '"'`;
  const id = (column: string) => `
    WHEN ${column} IS NULL OR trim(${column}) = '' THEN '${column} id is ' || if(${column} IS NULL, 'missing', 'empty')
    WHEN length(${column}) > ${MAX_ID_LENGTH} THEN '${column} id is longer than ${MAX_ID_LENGTH} characters'`;
  const notNumber = (column: string) => `
    WHEN ${column} <> '' AND (${column}_number IS NULL OR NOT isfinite(${column}_number))
      THEN '${column} ' || ${shown(column)} || ' is not a finite number'`;
  await staging.run(`
    CREATE TABLE checked AS
    WITH read AS (
      SELECT *, TRY_CAST(timestamp AS DOUBLE) AS timestamp_number,
        epoch(TRY_CAST(if(regexp_matches(timestamp, '^\\d{4}-\\d{2}-\\d{2}'), timestamp, NULL) AS TIMESTAMPTZ)) AS moment,
        item NOT IN (SELECT id FROM known) AS unknown, TRY_CAST(rating AS DOUBLE) AS rating_number, TRY_CAST(position AS DOUBLE) AS position_number
      FROM lines_${file})
    SELECT line, user, item, unknown,
      CASE WHEN timestamp_number IS NULL THEN moment
        WHEN abs(timestamp_number) > ${MILLISECONDS_ABOVE} THEN timestamp_number / 1000
        ELSE timestamp_number END AS time,
      if(type IS NULL OR type = '', '${DEFAULT_EVENT_TYPE}', type) AS type,
      rating_number, nullif(surface, '') AS surface, nullif(session, '') AS session, position_number,
      CASE ${id('user')} ${id('item')}
        WHEN unknown AND ${unknownItems === 'refuse'} THEN 'item ' || ${shown('item')} || ' is not in the catalogue'
        WHEN ${timed} AND (timestamp IS NULL OR timestamp = '') THEN 'time stamp is missing'
        WHEN timestamp <> '' AND (time IS NULL OR NOT isfinite(time))
          THEN 'time stamp ' || ${shown('timestamp')} || ' is neither unix seconds nor ISO 8601'
        WHEN length(type) > ${MAX_EVENT_TYPE_LENGTH} THEN 'type is longer than ${MAX_EVENT_TYPE_LENGTH} characters'
        ${notNumber('rating')} ${notNumber('position')}
        WHEN position_number < 0 OR position_number <> floor(position_number) OR position_number > 9007199254740991
          THEN 'position ' || ${shown('position')} || ' is not an integer from 0'
      END AS problem
    FROM read`);
  await staging.run(`DROP TABLE lines_${file}`);
  await staging.run(`INSERT INTO bad SELECT ${file}, line, problem FROM checked WHERE problem IS NOT NULL`);
  await staging.run(`
    INSERT INTO events SELECT ${file}, line, user, item, time, type, rating_number, surface, session, position_number
    FROM checked WHERE problem IS NULL AND NOT unknown ORDER BY line`);
  const withoutItem = await staging.number('SELECT count(*) FROM checked WHERE problem IS NULL AND unknown');
  await staging.run('DROP TABLE checked');
  return withoutItem;
}

/**
 * Staged events in the order of their lines, in the batches they come in.
 * @param firstOrdinal what the first event without a time stamp gets for one
 */
export async function* stagedEvents(staging: Staging, where: string, firstOrdinal: number): AsyncGenerator<Event[]> {
  let ordinal = firstOrdinal;
  const select = `SELECT ${EVENT_FIELDS.map(identifier).join(', ')} FROM events ${where} ORDER BY file, line`;
  for await (const columns of staging.stream(select)) {
    const [user, item, timestamp, type, rating, surface, session, position] = columns as [
      string[],
      string[],
      (number | null)[],
      string[],
      ...DuckDBValue[][],
    ];
    const batch: Event[] = new Array(user.length);
    for (let i = 0; i < batch.length; i++) {
      const event: Event = { user: user[i], item: item[i], type: type[i], timestamp: timestamp[i] ?? ordinal++ };
      if (rating[i] !== null) event.rating = rating[i] as number;
      if (surface[i] !== null) event.surface = surface[i] as string;
      if (session[i] !== null) event.session = session[i] as string;
      if (position[i] !== null) event.position = position[i] as number;
      batch[i] = event;
    }
    yield batch;
  }
}
