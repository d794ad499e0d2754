/** Short lists of weights: the neighbours of one item. */
import type { TopK } from '@lorekeep/core';

/** Positive weights to other items, in no particular order. */
export interface Entries {
  ids: number[];
  values: number[];
}

export const noEntries = (): Entries => ({ ids: [], values: [] });

/** Adds an entry, or replaces the smallest one if there are `limit` entries and it is smaller. */
export function addEntry({ ids, values }: Entries, id: number, value: number, limit: number): void {
  if (ids.length < limit) {
    ids.push(id);
    values.push(value);
    return;
  }
  let least = 0;
  for (let at = 1; at < values.length; at++) if (values[at] < values[least]) least = at;
  if (value <= values[least]) return;
  ids[least] = id;
  values[least] = value;
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
