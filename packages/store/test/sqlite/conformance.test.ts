import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@lorekeep/store';
import { storeConformance } from '@lorekeep/store/conformance';

storeConformance('SQLite file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lorekeep-store-'));
  const path = join(folder, 'new', 'store.db');
  const opened: Store[] = [];
  const open = async () => {
    const store = await openStore(path);
    opened.push(store);
    return store;
  };
  const store = await open();
  return {
    store,
    another: open,
    reopen: async () => {
      await store.close();
      return open();
    },
    dispose: async () => {
      for (const each of opened) await each.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});

storeConformance('SQLite in memory', async () => {
  const store = await openStore(':memory:');
  return { store, dispose: () => store.close() };
});
