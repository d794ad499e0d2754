/**
 * The lines of an event file checked in SQL: types by TRY_CAST, unknown items by a lookup.
 *
 * A numeric timestamp is in Unix seconds, or in milliseconds above 1e11 (in seconds that is the
 * year 5138). A string is ISO 8601, in UTC unless it names a zone. If no line of any file has a
 * timestamp, the order of the lines stands for time: events get ordinals that continue from the
 * number of events stored, which must then all have ordinals.
 */
import { MAX_EVENT_TYPE_LENGTH, MAX_ID_LENGTH, MAX_TIMESTAMP } from '@lorekeep/store';
import type { Staging } from './staging.ts';

/** The type of an event whose file gives none. */
const DEFAULT_EVENT_TYPE = 'interaction';

/**
 * Events whose item is neither in the files nor in the store are bad lines, or are left out and
 * counted.
 */
export type UnknownItems = 'refuse' | 'skip';

/**
 * Moves the rows of `lines_<file>` to the tables `events` and `bad`.
 * @returns how many events were left out because their item is unknown
 */
export async function checkEvents(
  staging: Staging,
  file: number,
  timed: boolean,
  unknownItems: UnknownItems,
): Promise<number> {
  await staging.run(`CREATE TABLE checked AS ${checkedLines(`lines_${file}`, timed, unknownItems)}`);
  await staging.run(`DROP TABLE lines_${file}`);
  await staging.run(`INSERT INTO bad SELECT ${file}, line, problem FROM checked WHERE problem IS NOT NULL`);
  await staging.run(`
    INSERT INTO events SELECT ${file}, line, user, item, time, type, rating_number, surface, session, position_number, request
    FROM checked WHERE problem IS NULL AND NOT unknown ORDER BY line`);
  const withoutItem = await staging.number('SELECT count(*) FROM checked WHERE problem IS NULL AND unknown');
  await staging.run('DROP TABLE checked');
  return withoutItem;
}

/** The query that gives each line its values as numbers, and its `problem` or null. */
function checkedLines(table: string, timed: boolean, unknownItems: UnknownItems): string {
  return `
    WITH read AS (
      SELECT *, TRY_CAST(timestamp AS DOUBLE) AS timestamp_number,
        epoch(TRY_CAST(if(regexp_matches(timestamp, '^\\d{4}-\\d{2}-\\d{2}'), timestamp, NULL) AS TIMESTAMPTZ))
          AS moment,
        item NOT IN (SELECT id FROM known) AS unknown,
        TRY_CAST(rating AS DOUBLE) AS rating_number, TRY_CAST(position AS DOUBLE) AS position_number
      FROM ${table})
    SELECT line, user, item, unknown,
      CASE WHEN timestamp_number IS NULL THEN moment
        WHEN abs(timestamp_number) > ${MAX_TIMESTAMP} THEN timestamp_number / 1000
        ELSE timestamp_number END AS time,
      if(type IS NULL OR type = '', '${DEFAULT_EVENT_TYPE}', type) AS type,
      rating_number, nullif(surface, '') AS surface, nullif(session, '') AS session, position_number,
      nullif(request, '') AS request,
      CASE ${badId('user')} ${badId('item')}
        WHEN unknown AND ${unknownItems === 'refuse'} THEN 'item ' || ${excerpt('item')} || ' is not in the catalogue'
        WHEN ${timed} AND (timestamp IS NULL OR timestamp = '') THEN 'timestamp is missing'
        WHEN timestamp <> '' AND (time IS NULL OR NOT isfinite(time))
          THEN 'timestamp ' || ${excerpt('timestamp')} || ' is neither Unix seconds nor ISO 8601'
        WHEN length(type) > ${MAX_EVENT_TYPE_LENGTH} THEN 'type is longer than ${MAX_EVENT_TYPE_LENGTH} characters'
        ${badNumber('rating')} ${badNumber('position')}
        WHEN length(request) > ${MAX_ID_LENGTH} THEN 'request is longer than ${MAX_ID_LENGTH} characters'
        WHEN position_number < 0 OR position_number <> floor(position_number) OR position_number > 9007199254740991
          THEN 'position ' || ${excerpt('position')} || ' is not an integer ≥ 0'
      END AS problem
    FROM read`;
}

const badId = (column: string) => `
  WHEN ${column} IS NULL OR trim(${column}) = '' THEN '${column} id is ' || if(${column} IS NULL, 'missing', 'empty')
  WHEN length(${column}) > ${MAX_ID_LENGTH} THEN '${column} id is longer than ${MAX_ID_LENGTH} characters'`;

const badNumber = (column: string) => `
  WHEN ${column} <> '' AND (${column}_number IS NULL OR NOT isfinite(${column}_number))
    THEN '${column} ' || ${excerpt(column)} || ' is not a finite number'`;

/** The first characters of a value, in quotes. */
function excerpt(column: string): string {
  return `'"' || substr(${column}, 1, 60) || '"'`;
}
