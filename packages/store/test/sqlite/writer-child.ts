/**
 * A process to be killed. It writes to the store named, and prints a line for every acknowledged
 * write (`append`), every batch of an import without end (`import`), every batch of an import that is
 * announced as large, with 20 batches (`large`), or the end of an import of `items` and `events` rows
 * (`import:items:events`).
 */
import { writeSync } from 'node:fs';
import { openStore } from '@lorekeep/store';
import { importedEvents, importedItems, importRecord } from './import-data.ts';

const [path, what] = process.argv.slice(2);
const store = await openStore(path);
const print = (line: string) => writeSync(1, `${line}\n`);

if (what === 'append') {
  for (let call = 0; ; call++) {
    await store.appendEvents(
      Array.from({ length: 20 }, (_, i) => ({ user: `call ${call}`, item: 'a', type: 'view', timestamp: i })),
    );
    print(`call ${call}`);
  }
} else if (what === 'import') {
  await store.importAll(importRecord('killed'), async (transaction) => {
    await transaction.putItems([{ id: 'imported' }, { id: 'a', title: 'imported' }]);
    await transaction.putUsers(['known', 'plain', 'new'].map((id) => ({ id, attributes: { from: 'import' } })));
    // More than the page cache holds, so that unfinished pages do reach the disk.
    const description = 'x'.repeat(10 << 20);
    for (let batch = 0; ; batch++) {
      await transaction.putItems([{ id: `large ${batch}`, description }]);
      await transaction.putEvents(
        Array.from({ length: 5000 }, (_, i) => ({
          user: `imported ${batch}-${i}`,
          item: 'imported',
          type: 'view',
          timestamp: i,
        })),
      );
      print(`batch ${batch}`);
      await null;
    }
  });
} else if (what === 'large') {
  await store.importAll({ ...importRecord('large'), events: 500_000 }, async (transaction) => {
    await transaction.putItems(importedItems(10));
    for (let batch = 0; batch < 20; batch++) {
      await transaction.putEvents(importedEvents(batch * 5000, 5000, 10));
      print(`batch ${batch}`);
    }
  });
  print('end 20');
  await store.close();
} else {
  const [, items, events] = what.split(':').map(Number);
  print('start');
  await store.importAll(importRecord('whole'), async (transaction) => {
    await transaction.putItems(importedItems(items));
    for (let from = 0; from < events; from += 1000) {
      await transaction.putEvents(importedEvents(from, Math.min(1000, events - from), items));
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  print('end');
  await store.close();
}
