/** Reads a store for reading only, tries to write, and sends both results to its parent. */
import { openStore } from '@lorekeep/store';

const store = await openStore(process.argv[2], { readOnly: true });
const ids: string[] = [];
for await (const batch of store.items()) ids.push(...batch.map(({ id }) => id));
const refused = await store.upsertItems([{ id: 'new' }]).then(
  () => 'written',
  (error) => error.code,
);
await store.close();
process.send?.({ ids, refused });
process.disconnect?.();
