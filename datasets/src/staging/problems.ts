/**
 * What an import could not read, in the table `problems (file, line, effect, cause, reason)`. The
 * cause is the same for all problems of one kind; the reason names the value.
 */
import type { BadLine } from '../bad-line.ts';
import type { RowAppender, Staging } from './staging.ts';

/**
 * - `line`: the line is malformed, and counts against `skipBad`.
 * - `event`: the event is left out, because the line of its item is malformed.
 * - `item`: the record is left out: it describes no item, or one that is described again.
 * - `value`: an optional value is left out; the line stays.
 */
export type Effect = 'line' | 'event' | 'item' | 'value';

/** All problems of one kind in one file. */
export interface ProblemGroup {
  effect: Effect;
  cause: string;
  count: number;
  /** The first three. */
  examples: BadLine[];
}

/** The cause of a line that is the header line once more. */
export const HEADER_CAUSE = 'repeats the header line';

const MAX_EXAMPLES = 3;

export async function createProblems(staging: Staging): Promise<void> {
  await staging.run('CREATE TABLE problems (file BIGINT, line BIGINT, effect VARCHAR, cause VARCHAR, reason VARCHAR)');
}

export type ReportProblem = (file: number, line: number, effect: Effect, cause: string, reason: string) => void;

export function problemReporter(appender: RowAppender): ReportProblem {
  return (file, line, effect, cause, reason) => appender.row([file, line], [effect, cause, reason]);
}

/** The problem of a line that has the wrong shape, with its cause: the reason without its numbers. */
export function shapeCause(reason: string): string {
  if (/^has \d+ columns?, the header has/.test(reason)) return 'has another number of columns than the header';
  return reason.replace(/:.*/s, '');
}

export async function countLines(staging: Staging): Promise<number> {
  return staging.number(`SELECT count(*) FROM problems WHERE effect = 'line'`);
}

/** The first malformed lines, by file and line. */
export async function readBadLines(staging: Staging, paths: readonly string[], limit: number): Promise<BadLine[]> {
  const rows = await staging.rows(
    `SELECT file, line, reason FROM problems WHERE effect = 'line' ORDER BY file, line LIMIT ${limit}`,
  );
  return rows.map((row) => badLine(row, paths));
}

/** The problems by cause, those of most lines first. @param file of one file; default: of all */
export async function groupProblems(
  staging: Staging,
  paths: readonly string[],
  file?: number,
): Promise<ProblemGroup[]> {
  const where = file === undefined ? '' : `WHERE file = ${file}`;
  const groups = await staging.rows(
    `SELECT effect, cause, count(*) FROM problems ${where} GROUP BY effect, cause
     ORDER BY effect <> 'line', count(*) DESC, cause`,
  );
  const named = await staging.rows(`
    SELECT effect, cause, file, line, reason FROM (
      SELECT *, row_number() OVER (PARTITION BY effect, cause ORDER BY file, line) AS nth FROM problems ${where})
    WHERE nth <= ${MAX_EXAMPLES} ORDER BY file, line`);
  return groups.map(([effect, cause, count]) => ({
    effect: effect as Effect,
    cause: String(cause),
    count: Number(count),
    examples: named.filter((row) => row[0] === effect && row[1] === cause).map((row) => badLine(row.slice(2), paths)),
  }));
}

const badLine = ([file, line, reason]: readonly unknown[], paths: readonly string[]): BadLine => ({
  file: paths[Number(file)],
  line: Number(line),
  reason: String(reason),
});
