/** Opens a store with the adapter that its URL names. */
import type { Store, StoreOptions } from './contract/store.ts';
import { errors } from './errors.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';

/** Scheme → adapter; an adapter gets what follows the colon. */
const ADAPTERS: Record<string, (location: string, options?: StoreOptions) => Promise<Store>> = {
  sqlite: openSqliteStore,
};

/** At least two letters, so that the drive of a Windows path is not a scheme. */
const URL_WITH_SCHEME = /^([a-z][a-z0-9+.-]+):(.*)$/is;

/**
 * Opens, creates or migrates a store.
 * @param pathOrUrl `sqlite:PATH`, or a plain path, which is SQLite too. The path `:memory:` is a
 *   store that lives as long as it is open.
 * @throws LorekeepError `STORE_SCHEME_UNKNOWN`, `STORE_NOT_A_DATABASE`, `STORE_FOREIGN_DATABASE`,
 *   `STORE_TOO_NEW`, `STORE_MISSING`, `STORE_CANNOT_OPEN`, `STORE_CORRUPT`, `STORE_BUSY`
 * @example
 * const store = await openStore('.lorekeep/store.db');
 * await store.upsertItems([{ id: 'B0001', title: 'A lamp' }]);
 * await store.appendEvents([{ user: 'ann', item: 'B0001', type: 'view', timestamp: 1_700_000_000
 * }]); await store.close();
 */
export async function openStore(pathOrUrl: string, options: StoreOptions = {}): Promise<Store> {
  const [, scheme, location] = URL_WITH_SCHEME.exec(pathOrUrl) ?? [undefined, 'sqlite', pathOrUrl];
  if (typeof location !== 'string' || location === '') {
    throw errors.STORE_ARGUMENT({ name: 'path', value: pathOrUrl, expected: 'a path, a URL or :memory:' });
  }
  const name = scheme.toLowerCase();
  if (!Object.hasOwn(ADAPTERS, name)) {
    throw errors.STORE_SCHEME_UNKNOWN({ scheme: name, known: Object.keys(ADAPTERS) });
  }
  return ADAPTERS[name](location, options);
}
