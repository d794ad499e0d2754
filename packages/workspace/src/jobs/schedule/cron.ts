/** Cron expressions: five fields, in a time zone. croner knows months, leap years and summer time. */
import { Cron } from 'croner';

const parsed = (pattern: string, timezone?: string) => new Cron(pattern, { paused: true, mode: '5-part', timezone });

/** Why a pattern cannot be used; `undefined` if it can. */
export function cronProblem(pattern: string): string | undefined {
  try {
    // Some patterns are well formed and name no day, such as the 30th of February.
    return parsed(pattern).nextRun() === null ? 'it names no time' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The first time after `after`, in Unix seconds; `undefined` if there is none. */
export function nextTime(pattern: string, timeZone: string, after: number): number | undefined {
  const next = parsed(pattern, timeZone).nextRun(new Date(after * 1000));
  return next === null ? undefined : next.getTime() / 1000;
}
