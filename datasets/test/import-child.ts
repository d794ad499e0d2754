/** A process to be killed: imports the files named and says when it is in the middle of writing events. */
import { writeSync } from 'node:fs';
import { openStore } from '@lorekeep/store';
import { importFiles } from '../src/index.ts';

const [path, temporaryDirectory, items, events] = process.argv.slice(2);
const store = await openStore(path);
await importFiles({
  store,
  temporaryDirectory,
  items: [items],
  events: [events],
  progress({ unit, done, note }) {
    if (unit === 'events' && note === 'writing' && done > 20_000) {
      writeSync(1, 'writing\n');
      // The kill comes while this process stands still inside its transaction.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
    }
  },
});
