/** A process to be killed: imports the given files and prints a line while it is writing events. */
import { writeSync } from 'node:fs';
import { importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';

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
      // The process waits inside its transaction until it is killed.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
    }
  },
});
