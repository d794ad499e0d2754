/** Writes pairs of events, each pair in one call, until it is killed; prints how many. Arguments: store, item. */
import { openStore } from '@lorekeep/store';

const [file, item] = process.argv.slice(2);
const store = await openStore(file);
for (let written = 0; ; ) {
  const user = `pair-${written}`;
  await store.appendEvents([
    { user, item, type: 'view', timestamp: written },
    { user, item, type: 'cart', timestamp: written },
  ]);
  console.log(++written);
}
