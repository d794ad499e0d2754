/** Days of UTC, and places in columns that are in the order of time. */

const DAY = 86_400;

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
