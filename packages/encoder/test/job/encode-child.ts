/**
 * Encodes a store's catalogue slowly until the test kills it. Prints a line at the start and for
 * every commit.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@lorekeep/store';
import { encodeCatalogue, loadOnnxEncoder } from '../../src/index.ts';

const [store, model] = process.argv.slice(2);
const encoder = await loadOnnxEncoder(model);
await encodeCatalogue({
  store: await openStore(store),
  encoder: {
    ...encoder,
    // Delayed, so that the job is not finished before the test sees a commit.
    encode: (texts) => sleep(150).then(() => encoder.encode(texts)),
    work: { characters: 4096, calls: 2 },
  },
  commitSeconds: 0,
  progress: ({ done }) => console.log(done),
});
