/**
 * Ids of items and users, read alike in the catalogue and in the log: without blanks at the ends,
 * in Unicode's form NFC (two spellings that look the same are one id), and whole floats as integers
 * (`10039.0` is what a column of integers with gaps becomes in pandas).
 */
import { MAX_ID_LENGTH } from '@lorekeep/store';
import { isMissingWord } from './missing.ts';

/** What `String.prototype.trim` removes, for SQL. */
const BLANKS = '\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'.replace(
  '\u2000-\u200a',
  Array.from({ length: 11 }, (_, i) => String.fromCharCode(0x2000 + i)).join(''),
);

const WHOLE_FLOAT = /^-?\d+\.0+$/;

/** What spreadsheets and pandas make of long numbers. Different ids become one. */
const ROUNDED = /^-?\d(\.\d+)?e\+\d{2,}$/i;

/** SQL for an id whose last digits are lost. The first condition is cheap and false for nearly all ids. */
export function roundedSql(column: string): string {
  return `(contains(${column}, '+') AND regexp_full_match(${column}, '-?\\d(\\.\\d+)?[eE]\\+\\d{2,}'))`;
}

export type IdOrProblem = { id: string; problem?: undefined } | { id?: undefined; problem: string };

/** @param floats the ids of the column are floats of whole numbers: `10039.0` is `10039` */
export function readId(value: unknown, floats = false): IdOrProblem {
  if (value === undefined || value === null) return { problem: 'is missing' };
  if (typeof value !== 'string' && !(typeof value === 'number' && Number.isFinite(value))) {
    return { problem: typeof value === 'number' ? 'is missing' : 'is neither a string nor a number' };
  }
  const trimmed = String(value).trim();
  if (trimmed === '') return { problem: 'is empty' };
  if (isMissingWord(trimmed)) return { problem: `is missing: ${JSON.stringify(trimmed)}` };
  if (!trimmed.isWellFormed()) return { problem: 'is not Unicode' };
  if (ROUNDED.test(trimmed)) return { problem: `is a rounded number: ${JSON.stringify(trimmed)}` };
  const id = floats && WHOLE_FLOAT.test(trimmed) ? withoutFraction(trimmed) : trimmed.normalize('NFC');
  if (id.length > MAX_ID_LENGTH && [...id].length > MAX_ID_LENGTH) {
    return { problem: `is longer than ${MAX_ID_LENGTH} characters` };
  }
  return { id };
}

/** Whether a text is the float of a whole number, as pandas writes an integer. */
export function isWholeFloat(text: string): boolean {
  return WHOLE_FLOAT.test(text);
}

const withoutFraction = (text: string) => text.slice(0, text.indexOf('.'));

/** SQL that reads an id as `readId` does; null and the missing words stay as they are. */
export function idSql(column: string, floats = false): string {
  const other = `nfc_normalize(trim(${column}, '${BLANKS}'))`;
  const normal = `CASE WHEN ${PLAIN(column)} THEN ${column} ELSE ${other} END`;
  return floats ? `regexp_replace(${normal}, '^(-?\\d+)\\.0+$', '\\1')` : normal;
}

/** ASCII without a blank at its ends, as nearly all ids are: there is nothing to trim or to compose. */
const PLAIN = (column: string) => `regexp_full_match(${column}, '[!-~]([ -~]*[!-~])?')`;

/** SQL for `String.prototype.trim`. The slow way is taken only where it may change something. */
export function trimSql(column: string): string {
  return `CASE WHEN ${PLAIN(column)} THEN ${column} ELSE trim(${column}, '${BLANKS}') END`;
}

/** SQL for `isWholeFloat`. The first condition is cheap and false for nearly all ids. */
export function wholeFloatSql(column: string): string {
  return `(suffix(${column}, '.0') AND regexp_full_match(${column}, '-?\\d+\\.0+'))`;
}

/**
 * SQL for a typed number as an id. A whole float becomes its integer: JSON writes `100`, DuckDB
 * `100.0`. NaN is null.
 * @param type the type of the column in DuckDB
 */
export function typedIdSql(column: string, type: string): string {
  if (!/^(DOUBLE|FLOAT|DECIMAL)/.test(type)) return `CAST(${column} AS VARCHAR)`;
  const double = `CAST(${column} AS DOUBLE)`;
  return `CASE WHEN isnan(${double}) THEN NULL
    WHEN ${double} = floor(${double}) AND abs(${double}) < 1e37 THEN CAST(CAST(${column} AS HUGEINT) AS VARCHAR)
    ELSE CAST(${column} AS VARCHAR) END`;
}
