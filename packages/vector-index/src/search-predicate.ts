/** Joins the ways of leaving keys out of a search. */
import type { SearchOptions } from './contract.ts';

/** Whether a key may be returned; `undefined` if every key may. */
export function searchPredicate({ exclude, filter }: SearchOptions): ((key: number) => boolean) | undefined {
  if (exclude === undefined || exclude.size === 0) return filter;
  if (filter === undefined) return (key) => !exclude.has(key);
  return (key) => !exclude.has(key) && filter(key);
}

/** The keys of `among` that may be returned. */
export function keysAmong(among: Uint32Array, options: SearchOptions): Uint32Array {
  const passes = searchPredicate(options);
  return passes === undefined ? among : among.filter(passes);
}
