/** The event log: atomic batches, order, histories, typed arrays. */
import assert from 'node:assert/strict';
import type { Item } from '../contract/catalogue.ts';
import type { Event } from '../contract/event-log.ts';
import { fingerprintOf } from '../contract/log-fingerprint.ts';
import { at, type Check, code, collect } from './support.ts';

export function eventsChecks(check: Check): void {
  check('a batch with one bad item or event leaves nothing behind', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }]);
    const bad: unknown[] = [
      { id: '' },
      { id: 'x'.repeat(257) },
      { id: 5 },
      {},
      null,
      { id: '\ud800' },
      { id: 'b', price: Number.NaN },
      { id: 'b', categories: 'x' },
      { id: 'b', fields: { deep: {} } },
      { id: 'b', title: 7 },
    ];
    for (const item of bad) {
      await assert.rejects(store.upsertItems([{ id: 'good' }, item as Item]), code('ITEM_INVALID'));
    }
    const badEvents: unknown[] = [
      { ...at('u', 'a', 1), user: '' },
      { ...at('u', 'a', 1), type: '' },
      { ...at('u', 'a', 1), type: 'x'.repeat(65) },
      at('u', 'a', Number.POSITIVE_INFINITY),
      { ...at('u', 'a', 1), rating: Number.NaN },
      { ...at('u', 'a', 1), position: -1 },
      { ...at('u', 'a', 1), position: 0.5 },
      { ...at('u', 'a', 1), surface: 3 },
      { user: 'u', item: 'a', type: 'view' },
    ];
    for (const event of badEvents) {
      await assert.rejects(store.appendEvents([at('u', 'a', 1), event as Event]), code('EVENT_INVALID'));
    }
    await assert.rejects(store.appendEvents([at('u', 'a', 1), at('v', 'nope', 1)]), (error) => {
      code('EVENT_UNKNOWN_ITEM')(error);
      assert.deepEqual((error as { details?: object }).details, { index: 1, item: 'nope' });
      return true;
    });
    assert.deepEqual(await store.counts(), { items: 1, users: 0, events: 0 });
  });

  check('events come back exactly, in order of arrival, also by type', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
    const events: Event[] = [
      { ...at('ü', 'b', 5.25, 'purchase'), rating: 4.5, surface: 'home', session: 's1', position: 0 },
      at('v', 'a', -3),
      at('ü', 'a', 1e11, 'impression'),
      at('v', 'a', -3),
    ];
    assert.equal(await store.lastTimestamp(), undefined);
    await store.appendEvents(events.slice(0, 1));
    await store.appendEvents(events.slice(1));
    assert.equal(await store.lastTimestamp(), 1e11);
    assert.deepEqual(await collect(store.events({ batchSize: 3 })), events);
    assert.deepEqual(await collect(store.events({ types: ['view', 'never'], batchSize: 1 })), [events[1], events[3]]);
    assert.deepEqual(await collect(store.events({ types: [] })), []);
    // Milliseconds would be the newest event for ever.
    await assert.rejects(store.appendEvents([at('v', 'a', 1_700_000_000_000)]), code('EVENT_INVALID'));
    assert.deepEqual(await store.counts(), { items: 2, users: 2, events: 4 });
  });

  check('events with the same id are one event, and the first counts', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
    const first: Event = { id: 'e1', ...at('u', 'a', 1), request: 'r1' };
    assert.equal(await store.appendEvents([first, { id: 'e1', ...at('v', 'b', 2) }, at('u', 'b', 3)]), 2);
    assert.equal(await store.appendEvents([{ id: 'e1', ...at('v', 'b', 2) }, at('u', 'b', 3)]), 1);
    assert.deepEqual(await collect(store.events()), [first, at('u', 'b', 3), at('u', 'b', 3)]);
    await assert.rejects(store.appendEvents([{ ...first, id: '' }]), code('EVENT_INVALID'));
    await assert.rejects(store.appendEvents([{ ...first, request: 'x'.repeat(257) }]), code('EVENT_INVALID'));
  });

  check('a history is the last items oldest first, by time then arrival, without passive events', async ({ store }) => {
    await store.upsertItems(['a', 'b', 'c', 'd'].map((id) => ({ id })));
    await store.appendEvents([at('u', 'c', 3), at('u', 'a', 1), at('u', 'b', 1), at('u', 'd', 2, 'impression')]);
    await store.appendEvents([at('u', 'a', 3), at('v', 'd', 9, 'impression')]);
    assert.deepEqual(await store.histories(['u', 'who', 'v', 'u'], 10), [
      ['a', 'b', 'c', 'a'],
      [],
      [],
      ['a', 'b', 'c', 'a'],
    ]);
    assert.deepEqual(await store.histories(['u'], 2), [['c', 'a']]);
    assert.deepEqual(await store.histories(['u'], 0), [[]]);
    await assert.rejects(store.histories(['u'], -1), code('STORE_ARGUMENT'));
  });

  check('choices are the events of histories, and tell which are new', async ({ store }) => {
    await store.upsertItems(['a', 'b', 'c'].map((id) => ({ id })));
    assert.deepEqual(await store.usersSince(-1), { users: [], arrival: -1 });
    assert.equal((await store.interactionLog()).lastArrival, -1);
    await store.appendEvents([at('u', 'c', 3), at('u', 'a', 1, 'purchase'), at('v', 'a', 1)]);
    const { lastArrival = 0 } = await store.interactionLog();
    assert.deepEqual(await store.usersSince(-1), { users: ['u', 'v'], arrival: lastArrival });
    assert.deepEqual(await store.usersSince(lastArrival), { users: [], arrival: lastArrival });
    await store.appendEvents([at('w', 'a', 9), at('v', 'b', 8, 'impression'), at('u', 'b', 2), at('u', 'b', 0)]);
    const { users, arrival } = await store.usersSince(lastArrival);
    assert.deepEqual(users, ['w', 'u']);
    assert.ok(arrival > lastArrival);
    const found = (await store.choices(['u', 'who', 'w'], 3)).map((own) =>
      own.map(({ item, weight, arrival }) => [item, weight, arrival > lastArrival]),
    );
    assert.deepEqual(found, [
      [
        ['a', 1, false],
        ['b', 1, true],
        ['c', 1, false],
      ],
      [],
      [['a', 1, true]],
    ]);
    await store.setEventRules({ types: { purchase: { weight: 3 }, view: { role: 'ignored' } } });
    assert.deepEqual(
      (await store.choices(['u'], 10)).flat().map(({ item, weight }) => [item, weight]),
      [['a', 3]],
    );
  });

  check('the log equals what a plain loop over all events finds', async ({ store }) => {
    const items = Array.from({ length: 50 }, (_, i) => ({ id: `i${i}` }));
    await store.upsertItems(items);
    const events: Event[] = [];
    let seed = 7;
    const random = (bound: number) => (seed = (seed * 48271) % 2147483647) % bound;
    for (let i = 0; i < 10_000; i++) {
      const type = random(5) === 0 ? 'impression' : 'view';
      events.push(at(`u${random(300)}`, `i${random(50)}`, random(40), type));
    }
    for (let i = 0; i < events.length; i += 999) await store.appendEvents(events.slice(i, i + 999));

    const log = await store.interactionLog();
    const users = [...new Set(events.map((event) => event.user))];
    assert.deepEqual(log.userIds, users);
    assert.deepEqual(
      log.itemIds,
      items.map((item) => item.id),
    );
    for (let u = 0; u < users.length; u++) {
      const expected = events
        .filter((event) => event.user === users[u] && event.type !== 'impression')
        .sort((a, b) => a.timestamp - b.timestamp);
      const from = log.offsets[u];
      const to = log.offsets[u + 1];
      assert.deepEqual(
        [...log.items.subarray(from, to)].map((row) => log.itemIds[row]),
        expected.map((e) => e.item),
      );
      assert.deepEqual(
        [...log.timestamps.subarray(from, to)],
        expected.map((e) => e.timestamp),
      );
    }
    assert.equal(log.items.length, events.filter((event) => event.type !== 'impression').length);
    assert.equal(log.fingerprint, fingerprintOf(log));
    assert.equal((await store.interactionLog()).fingerprint, log.fingerprint);
    await store.appendEvents([at('u1', 'i1', 99, 'impression')]);
    assert.equal((await store.interactionLog()).fingerprint, log.fingerprint);
    await store.appendEvents([at('u1', 'i1', 99)]);
    assert.notEqual((await store.interactionLog()).fingerprint, log.fingerprint);
  });
}
