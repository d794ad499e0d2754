/**
 * A process to be killed while it deletes. It prints `start` before the deletion and `end` after it.
 * `purge` deletes a user first.
 */
import { writeSync } from 'node:fs';
import { openStore } from '@lorekeep/store';
import { importedEvents, importRecord } from './import-data.ts';

const [path, what, count] = process.argv.slice(2);
const store = await openStore(path);
const print = (line: string) => writeSync(1, `${line}\n`);

const work: Record<string, () => Promise<unknown>> = {
  items: () => store.deleteItems(Array.from({ length: 20 }, (_, i) => `item ${i}`)),
  users: () => store.deleteUsers(Array.from({ length: 200 }, (_, i) => `user ${i}`)),
  events: () => store.deleteEvents({ before: 50 }),
  undo: () => store.undoImport('first'),
  replace: () =>
    store.importAll(
      importRecord('second'),
      async (transaction) => {
        for (let from = 0; from < Number(count); from += 5000) {
          await transaction.putEvents(importedEvents(from + 7, 5000, 40));
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
      { replaces: ['first'] },
    ),
  purge: () => store.purge(),
};
if (what === 'purge') await store.deleteUsers(['user 1']);
print('start');
await work[what]();
print('end');
await store.close();
