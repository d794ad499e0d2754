/** Lists of similar items, and which rows may be listed. */
import { fillBehind, type RankedItems } from '../composition/lists.ts';
import { listByVectors } from '../composition/recommender.ts';
import type { Filter } from '../filters/filter.ts';
import type { LoadedPublication } from './loaded-publication.ts';

/**
 * Neighbours of an item in the linear model, then by its vector; for an item with neither, popular
 * ones.
 */
export async function similarItems(
  { parts, publication }: LoadedPublication,
  row: number,
  k: number,
  { passes = () => true, among }: ListableRows,
): Promise<RankedItems> {
  const { index } = publication;
  const named = parts.linear?.top([row], k, passes);
  const found = named && named.keys.length > 0 ? ({ ...named, source: 'linear' } as const) : undefined;
  if (found?.keys.length === k) return found;
  const [vector] = await index.getMany([row]);
  if (vector === undefined) return found ?? parts.popular(k, passes);
  const behind = await parts.towers.search(vector, k, { passes, among });
  return found === undefined ? listByVectors(parts, behind, k, passes) : fillBehind(found, behind, k);
}

/** Which rows a request may list. */
export interface ListableRows {
  passes?: (row: number) => boolean;
  /** All rows that pass, if they are few. */
  among?: Uint32Array;
}

/**
 * Rows that may be recommended: for sale, not excluded, and passing the filter. Empty if that is all
 * of them.
 */
export async function listableRows(
  { catalogue }: LoadedPublication,
  filter: Filter | undefined,
  excluded: readonly (number | undefined)[],
): Promise<ListableRows> {
  const rows = await catalogue.filters.rowsFor(filter);
  if (rows === undefined && excluded.length === 0) return {};
  const out = new Set(excluded);
  if (rows === undefined) return { passes: (row) => !out.has(row) };
  const { set, few } = rows;
  return { passes: out.size === 0 ? set.has : (row) => set.has(row) && !out.has(row), among: few };
}
