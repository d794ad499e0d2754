/** Which events since the training change the linear model, and what they touch. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Event, openStore } from '@lorekeep/store';
import { createLiveEvents, type Learned } from '../../src/engine/live-events.ts';
import { resolveConfig } from '../../src/options/resolve-config.ts';

const ITEMS = Array.from({ length: 60 }, (_, row) => `i${row}`);
let time = 0;
const event = (user: string, row: number, type = 'view'): Event => ({
  user,
  item: ITEMS[row],
  type,
  timestamp: time++,
});
const sorted = (row: { rows: readonly number[]; values: readonly number[] }) =>
  row.rows.map((item, at) => [item, row.values[at]]).sort(([a], [b]) => a - b);

async function opened(before: Event[], limits: { maxPairEvents?: number; maxUserEvents?: number } = {}) {
  const store = await openStore(':memory:');
  await store.upsertItems(ITEMS.map((id) => ({ id })));
  await store.appendEvents(before);
  const { lastArrival } = await store.interactionLog();
  const config = resolveConfig('learn', { events: { ...resolveConfig().events, ...limits } });
  const learned: Learned[] = [];
  const liveFrom = (arrival: number | undefined) =>
    createLiveEvents({
      store,
      manifest: { config, data: { fingerprint: '', users: 0, items: 0, events: 0, lastArrival: arrival } },
      rowOf: (id) => (ITEMS.includes(id) ? ITEMS.indexOf(id) : undefined),
      learn: (found) => learned.push(found),
    });
  return { store, learned, lastArrival, live: liveFrom(lastArrival), liveFrom };
}

test('a user is counted before and after new events, and the items of the events come first', async () => {
  const { store, learned, live } = await opened([event('a', 0), event('a', 1), event('b', 2)]);
  await live?.catchUp();
  assert.equal(learned.length, 0, 'nothing has come');
  await store.appendEvents([event('a', 5), event('a', 1), event('b', 3, 'impression')]);
  await live?.catchUp();
  assert.equal(learned.length, 1);
  const [{ changes, touched }] = learned;
  assert.deepEqual(touched, [5, 1, 0]);
  assert.equal(changes.length, 1);
  assert.deepEqual(sorted(changes[0].before), [
    [0, 1],
    [1, 1],
  ]);
  assert.deepEqual(sorted(changes[0].after), [
    [0, 1],
    [1, 1],
    [5, 1],
  ]);
  await live?.catchUp();
  assert.equal(learned.length, 1, 'each event is taken in once');
  await store.close();
});

test('steps and one step touch the same items, and count the same in sum', async () => {
  const steps: Event[][] = [[event('a', 7), event('c', 1)], [event('a', 8)], [event('c', 2), event('a', 9)]];
  const { store, learned, live, liveFrom, lastArrival } = await opened([event('a', 0), event('a', 1)]);
  for (const step of steps) {
    await store.appendEvents(step);
    await live?.catchUp();
  }
  const stepwise = learned.splice(0);
  await liveFrom(lastArrival)?.catchUp();
  const [once] = learned;
  const touchedIn = (found: Learned[]) => [...new Set(found.flatMap(({ touched }) => touched))].sort((a, b) => a - b);
  assert.deepEqual(touchedIn(stepwise), touchedIn([once]));
  assert.deepEqual(sorted(once.changes[0].after), sorted(stepwise[2].changes.at(-1)!.after));
  assert.deepEqual(sorted(once.changes[0].before), sorted(stepwise[0].changes[0].before));
  await store.close();
});

test('values are the largest weight of the first events of a pair', async () => {
  const before = [event('a', 0), event('a', 1)];
  const { store, learned, live } = await opened(before, { maxPairEvents: 2 });
  await store.setEventRules({ types: { purchase: { weight: 3 }, view: { weight: 1 } } });
  await store.appendEvents([event('a', 0, 'purchase'), event('a', 1), event('a', 1, 'purchase')]);
  await live?.catchUp();
  assert.deepEqual(
    sorted(learned[0].changes[0].after),
    [
      [0, 3],
      [1, 1],
    ],
    'the third event of a pair does not count',
  );
  assert.deepEqual(learned[0].touched, [0, 1]);
  await store.close();
});

test('an event touches its item and at most 20 others, and a user with too many events nothing', async () => {
  const { store, learned, live } = await opened(
    Array.from({ length: 40 }, (_, row) => event('a', row)),
    { maxUserEvents: 41 },
  );
  await store.appendEvents([event('a', 50)]);
  await live?.catchUp();
  assert.deepEqual(learned[0].touched, [50, ...Array.from({ length: 20 }, (_, at) => 39 - at)]);
  await store.appendEvents([event('a', 51)]);
  await live?.catchUp();
  assert.equal(learned.length, 1);
  await store.close();
});

test('items that are not in the catalogue are left out, and an older bundle moves nothing', async () => {
  const { store, learned, live, liveFrom } = await opened([event('a', 0)]);
  assert.equal(liveFrom(undefined), undefined);
  await store.upsertItems([{ id: 'elsewhere' }]);
  await store.appendEvents([{ ...event('a', 1), item: 'elsewhere' }]);
  await live?.catchUp();
  assert.equal(learned.length, 0);
  await store.close();
});

test('after `stop` nothing is taken in', async () => {
  const { store, learned, live } = await opened([event('a', 0)]);
  await store.appendEvents([event('a', 1)]);
  const running = live?.catchUp();
  live?.stop();
  await running;
  await live?.catchUp();
  assert.equal(learned.length, 0);
  await store.close();
});
