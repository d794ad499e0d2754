/** Joins the two ways of leaving keys out of a search. */
import type { SearchOptions } from './contract.ts';

/** Whether a key may be returned; `undefined` if every key may. */
export function searchPredicate({ exclude, filter }: SearchOptions): ((key: number) => boolean) | undefined {
  if (exclude === undefined || exclude.size === 0) return filter;
  if (filter === undefined) return (key) => !exclude.has(key);
  return (key) => !exclude.has(key) && filter(key);
}
