/** Encodes a store's catalogue slowly, a line for every commit, until the test kills it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@lorekeep/store';
import { encodeCatalogue, loadOnnxEncoder } from '../src/index.ts';

const [store, model] = process.argv.slice(2);
const encoder = await loadOnnxEncoder(model);
await encodeCatalogue({
  store: await openStore(store),
  // The delay keeps commits small: the catalogue is not done before the test has seen the first.
  encoder: { ...encoder, encode: (texts) => sleep(500).then(() => encoder.encode(texts)) },
  progress: ({ done }) => {
    if (done > 0) console.log(done);
  },
});
