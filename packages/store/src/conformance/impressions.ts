/** The impression log: attribution, order, batches, and the same log from any size of batches. */
import assert from 'node:assert/strict';
import type { Event } from '../contract/event-log.ts';
import { createImpressionHash } from '../contract/impressions/impression-hash.ts';
import type { ImpressionBatch, ImpressionLogOptions } from '../contract/impressions/impression-log.ts';
import type { Store } from '../contract/store.ts';
import { type Check, code, record } from './support.ts';

const shown = (user: string, item: string, timestamp: number, rest: Partial<Event> = {}): Event => ({
  user,
  item,
  type: 'impression',
  timestamp,
  ...rest,
});
const did = (type: string, user: string, item: string, timestamp: number, rest: Partial<Event> = {}): Event => ({
  user,
  item,
  type,
  timestamp,
  ...rest,
});

export function impressionsChecks(check: Check): void {
  check('an outcome goes to its request, else to the latest impression of the window', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
    const rows = async (events: Event[], options: ImpressionLogOptions = {}) => {
      const before = (await store.impressionLog(options)).users.length;
      await store.appendEvents(events);
      const { outcomes, outcomeNames, unattributed } = await store.impressionLog(options);
      return { outcomes: [...outcomes.subarray(before)], outcomeNames, unattributed };
    };
    const options = { outcomes: ['click', 'purchase'], window: 100 };
    // Each case has users of its own and later times, so that its rows come last.
    const cases: [title: string, events: Event[], outcomes: number[]][] = [
      ['the latest before it', [shown('1', 'a', 10), shown('1', 'a', 20), did('click', '1', 'a', 30)], [0, 1]],
      ['at the end of the window', [shown('2', 'a', 100), did('click', '2', 'a', 200)], [1]],
      ['after the window', [shown('3', 'a', 200), did('click', '3', 'a', 300.5)], [0]],
      [
        'another item and another user',
        [shown('4', 'a', 310), did('click', '4', 'b', 311), did('click', '5', 'a', 311)],
        [0],
      ],
      ['before the impression', [did('click', '6', 'a', 319), shown('6', 'a', 320)], [0]],
      [
        'of the same time, arrived before it',
        [did('click', '7', 'a', 330), shown('7', 'a', 330), shown('7', 'a', 330)],
        [1, 0],
      ],
      [
        'of the same time, in turns',
        [shown('8', 'a', 340), did('click', '8', 'a', 340), shown('8', 'a', 340), did('purchase', '8', 'a', 340)],
        [1, 2],
      ],
      [
        'by request, not the latest',
        [shown('9', 'a', 350, { request: 'r' }), shown('9', 'a', 360), did('click', '9', 'a', 370, { request: 'r' })],
        [1, 0],
      ],
      [
        'by request, long after',
        [shown('10', 'a', 380, { request: 'r' }), did('purchase', '10', 'a', 9999, { request: 'r' })],
        [2],
      ],
      [
        'by request, with a clock that is behind',
        [
          shown('11', 'a', 390, { request: 'r' }),
          shown('11', 'a', 391, { request: 'r' }),
          did('click', '11', 'a', 1, { request: 'r' }),
        ],
        [1, 0],
      ],
      [
        'of another request',
        [shown('12', 'a', 400, { request: 'r' }), did('click', '12', 'a', 401, { request: 's' })],
        [0],
      ],
      [
        'of a request whose impression names none',
        [
          shown('13', 'a', 410),
          shown('13', 'a', 411, { request: 'r' }),
          did('click', '13', 'a', 412, { request: 's' }),
        ],
        [1, 0],
      ],
      [
        'without a request, of an impression with one',
        [shown('14', 'a', 420, { request: 'r' }), did('click', '14', 'a', 421)],
        [1],
      ],
      ['two of a kind', [shown('15', 'a', 430), did('click', '15', 'a', 431), did('click', '15', 'a', 432)], [1]],
      ['of a type that is no outcome', [shown('16', 'a', 440), did('view', '16', 'a', 441)], [0]],
    ];
    for (const [title, events, expected] of cases) {
      assert.deepEqual((await rows(events, options)).outcomes, expected, title);
    }
    const { outcomeNames, unattributed } = await store.impressionLog(options);
    assert.deepEqual(
      [outcomeNames, unattributed],
      [
        ['click', 'purchase'],
        [5, 0],
      ],
    );
  });

  check(
    'rows have user, item, time, surface, position and request, in order of time and arrival',
    async ({ store }) => {
      await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
      await store.upsertUsers([{ id: 'without events' }]);
      await store.appendEvents([
        shown('u', 'b', 7, { surface: 'home', position: 3, request: 'r1' }),
        did('like', 'v', 'a', 1),
        shown('v', 'a', 5.5, { surface: 'search', position: 0, request: 'r2' }),
        shown('v', 'b', 7),
        shown('u', 'a', 6, { surface: 'home', request: 'r1' }),
      ]);
      const log = await store.impressionLog();
      const { users, items, timestamps, surfaces, positions, requests, outcomes, fingerprint, ...names } = log;
      assert.deepEqual(names, {
        userIds: ['without events', 'u', 'v'],
        itemIds: ['a', 'b'],
        surfaceNames: ['search', 'home'],
        outcomeNames: ['like'],
        impressions: 4,
        unattributed: [1],
      });
      assert.deepEqual([...users], [2, 1, 1, 2]);
      assert.deepEqual([...items], [0, 0, 1, 1]);
      assert.deepEqual([...timestamps], [5.5, 6, 7, 7]);
      assert.deepEqual([...surfaces], [0, 1, 1, -1]);
      assert.deepEqual([...positions], [0, -1, 3, -1]);
      assert.deepEqual([...outcomes], [0, 0, 0, 0]);
      assert.equal(requests[1], requests[2]);
      assert.notEqual(requests[0], requests[1]);
      assert.ok(requests[0] > 0 && Number.isSafeInteger(requests[0]));
      assert.equal(requests[3], 0);
      assert.match(fingerprint, /^[0-9a-f]{64}$/);

      const other = await store.impressionLog({ impressions: ['like'], outcomes: ['impression'], window: 10 });
      assert.deepEqual([[...other.users], [...other.outcomes], other.unattributed], [[2], [1], [3]]);
    },
  );

  check('a log without impressions is empty and has its names', async ({ store }) => {
    const empty = await store.impressionLog();
    assert.deepEqual([empty.impressions, empty.users.length, empty.outcomeNames], [0, 0, []]);
    assert.equal(await store.countImpressions(), 0);
    await store.upsertItems([{ id: 'a' }]);
    await store.appendEvents([did('click', 'u', 'a', 1)]);
    const log = await store.impressionLog({ outcomes: ['like', 'click'] });
    assert.deepEqual([log.userIds, log.itemIds, log.outcomeNames], [['u'], ['a'], ['like', 'click']]);
    assert.deepEqual([log.impressions, log.unattributed], [0, [0, 1]]);
    assert.notEqual(log.fingerprint, empty.fingerprint);
    assert.equal((await Array.fromAsync(store.impressions())).length, 1);
  });

  check('options out of their limits are refused', async ({ store }) => {
    const many = Array.from({ length: 33 }, (_, i) => `t${i}`);
    const bad: (ImpressionLogOptions & { batchSize?: number })[] = [
      { window: -1 },
      { window: Number.NaN },
      { outcomes: many },
      { outcomes: [''] },
      { outcomes: ['click', 'click'] },
      { outcomes: ['impression'] },
      { impressions: ['x'.repeat(65)] },
    ];
    for (const options of bad) await assert.rejects(store.impressionLog(options), code('STORE_ARGUMENT'));
    await assert.rejects(Array.fromAsync(store.impressions({ batchSize: 0 })), code('STORE_ARGUMENT'));
    await store.upsertItems([{ id: 'a' }]);
    await store.appendEvents(many.map((type) => did(type, 'u', 'a', 1)));
    await assert.rejects(store.impressionLog(), code('STORE_ARGUMENT'));
    await store.appendEvents([shown('u', 'a', 1)]);
    const { outcomes } = await store.impressionLog({ outcomes: many.slice(0, 32) });
    assert.deepEqual([...outcomes], [0xffffffff]);
  });

  check('random logs are attributed as plain loops do it', async ({ store }) => {
    let seed = 3;
    const random = (bound: number) => (seed = (seed * 48271) % 2147483647) % bound;
    await store.upsertItems(Array.from({ length: 6 }, (_, i) => ({ id: `i${i}` })));
    const types = ['impression', 'impression', 'impression', 'click', 'like', 'view'];
    const events: Event[] = Array.from({ length: 4000 }, () => {
      const event: Event = did(types[random(6)], `u${random(12)}`, `i${random(6)}`, random(300));
      if (random(3) === 0) event.request = `r${random(40)}`;
      if (random(2) === 0) event.surface = `s${random(3)}`;
      if (random(2) === 0) event.position = random(9);
      return event;
    });
    for (let i = 0; i < events.length; i += 777) await store.appendEvents(events.slice(i, i + 777));
    for (const window of [0, 5, 60, Number.POSITIVE_INFINITY]) {
      const wanted = ['click', 'like'];
      const expected = inPlainLoops(events, wanted, window);
      const log = await store.impressionLog({ outcomes: wanted, window });
      assert.deepEqual(log.unattributed, expected.unattributed, `window ${window}`);
      const rows = Array.from(log.users, (user, row) => ({
        user: log.userIds[user],
        item: log.itemIds[log.items[row]],
        timestamp: log.timestamps[row],
        surface: log.surfaceNames[log.surfaces[row]],
        position: log.positions[row] < 0 ? undefined : log.positions[row],
        hasRequest: log.requests[row] > 0,
        outcomes: wanted.filter((_, bit) => log.outcomes[row] & (1 << bit)),
      }));
      assert.deepEqual(rows, expected.rows, `window ${window}`);
      await checkBatches(store, { outcomes: wanted, window }, log.fingerprint);
    }
  });

  check('hidden rows of an import are not seen, and batches do not see later writes', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }]);
    await store.appendEvents([shown('u', 'a', 1), did('click', 'u', 'a', 2), shown('u', 'a', 3)]);
    const batches = store.impressions({ batchSize: 1 })[Symbol.asyncIterator]();
    const first: ImpressionBatch = (await batches.next()).value;
    await store.importAll(record('f'), async (transaction) => {
      await transaction.putEvents([shown('w', 'a', 0), did('click', 'u', 'a', 3), shown('w', 'a', 9)]);
      const log = await store.impressionLog();
      assert.deepEqual([log.impressions, [...log.outcomes], log.userIds], [2, [1, 0], ['u']]);
      assert.equal(await store.countImpressions(), 2);
    });
    const second: ImpressionBatch = (await batches.next()).value;
    assert.deepEqual([first.timestamps[0], second.timestamps[0], second.outcomes[0]], [1, 3, 0]);
    assert.equal(second.names, first.names);
    assert.equal((await batches.next()).done, true);
    const log = await store.impressionLog();
    assert.deepEqual(
      [[...log.timestamps], [...log.outcomes]],
      [
        [0, 1, 3, 9],
        [0, 1, 1, 0],
      ],
    );
    // A reader who stops early leaves the store usable.
    for await (const _ of store.impressions({ batchSize: 1 })) break;
    await store.appendEvents([shown('x', 'a', 1)]);
    assert.equal((await store.impressionLog()).impressions, 5);
    assert.equal(await store.countImpressions(), 5);
  });
}

async function checkBatches(store: Store, options: ImpressionLogOptions, fingerprint: string): Promise<void> {
  for (const batchSize of [1, 333, 100_000]) {
    const hash = createImpressionHash();
    let names: ImpressionBatch['names'] | undefined;
    let rows = 0;
    for await (const batch of store.impressions({ ...options, batchSize })) {
      hash.update(batch);
      names = batch.names;
      rows += batch.users.length;
      assert.ok(batch.users.length === batchSize || rows === names.impressions);
    }
    assert.equal(rows, names!.impressions);
    assert.equal(hash.digest(names!), fingerprint);
  }
}

/** The rules of `ImpressionLog`, one impression and one outcome at a time. */
function inPlainLoops(events: Event[], wanted: string[], window: number) {
  const impressions = events
    .map((event, arrival) => ({ ...event, arrival, outcomes: new Set<string>() }))
    .filter(({ type }) => type === 'impression');
  const unattributed = wanted.map(() => 0);
  events.forEach((outcome, arrival) => {
    if (!wanted.includes(outcome.type)) return;
    const same = impressions.filter(({ user, item }) => user === outcome.user && item === outcome.item);
    const ofRequest = same.filter(({ request }) => request !== undefined && request === outcome.request);
    const isKnown = ofRequest.length > 0;
    const candidates = isKnown
      ? ofRequest
      : same.filter(
          ({ request, timestamp }) =>
            (outcome.request === undefined || request === undefined) && outcome.timestamp - timestamp <= window,
        );
    let best: (typeof impressions)[number] | undefined;
    for (const one of candidates) {
      if (one.timestamp > outcome.timestamp) continue;
      if (best === undefined || one.timestamp > best.timestamp) best = one;
      else if (one.timestamp === best.timestamp && one.arrival < arrival) best = one;
    }
    if (best === undefined && isKnown) best = candidates.toSorted((a, b) => a.timestamp - b.timestamp)[0];
    if (best === undefined) unattributed[wanted.indexOf(outcome.type)]++;
    else best.outcomes.add(outcome.type);
  });
  const rows = impressions
    .toSorted((a, b) => a.timestamp - b.timestamp)
    .map(({ user, item, timestamp, surface, position, request, outcomes }) => ({
      user,
      item,
      timestamp,
      surface,
      position,
      hasRequest: request !== undefined,
      outcomes: wanted.filter((type) => outcomes.has(type)),
    }));
  return { rows, unattributed };
}
