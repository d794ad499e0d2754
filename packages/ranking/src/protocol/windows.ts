/**
 * Frozen windows, the protocol of all figures about rankers. The log is cut into windows of equal
 * length. At the start of a window weights, knowledge and behaviour sequences are frozen; all rows of
 * the window are scored; then they are trained on, day by day, in one pass.
 *
 * Anything that goes on inside a window leaks: the earlier clicks of a user's day anti-correlate
 * with the rest of that day, so a state that learns them ranks better or worse than it will in use.
 */
import { optionErrors } from '@lorekeep/core';
import type { ImpressionColumns } from '@lorekeep/store';
import { errors } from '../errors.ts';

export interface WindowOptions {
  /** Unix seconds at which the first window starts. Earlier rows are history. Default: the first row. */
  start?: number;
  /** Length of a window in days. Above 0. Default 2. */
  days?: number;
  /** Number of windows, at least 2. Rows after the last one are left out. Default: all whole windows. */
  count?: number;
}

/** Rows of one window, and of each of its days. */
export interface Window {
  /** Unix seconds; rows are of `[start, end)`. */
  start: number;
  end: number;
  rows: Int32Array;
  /** The rows of each day, in order; empty days are left out. */
  days: Int32Array[];
}

export interface Windows {
  /** Rows before the first window. */
  history: Int32Array;
  windows: Window[];
}

const DAY = 86_400;

/**
 * @param columns in the order of time
 * @throws LorekeepError `OPTION_INVALID`, `RANKING_TOO_SHORT` if there are not two windows with rows
 */
export function frozenWindows(columns: ImpressionColumns, { start, days = 2, count }: WindowOptions = {}): Windows {
  const { timestamps } = columns;
  if (!(days > 0 && Number.isFinite(days)))
    throw optionErrors.OPTION_INVALID({ name: 'days', value: days, allowed: 'a number above 0' });
  if (count !== undefined && !(Number.isInteger(count) && count >= 2))
    throw optionErrors.OPTION_INVALID({ name: 'count', value: count, allowed: 'a whole number of at least 2' });
  const first = start ?? timestamps[0] ?? 0;
  const last = timestamps.at(-1) ?? 0;
  const length = days * DAY;
  const found = count ?? Math.max(1, Math.floor((last - first) / length + 0.5));
  const rowsBetween = (from: number, to: number) => {
    const low = lowerBound(timestamps, from);
    return Int32Array.from({ length: Math.max(0, lowerBound(timestamps, to) - low) }, (_, i) => low + i);
  };
  const windows = Array.from({ length: found }, (_, w): Window => {
    const from = first + w * length;
    const to = from + length;
    const ownDays: Int32Array[] = [];
    for (let day = from; day < to; day += DAY) ownDays.push(rowsBetween(day, Math.min(to, day + DAY)));
    return { start: from, end: to, rows: rowsBetween(from, to), days: ownDays.filter((rows) => rows.length > 0) };
  });
  if (windows.filter(({ rows }) => rows.length > 0).length < 2)
    throw errors.RANKING_TOO_SHORT({ impressions: timestamps.length, days });
  return { history: rowsBetween(Number.NEGATIVE_INFINITY, first), windows };
}

/** Index of the first value that is at least `bound`; the values ascend. */
function lowerBound(values: ArrayLike<number>, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
