/** A process to be killed: writes to the store named, and prints a line for every acknowledged write. */
import { writeSync } from 'node:fs';
import { openStore } from '@lorekeep/store';

const [path, what] = process.argv.slice(2);
const store = await openStore(path);
const say = (line: string) => writeSync(1, `${line}\n`);

if (what === 'import') {
  const nothing = { files: [], contents: [], items: 0, events: 0, ordinals: false, skipped: 0 };
  await store.importAll({ ...nothing, fingerprint: 'killed', at: 0 }, async (transaction) => {
    await transaction.putItems([{ id: 'imported' }]);
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
      say(`batch ${batch}`);
      await null;
    }
  });
} else {
  for (let call = 0; ; call++) {
    await store.appendEvents(
      Array.from({ length: 20 }, (_, i) => ({ user: `call ${call}`, item: 'a', type: 'view', timestamp: i })),
    );
    say(`call ${call}`);
  }
}
