/**
 * The cells of an event file as values: ids as `readId` reads them, numbers as numbers, and the
 * words for "no value" as null. Ids keep these words, because a line without an id is malformed and
 * its message shows what was there.
 */
import type { EVENT_FIELDS } from '../../mapping/columns.ts';
import { idSql, trimSql, wholeFloatSql } from '../../values/ids.ts';
import { missingWordSql } from '../../values/missing.ts';
import { readRating } from '../../values/rating.ts';
import { HEADER_CAUSE } from '../problems.ts';
import { identifier, literal, type Staging } from '../staging.ts';
import { type OutcomeColumns, outcomeColumnsSql, SHOWN } from './outcomes.ts';
import { shapeColumn } from './time-columns.ts';

/**
 * Moves the rows of `lines_<file>` to `clean_<file>`.
 * @param fields those of the file; the others are null
 * @param columns the names that the file has for them
 * @param outcomes if the file has columns of outcomes
 */
export async function cleanEvents(
  staging: Staging,
  file: number,
  fields: readonly (typeof EVENT_FIELDS)[number][],
  columns: ReadonlyMap<string, string>,
  outcomes: OutcomeColumns | undefined,
): Promise<void> {
  const lines = `lines_${file}`;
  await dropHeaderLines(staging, file, columns);
  const texts = TEXT_FIELDS.map((field) =>
    field === 'type' && outcomes !== undefined
      ? `${literal(SHOWN)} AS type`
      : fields.includes(field)
        ? text(field)
        : `NULL::VARCHAR AS ${identifier(field)}`,
  );
  const floats = { user: await isFloat(staging, lines, 'user'), item: await isFloat(staging, lines, 'item') };
  // If the catalogue has ids such as "1.0", so has the log.
  if (floats.item) floats.item = !(await someKnown(staging, lines));
  const ratings = fields.includes('rating') ? await readRatings(staging, lines) : 'NULL::DOUBLE';
  await staging.run(`
    CREATE TABLE clean_${file} AS
    WITH texts AS (
      SELECT rowid AS row, line, ${idSql('user', floats.user)} AS user, ${idSql('item', floats.item)} AS item,
        ${texts.join(', ')}, ${outcomeColumnsSql(outcomes)}
      FROM ${lines}),
    numbers AS (
      SELECT *, ${finite('timestamp')} AS number, ${ratings} AS rating_number,
        TRY_CAST(position AS DOUBLE) AS position_raw
      FROM texts)
    SELECT *, ${shapeColumn()} AS shape,
      CASE WHEN position_raw >= 0 AND position_raw = floor(position_raw) AND position_raw <= 9007199254740991
        THEN position_raw END AS position_number
    FROM numbers`);
  await staging.run(`DROP TABLE ${lines}`);
}

/** Files that were joined have their header line in the middle too. */
async function dropHeaderLines(staging: Staging, file: number, columns: ReadonlyMap<string, string>): Promise<void> {
  const repeats = (field: string) => `trim(${identifier(field)}) = ${literal(columns.get(field) ?? '')}`;
  if (!columns.has('user') || !columns.has('item')) return;
  const where = `FROM lines_${file} WHERE ${repeats('user')} AND ${repeats('item')}`;
  if ((await staging.number(`SELECT count(*) ${where}`)) === 0) return;
  await staging.run(
    `INSERT INTO problems SELECT ${file}, line, 'item', '${HEADER_CAUSE}', '${HEADER_CAUSE}' ${where} ORDER BY line`,
  );
  await staging.run(`DELETE ${where}`);
}

const TEXT_FIELDS = ['timestamp', 'type', 'rating', 'surface', 'session', 'position', 'id', 'request'] as const;

/** A cell without blanks at its ends; null if it has no value. */
function text(name: string): string {
  const column = identifier(name);
  const trimmed = trimSql(column);
  return `CASE WHEN ${trimmed} = '' OR ${missingWordSql(trimmed)} THEN NULL ELSE ${trimmed} END AS ${column}`;
}

/** Whether all ids of the column are floats of whole numbers, as pandas writes integers with gaps. */
async function isFloat(staging: Staging, lines: string, column: 'user' | 'item'): Promise<boolean> {
  // Most columns end here, at their first value.
  const first = await staging.number(
    `SELECT count(*) FROM (SELECT trim(${column}) AS id FROM ${lines} LIMIT 100) WHERE ${wholeFloatSql('id')}`,
  );
  if (first === 0) return false;
  const others = await staging.number(`
    SELECT count(*) FROM (SELECT trim(${column}) AS id FROM ${lines})
    WHERE id <> '' AND NOT ${missingWordSql('id')} AND NOT ${wholeFloatSql('id')}`);
  return others === 0;
}

/** A cell as a finite number, or null. */
const finite = (text: string) => `CASE WHEN isfinite(TRY_CAST(${text} AS DOUBLE)) THEN TRY_CAST(${text} AS DOUBLE) END`;

const someKnown = async (staging: Staging, lines: string) =>
  (await staging.number(
    `SELECT count(*) FROM (SELECT DISTINCT item FROM ${lines}) WHERE item IN (SELECT id FROM known)`,
  )) > 0;

/** SQL for the ratings as numbers. Those that are no plain numbers are few, and read in JavaScript. */
async function readRatings(staging: Staging, lines: string): Promise<string> {
  const plain = finite('rating');
  const others = await staging.rows(
    `SELECT DISTINCT rating FROM ${lines} WHERE rating <> '' AND ${finite(trimSql('rating'))} IS NULL LIMIT 1000`,
  );
  const cases = others.flatMap(([rating]) => {
    const value = readRating(String(rating));
    return value === undefined ? [] : [`WHEN ${literal(String(rating).trim())} THEN ${value}`];
  });
  return cases.length === 0 ? plain : `CASE rating ${cases.join(' ')} ELSE ${plain} END`;
}
