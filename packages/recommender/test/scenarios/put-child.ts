/** Stores versions of a scenario. Arguments: file of the store, name, number of versions, mark. */
import { openStore } from '@lorekeep/store';
import { createScenarios } from '../../src/scenarios/scenarios.ts';

const [file, name, count, mark] = process.argv.slice(2);
const store = await openStore(file);
const scenarios = createScenarios(store);
for (let at = 0; at < Number(count); at++) {
  const { version } = await scenarios.put(name, { k: at + 1, surface: mark });
  await scenarios.put(`${mark}-${at}`, {});
  process.stdout.write(`${version}\n`);
}
await store.close();
