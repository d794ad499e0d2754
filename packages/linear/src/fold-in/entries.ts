/** Short lists of weights: the neighbours of one item. */
import type { TopK } from '@lorekeep/core';

/** Positive weights to other items, in no particular order. */
export interface Entries {
  ids: number[];
  values: number[];
}

/** The largest entries that were offered. */
export interface LargestEntries extends Entries {
  /** Position of the smallest value if the list is full, else −1. */
  leastAt: number;
}

export const noEntries = (): LargestEntries => ({ ids: [], values: [], leastAt: -1 });

/** Adds an entry, or replaces the smallest one if there are `limit` entries and it is smaller. */
export function offerEntry(entries: LargestEntries, id: number, value: number, limit: number): void {
  const { ids, values, leastAt } = entries;
  if (leastAt < 0) {
    ids.push(id);
    values.push(value);
    if (ids.length < limit) return;
  } else {
    if (value <= values[leastAt]) return;
    ids[leastAt] = id;
    values[leastAt] = value;
  }
  let least = 0;
  for (let at = 1; at < values.length; at++) if (values[at] < values[least]) least = at;
  entries.leastAt = least;
}

/** @returns whether there was such an entry */
export function removeEntry({ ids, values }: Entries, id: number): boolean {
  const at = ids.indexOf(id);
  if (at < 0) return false;
  ids.splice(at, 1);
  values.splice(at, 1);
  return true;
}

/** @param limit `k` of the heap, or more */
export function entriesOf(best: TopK, limit: number): Entries {
  const ids = new Int32Array(limit);
  const values = new Float32Array(limit);
  const end = best.drain(ids, values, 0);
  return { ids: Array.from(ids.subarray(0, end)), values: Array.from(values.subarray(0, end)) };
}
