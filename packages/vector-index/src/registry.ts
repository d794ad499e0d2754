/** Finds the adapter of an index kind. An adapter is imported when its kind is first opened. */
import type { BuiltInIndexKind, IndexAdapter, IndexKind } from './contract.ts';
import { errors } from './errors.ts';

type LoadAdapter = () => Promise<IndexAdapter>;

const builtIn: Record<BuiltInIndexKind, LoadAdapter> = {
  usearch: async () => (await import('./adapters/usearch.ts')).usearchAdapter,
  hnswlib: async () => (await import('./adapters/hnswlib.ts')).hnswlibAdapter,
  exact: async () => (await import('./adapters/exact.ts')).exactAdapter,
};

const loaders = new Map<IndexKind, LoadAdapter>(Object.entries(builtIn));

/** The built-in kinds, the default one first, and then those that `registerIndexAdapter` added. */
export const indexKinds = (): IndexKind[] => [...loaders.keys()];

/**
 * Adds an index kind to this process. Registering a kind again replaces its adapter.
 *
 * @param load Called each time the kind is opened; import the adapter's library in it, so that the
 *   library is only needed if the kind is used.
 * @example
 * registerIndexAdapter('qdrant', async () => (await import('./qdrant.ts')).qdrantAdapter);
 */
export function registerIndexAdapter(kind: string, load: () => Promise<IndexAdapter>): void {
  loaders.set(kind, load);
}

/**
 * The adapter of an index kind.
 *
 * The README of this package lists the built-in kinds.
 *
 * @throws LorekeepError `INDEX_UNKNOWN_KIND`. Creating or opening an index throws
 *   `INDEX_ADAPTER_MISSING` if the package of its kind is not installed.
 * @example
 * const index = await (await openIndexAdapter('usearch')).create({ dim: 64, capacity: 100_000 });
 */
export async function openIndexAdapter(kind: IndexKind): Promise<IndexAdapter> {
  const load = loaders.get(kind);
  if (load === undefined) throw errors.INDEX_UNKNOWN_KIND({ kind, kinds: indexKinds() });
  return load();
}
