/**
 * Which moments an event can have: from 1990 to tomorrow. The range is what tells units apart: the
 * numbers that mean such a moment in seconds, milliseconds, microseconds and nanoseconds do not
 * overlap, and neither do digits such as 20240301 or 20240301120000.
 */

/** 1990-01-01 UTC, in Unix seconds. */
export const EARLIEST_TIME = 631_152_000;

/** Tomorrow: clocks of other machines and zones may be ahead. */
export function latestTime(now = Date.now()): number {
  return now / 1000 + 86_400;
}

export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

export const UNITS_PER_SECOND: Readonly<Record<TimeUnit, number>> = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };

export const UNIT_NAMES: Readonly<Record<TimeUnit, string>> = {
  s: 'Unix seconds',
  ms: 'Unix milliseconds',
  us: 'Unix microseconds',
  ns: 'Unix nanoseconds',
};

/** The unit in which a number is a moment of the range; undefined if there is none. */
export function unitOf(value: number, latest = latestTime()): TimeUnit | undefined {
  for (const [unit, perSecond] of Object.entries(UNITS_PER_SECOND) as [TimeUnit, number][]) {
    if (value >= EARLIEST_TIME * perSecond && value <= latest * perSecond) return unit;
  }
  return undefined;
}

/** What is wrong with a moment outside the range. */
export function rangeProblem(seconds: number, latest = latestTime()): string | undefined {
  if (seconds < EARLIEST_TIME) return 'is before 1990';
  return seconds > latest ? 'is in the future' : undefined;
}

/**
 * A number below this is no moment: if a whole column has only such numbers, they are ordinals,
 * such as the positions in a user's history.
 */
export const MAX_ORDINAL = 1e7;

/** Days of Excel, counted from 1899-12-30, of which whole columns are read as dates. */
export const EXCEL_DAYS = [25_569, 60_000] as const;
export const EXCEL_EPOCH_DAY = 25_569;
