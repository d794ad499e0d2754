/** One step of the bench in a process of its own, so that its peak memory is its own. */
import { createRandom } from '@lorekeep/core';
import { type Event, openStore, type Store } from '@lorekeep/store';
import { answer } from '../../measure/child-answer.ts';
import type { Read, Work } from './bench.ts';

const ITEMS = 20_000;
const LIST = 10;
const SURFACES = ['home', 'search', 'category', 'similar'];
const MONTH = 30 * 86_400;
const OPTIONS = { outcomes: ['click', 'purchase'] };
const bits = (mask: number) => (mask & 1) + (mask >>> 1);

const STEPS: Record<Work['what'], (store: Store, impressions: number) => Promise<Omit<Read, 'seconds'>>> = {
  async import(store, impressions) {
    const events = impressions;
    const record = { fingerprint: 'generated', files: ['generated'], contents: [], items: ITEMS, events };
    let outcomes = 0;
    await store.importAll({ ...record, ordinals: false, skipped: 0, at: 0 }, async (transaction) => {
      await transaction.putItems(Array.from({ length: ITEMS }, (_, i) => ({ id: `item-${i}` })));
      for (const batch of generated(impressions)) {
        outcomes += batch.filter(({ type }) => type !== 'impression').length;
        await transaction.putEvents(batch);
      }
    });
    return { rows: impressions, outcomes };
  },

  async batches(store) {
    let rows = 0;
    let outcomes = 0;
    for await (const batch of store.impressions(OPTIONS)) {
      rows += batch.users.length;
      for (const mask of batch.outcomes) outcomes += bits(mask);
    }
    return { rows, outcomes };
  },

  async whole(store) {
    const log = await store.impressionLog(OPTIONS);
    return { rows: log.impressions, outcomes: log.outcomes.reduce((sum, mask) => sum + bits(mask), 0) };
  },
};

function* generated(impressions: number): Generator<Event[]> {
  const random = createRandom(1);
  const users = Math.ceil(impressions / 50);
  let batch: Event[] = [];
  for (let shown = 0; shown < impressions; shown += LIST) {
    const user = `user-${random.int(users)}`;
    const timestamp = 1_735_689_600 + Math.floor((MONTH * shown) / impressions);
    const place = { surface: SURFACES[random.int(SURFACES.length)], request: `list-${shown / LIST}` };
    for (let position = 0; position < LIST; position++) {
      // Few items are shown often.
      const item = `item-${Math.floor(random.next() ** 2 * ITEMS)}`;
      const event = { user, item, timestamp, position, ...place };
      batch.push({ ...event, type: 'impression' });
      if (random.next() >= 0.1) continue;
      batch.push({ ...event, type: 'click', timestamp: timestamp + random.int(60) });
      if (random.next() < 0.125)
        batch.push({ user, item, type: 'purchase', timestamp: timestamp + 60 + random.int(900) });
    }
    if (batch.length < 5000) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

await answer<Work, Read>(async ({ what, path, impressions }) => {
  const store = await openStore(path);
  const started = performance.now();
  const counted = await STEPS[what](store, impressions);
  const seconds = (performance.now() - started) / 1000;
  await store.close();
  return { ...counted, seconds };
});
