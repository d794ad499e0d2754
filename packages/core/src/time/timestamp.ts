/**
 * One value as a time. A number is told by its size (`time-range.ts`); text is read by
 * `time-text.ts`. Events over HTTP are read with it; the import reads whole columns with the same
 * rules.
 */
import { latestTime, rangeProblem, UNITS_PER_SECOND, unitOf } from './time-range.ts';
import { type DateOrder, parseTimeText } from './time-text.ts';

export type TimeOrProblem = { seconds: number; problem?: undefined } | { seconds?: undefined; problem: string };

/**
 * A number in Unix seconds, milliseconds, microseconds or nanoseconds, digits such as 20240301 or
 * 20240301120000, ISO 8601, RFC 2822, or another form that names its month. The moment must lie
 * between 1990 and tomorrow.
 * @param order of dates such as 03/04/2024, which are not read without it
 * @example
 * readTimestamp(1764486000000); // { seconds: 1764486000 }
 * readTimestamp('2024-03-01 12:00:00 +0100'); // { seconds: 1709290800 }
 */
export function readTimestamp(value: unknown, order?: DateOrder): TimeOrProblem {
  if (typeof value !== 'string' && typeof value !== 'number') return { problem: 'is neither a number nor a string' };
  const text = String(value).trim();
  if (text === '') return { problem: 'is empty' };
  const number = numberOf(text);
  const unit = number === undefined ? undefined : unitOf(number);
  if (unit !== undefined) return { seconds: number! / UNITS_PER_SECOND[unit] };
  const parsed = parseTimeText(text, order);
  if (parsed === undefined) {
    return { problem: number === undefined ? 'is not a time' : 'is not a time between 1990 and tomorrow in any unit' };
  }
  if (parsed.needsOrder !== undefined) return { problem: 'does not say which number is the month' };
  const problem = rangeProblem(parsed.seconds, latestTime());
  return problem === undefined ? { seconds: parsed.seconds } : { problem };
}

/** A decimal number; undefined for any other text. */
export function numberOf(text: string): number | undefined {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
