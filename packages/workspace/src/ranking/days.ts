/** Which impressions a continued training still has to learn, by days of UTC. */
import type { ImpressionColumns } from '@lorekeep/store';

const DAY = 86_400;

/** Rows that are later than `seenUntil`, one list for each day of UTC. Columns are in the order of time. */
export function newDays({ timestamps }: ImpressionColumns, seenUntil: number): Int32Array[] {
  const days: Int32Array[] = [];
  let row = firstAfter(timestamps, seenUntil);
  while (row < timestamps.length) {
    const end = firstAfter(timestamps, startOfDay(timestamps[row]) + DAY, true);
    const first = row;
    days.push(Int32Array.from({ length: end - first }, (_, i) => first + i));
    row = end;
  }
  return days;
}

/** Unix seconds. */
export const startOfDay = (timestamp: number): number => Math.floor(timestamp / DAY) * DAY;
/** Unix seconds. */
export const nextDay = (timestamp: number): number => startOfDay(timestamp) + DAY;

/** The number of rows up to a time; with `exclusive`, of those before it. */
export function firstAfter(timestamps: ArrayLike<number>, time: number, exclusive = false): number {
  let low = 0;
  let high = timestamps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (exclusive ? timestamps[middle] < time : timestamps[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
