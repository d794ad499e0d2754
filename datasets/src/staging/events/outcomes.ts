/**
 * Logs with one row per impression and one column per outcome (`is_click`, `long_view`, …). A row
 * becomes an impression, and one event of the outcome's type for each column that says yes. These
 * events follow their impression at once and have its time, so attribution finds exactly this
 * impression again, and no id of the row has to be stored.
 */
import { sha256 } from '@lorekeep/core';
import { type Event, idProblem } from '@lorekeep/store';
import { errors } from '../../errors.ts';
import type { SourceFile } from '../../formats/source-file.ts';
import { identifier, literal, type Staging } from '../staging.ts';

/** Event type → name of its column. */
export type OutcomeNames = Record<string, string>;

/** The type of the event that a row with outcome columns becomes. */
export const SHOWN = 'impression';

/** Outcomes are the bits of one number, here and in the impression log. */
export const MAX_OUTCOMES = 32;

/** Names that are recognised in the hint of an error, never as data. */
const LOOKS_LIKE_AN_OUTCOME =
  /^(is|has|was|did)[_ ]|click|like|view|cart|purchase|buy|bought|order|convert|conversion|follow|share|save|comment/i;

const NO = ['', '0', 'false', 'f', 'no', 'n', 'nan', 'null', 'none', '\\n', 'undefined'];
const YES = ['1', 'true', 't', 'yes', 'y'];

export interface OutcomeColumns {
  readonly types: readonly string[];
  /** Their columns in the files. */
  readonly columns: readonly string[];
  /** Their columns in a staged table. */
  readonly fields: readonly string[];
  /** The index of each outcome's column in the names of a file, or −1. */
  locate(names: readonly string[], file: SourceFile): readonly number[];
  /** A file without any of the columns is an ordinary event file. */
  isIn(file: SourceFile): boolean;
  /** @throws LorekeepError `IMPORT_OUTCOME_MISSING` if a column was in no file */
  checkAllFound(): void;
}

export function createOutcomeColumns(outcomes: OutcomeNames): OutcomeColumns {
  const types = Object.keys(outcomes);
  const columns = Object.values(outcomes);
  const notFound = new Set(columns);
  const files = new Set<number>();
  /** Of all event files, for the hint. */
  const seen = new Set<string>();
  return {
    types,
    columns,
    fields: types.map((_, k) => `outcome_${k}`),
    locate(names, file) {
      if (types.length === 0) return [];
      if (notFound.size > 0) for (const name of names) seen.add(name);
      return columns.map((column) => {
        const at = names.indexOf(column);
        if (at >= 0) {
          notFound.delete(column);
          files.add(file.index);
        }
        return at;
      });
    },
    isIn: (file) => files.has(file.index),
    checkAllFound() {
      const [column] = notFound;
      if (column === undefined) return;
      const found = [...seen].filter((name) => LOOKS_LIKE_AN_OUTCOME.test(name)).slice(0, 20);
      throw errors.IMPORT_OUTCOME_MISSING({ type: types[columns.indexOf(column)], column, found });
    },
  };
}

/**
 * SQL of the outcomes of a row, from the columns of a staged table: their `mask`, one bit for each,
 * and `outcome_problem`, if a value is neither yes nor no.
 */
export function outcomeColumnsSql(outcomes: OutcomeColumns | undefined): string {
  if (outcomes === undefined) return 'NULL::UINTEGER AS mask, NULL::VARCHAR AS outcome_problem';
  const problem = outcomes.fields.map((field, k) => {
    const name = `outcome ${outcomes.types[k]} "`;
    return `WHEN ${truth(field)} IS NULL
      THEN ${literal(name)} || substr(${field}, 1, 60) || '" is neither yes (1, true, a count) nor no (0, false, empty)'`;
  });
  const mask = outcomes.fields.map((field, k) => `(coalesce(${truth(field)}, 0)::UBIGINT << ${k})`).join(' | ');
  return `(${mask})::UINTEGER AS mask, CASE ${problem.join(' ')} END AS outcome_problem`;
}

/**
 * The event of one outcome of an impression. A rating stays with the impression. Two events cannot
 * have one id, so the outcome gets an id of its own, made from that of the impression: a row that is
 * imported again is recognised with all its outcomes.
 */
export function outcomeOf({ rating, id, ...same }: Event, type: string): Event {
  if (id === undefined) return { ...same, type };
  const own = `${id} ${type}`;
  return { ...same, type, id: idProblem(own) === undefined ? own : sha256(own) };
}

/** How many rows have each outcome, of the events that `where` chooses. */
export async function countOutcomes(
  staging: Staging,
  { types }: OutcomeColumns,
  where: string,
): Promise<Record<string, number>> {
  if (types.length === 0) return {};
  const sums = types.map((_, k) => `count(*) FILTER (mask >> ${k} & 1 = 1)`);
  const [counts] = await staging.rows(`SELECT ${sums.join(', ')} FROM events ${where}`);
  return Object.fromEntries(types.map((type, k) => [type, Number(counts[k])]));
}

/** SQL: 1, 0, or null for a value that is neither yes nor no. */
function truth(field: string): string {
  const word = `lower(trim(${identifier(field)}))`;
  const number = `TRY_CAST(${identifier(field)} AS DOUBLE)`;
  const listed = (words: string[]) => words.map(literal).join(', ');
  return `(CASE WHEN ${identifier(field)} IS NULL OR ${word} IN (${listed(NO)}) THEN 0
    WHEN ${word} IN (${listed(YES)}) THEN 1
    WHEN isfinite(${number}) AND ${number} >= 0 THEN (${number} > 0)::INTEGER END)`;
}
