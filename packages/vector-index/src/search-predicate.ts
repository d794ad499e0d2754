/** Joins the ways of leaving keys out of a search, and says when all vectors are scored instead. */
import type { SearchOptions } from './contract.ts';
import type { VectorTable } from './table/vector-table.ts';

/** If a larger share of the keys passes, the graph finds them as well as without a filter. */
const MOST_PASS = 0.9;
/** Largest table that is scored as a whole for one search: about 15 ms for 64 dimensions. */
const MAX_SCANNED = 200_000;
/** How much broader the graph is searched in a larger table. */
const BROADER = 8;

/** How a filtered search is done. */
export interface FilteredSearch {
  /** Score all keys that pass, which is exact. */
  scans: boolean;
  /** Share of the keys that pass, estimated. */
  share: number;
  /** Factor for the breadth of a search in the graph. */
  broader: number;
}

/**
 * A graph over inner products leads to the long vectors. With a filter, short ones belong to the
 * answer, and these have few links: recall@10 of 20,000 vectors whose log norms deviate by .5, with
 * the breadth that finds as many keys that pass as without a filter, was .995 at 90 %, .98 at 50 % and
 * .93 at 10 %, and below .5 if only the shorter half passes. A scan of 100,000 × 64 takes 4 ms at 50 %.
 */
export function filteredSearch(table: VectorTable, filter: (key: number) => boolean): FilteredSearch {
  const share = table.selectivity(filter);
  const mostPass = share >= MOST_PASS;
  return { scans: !mostPass && table.size <= MAX_SCANNED, share, broader: mostPass ? 1.5 : BROADER };
}

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
