/** Lists of similar items, and which rows may be listed. */
import { fillBehind, type RankedItems } from '../composition/lists.ts';
import { listByVectors } from '../composition/recommender.ts';
import { compileFilter } from './filter.ts';
import type { LoadedPublication } from './loaded-publication.ts';
import type { Filter } from './request-types.ts';

/**
 * Neighbours of an item in the linear model, then by its vector; for an item with neither, popular
 * ones.
 */
export async function similarItems(
  { parts, publication }: LoadedPublication,
  row: number,
  k: number,
  passes: (row: number) => boolean,
): Promise<RankedItems> {
  const { index } = publication;
  const named = parts.linear?.top([row], k, passes);
  const found = named && named.keys.length > 0 ? ({ ...named, source: 'linear' } as const) : undefined;
  if (found?.keys.length === k) return found;
  const [vector] = await index.getMany([row]);
  if (vector === undefined) return found ?? parts.popular(k, passes);
  const behind = await parts.towers.search(vector, k, { passes });
  return found === undefined ? listByVectors(parts, behind, k, passes) : fillBehind(found, behind, k);
}

/**
 * Rows that may be recommended: not excluded, and with fields that pass the filter. `undefined` if
 * that is all of them.
 */
export function rowFilter(
  { catalogue }: LoadedPublication,
  filter: Filter | undefined,
  excluded: readonly (number | undefined)[],
): ((row: number) => boolean) | undefined {
  if (filter === undefined && excluded.length === 0) return undefined;
  const out = new Set(excluded);
  if (filter === undefined) return (row) => !out.has(row);
  const passes = compileFilter(filter);
  return (row) => !out.has(row) && passes(catalogue.fieldsOf(row));
}
