/** The store on SQLite, the default adapter: one file, no server. */
import type { Store, StoreCounts, StoreOptions } from '../contract/store.ts';
import { checkCount } from '../contract/validation.ts';
import { createAccess } from './access.ts';
import { deadlineIn } from './busy.ts';
import { createCatalogue } from './catalogue.ts';
import { connect, IN_MEMORY } from './connection.ts';
import { createDeletion } from './deletion/deletion.ts';
import { createEmbeddingStore } from './embeddings.ts';
import { createEventLog } from './event-log.ts';
import { createExposureLog } from './exposure-log.ts';
import { createImports } from './import/imports.ts';
import { askForTurn, lockFileOf } from './import/lock.ts';
import { createImpressions } from './impressions/impressions.ts';
import { createLiveWriter } from './live-writer.ts';
import { createSettings } from './settings.ts';
import { createUsers } from './users/users.ts';
import { HORIZON } from './visibility.ts';

/**
 * Opens, creates or migrates a store.
 * @param path a file, or `:memory:` for a store that lives as long as it is open
 * @throws LorekeepError `STORE_*`
 */
export async function openSqliteStore(path: string, options: StoreOptions = {}): Promise<Store> {
  const { create = true, readOnly = false, busyMs = 30_000 } = options;
  checkCount('busyMs', busyMs, 0);
  const database = await connect(path, { create, readOnly, deadline: deadlineIn(busyMs) });
  const lockFile = path === IN_MEMORY ? undefined : lockFileOf(path);
  const askImportForTurn = () => lockFile !== undefined && askForTurn(lockFile);
  const access = createAccess(database, path, busyMs, askImportForTurn);
  const writer = createLiveWriter(database);
  const { end: endImports, ...imports } = createImports(access, { readOnly });
  // Hidden rows are subtracted, because counting a whole table is fast and counting with a
  // condition is not.
  const countOf = (table: string, number: string) => `
    (SELECT count(*) FROM ${table}) - (SELECT count(*) FROM ${table} WHERE ${number} >= ${HORIZON}) AS ${table}`;
  const counts = database.prepare<[], StoreCounts>(
    `SELECT ${countOf('items', 'place')}, ${countOf('users', 'place')}, ${countOf('events', 'arrival')}`,
  );

  return {
    ...createCatalogue(access, writer),
    ...createUsers(access, writer),
    ...createEventLog(access, writer),
    ...createImpressions(access),
    ...createExposureLog(access),
    ...imports,
    ...createDeletion(access, askImportForTurn),
    ...createEmbeddingStore(access),
    ...createSettings(access),

    async counts() {
      return access.read(() => counts.get()!);
    },

    async close() {
      if (!(await access.end())) return;
      await endImports();
      database.close();
    },
  };
}
