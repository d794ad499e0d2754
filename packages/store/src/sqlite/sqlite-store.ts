/** The store on SQLite, the default adapter: one file, no server. */
import type { Store, StoreCounts, StoreOptions } from '../contract/store.ts';
import { checkCount } from '../contract/validation.ts';
import { createAccess } from './access.ts';
import { deadlineIn } from './busy.ts';
import { createCatalogue } from './catalogue.ts';
import { connect } from './connection.ts';
import { createEmbeddingStore } from './embeddings.ts';
import { createEventLog } from './event-log.ts';
import { createImports } from './imports.ts';
import { createSettings } from './settings.ts';
import { createWriter } from './writer.ts';

/**
 * Opens, creates or migrates a store.
 * @param path a file, or `:memory:` for a store that lives as long as it is open
 * @throws LorekeepError `STORE_*`
 */
export async function openSqliteStore(path: string, options: StoreOptions = {}): Promise<Store> {
  const { create = true, busyMs = 30_000 } = options;
  checkCount('busyMs', busyMs, 0);
  const database = await connect(path, { create, deadline: deadlineIn(busyMs) });
  const access = createAccess(database, path, busyMs);
  const writer = createWriter(database);
  const { end: endImports, ...imports } = createImports(access, writer);
  const counts = database.prepare<[], StoreCounts>(`
    SELECT (SELECT count(*) FROM items) AS items, (SELECT count(*) FROM users) AS users,
      (SELECT count(*) FROM events) AS events`);

  return {
    ...createCatalogue(access, writer),
    ...createEventLog(access, writer),
    ...imports,
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
