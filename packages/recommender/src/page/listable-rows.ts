/** Which rows a request may list. */
import type { LoadedPublication } from '../engine/loaded-publication.ts';
import type { Filter } from '../filters/filter.ts';

export interface ListableRows {
  /** Default: all. */
  passes?: (row: number) => boolean;
  /** All rows that pass, and perhaps further ones, if they are few. */
  among?: Uint32Array;
}

/**
 * Rows that may be listed: for sale, not excluded, and passing the filter. Empty if that is all of
 * them.
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
