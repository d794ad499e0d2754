/**
 * The lines of an event file checked in SQL, so that millions of events create no objects.
 *
 * If no line of any file has a timestamp, the order of the lines stands for time: events get
 * ordinals that continue after the last event stored, which must then all have ordinals.
 */
import { EARLIEST_TIME } from '@lorekeep/core';
import { MAX_EVENT_TYPE_LENGTH, MAX_ID_LENGTH } from '@lorekeep/store';
import { roundedSql } from '../../values/ids.ts';
import { missingWordSql } from '../../values/missing.ts';
import { secondsSql, shapeName, type TimeShape } from '../../values/time-column.ts';
import { identifier, literal as quote, type Staging } from '../staging.ts';
import type { TimeColumn } from './time-columns.ts';

/** The type of an event whose file gives none. */
const DEFAULT_EVENT_TYPE = 'interaction';

/**
 * Events whose item is neither in the files nor in the store are bad lines (`'refuse'`), are left
 * out and counted (`'skip'`), or bring an item of their id alone (`'add'`).
 */
export type UnknownItems = 'refuse' | 'skip' | 'add';

export const UNKNOWN_ITEMS: readonly UnknownItems[] = ['refuse', 'skip', 'add'];

/** Cause and reason of a problem, in one string of SQL. */
const SEPARATOR = 'chr(31)';

/** One malformed line of a catalogue must not make all events of its item malformed. */
export const ORPHAN_CAUSE = "its item's line is malformed";

/** Page views, searches and sessions: no event of their type is one of an item. */
const NO_ITEM_CAUSE = 'events of this type name no item';

const TYPES_WITHOUT_ITEM = (clean: string) =>
  `SELECT type FROM ${clean} WHERE type IS NOT NULL GROUP BY type HAVING count(*) FILTER (item <> '') = 0
   AND EXISTS (SELECT 1 FROM ${clean} WHERE item <> '')`;

export const UNKNOWN_ITEM_CAUSE = 'item is not in the catalogue';

/**
 * Moves the rows of `clean_<file>` to the tables `events` and `problems`.
 * @param timed the events of this import have timestamps
 * @returns how many events were left out because their item is unknown (`'skip'`)
 */
export async function checkEvents(
  staging: Staging,
  file: number,
  time: TimeColumn,
  timed: boolean,
  unknownItems: UnknownItems,
): Promise<number> {
  const clean = `clean_${file}`;
  const problems = `problems_${file}`;
  // Rows, not lines: the elements of one list are on one line.
  await staging.run(`
    CREATE TABLE ${problems} AS
    SELECT row, line, split_part(problem, ${SEPARATOR}, 1) AS cause, split_part(problem, ${SEPARATOR}, 2) AS reason
    FROM (SELECT row, line, ${problemOf(time, timed, unknownItems)} AS problem FROM (${withTimes(clean, time)}))
    WHERE problem IS NOT NULL`);
  await staging.run(`
    INSERT INTO problems SELECT ${file}, line, if(cause = ${quote(ORPHAN_CAUSE)}, 'event', 'line'), cause, reason
    FROM ${problems} ORDER BY row`);
  await staging.run(`
    UPDATE problems SET effect = 'item', cause = ${quote(NO_ITEM_CAUSE)}
    WHERE file = ${file} AND effect = 'line' AND cause IN ('item id is missing', 'item id is empty')
      AND line IN (SELECT line FROM ${clean} WHERE type IN (${TYPES_WITHOUT_ITEM(clean)}))`);
  const malformed = await staging.number(`SELECT count(*) FROM ${problems}`);
  const left = malformed === 0 ? '' : `AND row NOT IN (SELECT row FROM ${problems})`;
  await dropValues(staging, clean, file, 'rating', left);
  await dropValues(staging, clean, file, 'position', left);
  const known = unknownItems === 'skip' ? 'AND NOT unknown' : '';
  const already = await staging.number('SELECT count(*) FROM events');
  await staging.run(`
    INSERT INTO events SELECT ${file}, line, row, user, item, time, coalesce(type, '${DEFAULT_EVENT_TYPE}'), rating_number,
      surface, session, position_number, id, request, mask
    FROM (${withTimes(clean, time)}) WHERE true ${left} ${known}`);
  await staging.run(`DROP TABLE ${problems}`);
  const written = (await staging.number('SELECT count(*) FROM events')) - already;
  const all = await staging.number(`SELECT count(*) FROM ${clean}`);
  return unknownItems === 'skip' ? all - malformed - written : 0;
}

/** The rows with their `time`, and whether their item is `unknown`. */
function withTimes(clean: string, { reading, texts }: TimeColumn): string {
  const seconds = secondsSql(reading, {
    text: 'timestamp',
    number: 'number',
    shape: 'shape',
    parsed: texts === undefined ? 'NULL::DOUBLE' : 'seconds',
  });
  const source =
    texts === undefined ? `${clean}` : `${clean} LEFT JOIN ${texts} ON shape = 'text' AND ${texts}.text = timestamp`;
  return `SELECT *, ${seconds} AS time, item NOT IN (SELECT id FROM known) AS unknown FROM ${source}`;
}

/** SQL for the problem of a line, or null. */
function problemOf(time: TimeColumn, timed: boolean, unknownItems: UnknownItems): string {
  const foreign = (['s', 'ms', 'us', 'ns', 'small', 'iso'] satisfies TimeShape[])
    .filter((shape) => !time.reading.shapes.includes(shape) && !(shape === 'small' && time.reading.shapes.length > 1))
    .map(
      (shape) =>
        `WHEN shape = '${shape}' THEN ${timeProblem('unit', `is ${shapeName(shape)}, unlike the rest of the column`)}`,
    );
  const noDate = time.reading.shapes.includes('iso')
    ? ''
    : `WHEN shape = 'iso' AND TRY_CAST(timestamp AS TIMESTAMPTZ) IS NULL THEN ${timeProblem('time', 'is not a time')}`;
  const range =
    time.reading.small === 'ordinal'
      ? ''
      : `WHEN time < ${EARLIEST_TIME} THEN ${timeProblem('range', 'is before 1990')}
         WHEN time > ${time.latest} THEN ${timeProblem('range', 'is in the future')}`;
  const missing = timed ? `WHEN shape = 'none' THEN ${problem('timestamp is missing')}` : '';
  const unknown =
    unknownItems === 'add'
      ? ''
      : `WHEN unknown AND item IN (SELECT id FROM bad_items)
           THEN ${problem(ORPHAN_CAUSE, `'item ' || ${excerpt('item')} || ' has a malformed line'`)}
         ${unknownItems === 'skip' ? '' : `WHEN unknown THEN ${problem(UNKNOWN_ITEM_CAUSE, `'item ' || ${excerpt('item')} || ' is not in the catalogue'`)}`}`;
  return `CASE
    WHEN outcome_problem IS NOT NULL THEN ${problem('outcome is neither yes nor no', 'outcome_problem')}
    ${badId('user')} ${badId('item')} ${unknown} ${missing} ${noDate} ${foreign.join(' ')}
    WHEN shape <> 'none' AND number IS NOT NULL AND time IS NULL
      THEN ${timeProblem('time', 'is not a time between 1990 and tomorrow in any unit')}
    WHEN shape <> 'none' AND time IS NULL THEN ${timeProblem('time', 'is not a time')}
    ${range}
    WHEN length(type) > ${MAX_EVENT_TYPE_LENGTH} THEN ${problem(`type is longer than ${MAX_EVENT_TYPE_LENGTH} characters`)}
    ${longId('request')} ${longId('id')}
    END`;
}

const TIME_CAUSES = {
  unit: 'timestamp is in another unit than the column',
  range: 'timestamp is before 1990 or in the future',
  time: 'timestamp is not a time',
};

const timeProblem = (cause: keyof typeof TIME_CAUSES, what: string) =>
  problem(TIME_CAUSES[cause], `'timestamp ' || ${excerpt('timestamp')} || ' ${what}'`);

/** @param reason SQL; default: the cause itself */
function problem(cause: string, reason?: string): string {
  return `${quote(cause)} || ${SEPARATOR} || ${reason ?? quote(cause)}`;
}

const longId = (column: 'request' | 'id') =>
  `WHEN length(${column}) > ${MAX_ID_LENGTH} THEN ${problem(`${column === 'id' ? 'event id' : column} is longer than ${MAX_ID_LENGTH} characters`)}`;

const badId = (column: string) => `
  WHEN ${column} IS NULL THEN ${problem(`${column} id is missing`)}
  WHEN ${column} = '' THEN ${problem(`${column} id is empty`)}
  WHEN ${missingWordSql(column)} THEN ${problem(`${column} id is missing`, `'${column} id is missing: ' || ${excerpt(column)}`)}
  WHEN ${roundedSql(column)} THEN ${problem(`${column} id is a rounded number`, `'${column} id is a rounded number: ' || ${excerpt(column)}`)}
  WHEN length(${column}) > ${MAX_ID_LENGTH} THEN ${problem(`${column} id is longer than ${MAX_ID_LENGTH} characters`)}`;

/** Names the values of an optional column that are left out. @param left condition of the rows that are not left out */
async function dropValues(
  staging: Staging,
  clean: string,
  file: number,
  column: 'rating' | 'position',
  left: string,
): Promise<void> {
  const given = `${identifier(column)} IS NOT NULL AND ${column}_number IS NULL`;
  if ((await staging.number(`SELECT count(*) FROM ${clean} WHERE ${given}`)) === 0) return;
  const cause = column === 'rating' ? 'rating is not a number' : 'position is not an integer ≥ 0';
  await staging.run(`
    INSERT INTO problems SELECT ${file}, line, 'value', '${cause}',
      '${column} ' || ${excerpt(identifier(column))} || ' is left out'
    FROM ${clean} WHERE ${given} ${left}`);
}

/** The first characters of a value, in quotes. */
function excerpt(column: string): string {
  return `'"' || substr(${column}, 1, 60) || '"'`;
}
