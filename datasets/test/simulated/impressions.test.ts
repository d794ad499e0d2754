/** The impression log of the simulated shop: every outcome is found on the page that it came from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importSimulatedShop, simulateShop } from '@lorekeep/datasets';
import { type Event, openStore } from '@lorekeep/store';

test('every click, cart and purchase belongs to the impression on its page', async () => {
  const options = { events: 20_000, seed: 11 };
  const store = await openStore(':memory:');
  try {
    await importSimulatedShop(store, options);
    const events = [...simulateShop(options).events()];
    const shown = events.filter(({ type }) => type === 'impression');
    const key = ({ request, item }: Event) => `${request} ${item}`;
    const wanted = ['click', 'cart', 'purchase'];
    const done = new Set(events.map((event) => `${key(event)} ${event.type}`));
    assert.equal(new Set(shown.map(key)).size, shown.length, 'a page shows an item once');

    const log = await store.impressionLog({ outcomes: wanted });
    assert.deepEqual(log.unattributed, [0, 0, 0]);
    const found = Array.from(log.users, (user, row) => ({
      user: log.userIds[user],
      item: log.itemIds[log.items[row]],
      timestamp: log.timestamps[row],
      surface: log.surfaceNames[log.surfaces[row]],
      position: log.positions[row],
      outcomes: wanted.filter((_, bit) => (log.outcomes[row] >> bit) & 1),
    }));
    const expected = shown.map((event) => ({
      user: event.user,
      item: event.item,
      timestamp: event.timestamp,
      surface: event.surface,
      position: event.position,
      outcomes: wanted.filter((type) => done.has(`${key(event)} ${type}`)),
    }));
    assert.deepEqual(found, expected);
    const pages = new Map<number, Set<string>>();
    for (const [row, { request }] of shown.entries()) {
      const number = log.requests[row];
      pages.set(number, (pages.get(number) ?? new Set()).add(request!));
    }
    assert.equal(pages.size, new Set(shown.map(({ request }) => request)).size);
    assert.ok([...pages.values()].every(({ size }) => size === 1));
  } finally {
    await store.close();
  }
});
