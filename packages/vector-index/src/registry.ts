/** The door to the index kinds. Each is imported when it is first asked for. */

import type { IndexAdapter, IndexKind } from './contract.ts';
import { errors } from './errors.ts';

export const indexKinds: readonly IndexKind[] = ['usearch', 'hnswlib', 'exact'];

/**
 * The adapter of an index kind.
 *
 * `'usearch'` is the default everywhere; `'exact'` needs no graph and suits small catalogues; `'hnswlib'` needs the
 * package `hnswlib-node`, which compiles on installation and is therefore left to those who want it (`pnpm extras`).
 *
 * @throws LorekeepError `INDEX_UNKNOWN_KIND`; creating or opening an index throws `INDEX_ADAPTER_MISSING` where the
 * kind's package is not installed
 * @example
 * const index = await (await openIndexAdapter('usearch')).create({ dim: 64, capacity: 100_000 });
 */
export async function openIndexAdapter(kind: IndexKind): Promise<IndexAdapter> {
  switch (kind) {
    case 'usearch':
      return (await import('./usearch.ts')).usearchAdapter;
    case 'hnswlib':
      return (await import('./hnswlib.ts')).hnswlibAdapter;
    case 'exact':
      return (await import('./exact.ts')).exactAdapter;
    default:
      throw errors.INDEX_UNKNOWN_KIND({ kind, kinds: indexKinds });
  }
}
