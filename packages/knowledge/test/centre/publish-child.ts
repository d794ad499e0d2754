/** Publishes version 2 of the shop batch by batch, with a line for each; the test kills it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openKnowledgeStore } from '@lorekeep/knowledge';
import { SCHEMA, SPACE, shop } from './shop.ts';

const [url, prefix] = process.argv.slice(2);
const store = await openKnowledgeStore(url, prefix === undefined ? {} : { prefix });
async function* entries() {
  for (const batch of shop(2, 100_000)) {
    yield batch;
    console.log('batch');
    await sleep(1);
  }
}
await store.publish(SPACE, { version: 'v2', schema: SCHEMA, entries: entries(), precision: 'fp32' });
