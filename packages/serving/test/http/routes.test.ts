/** What each route answers, over real connections to a real port. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Engine, openEngine } from '@lorekeep/recommender';
import { openShop, type Shop, topicOf } from '@lorekeep/testing';
import { createServer, type Server } from '../../src/index.ts';
import { type Client, clientOf, QUIET, refused } from './client.ts';

describe('routes', () => {
  let shop: Shop;
  let engine: Engine;
  let server: Server;
  let get: Client['get'];
  let post: Client['post'];

  before(async () => {
    shop = await openShop();
    engine = await openEngine(shop);
    server = createServer(engine, QUIET);
    ({ get, post } = clientOf(await server.listen()));
  });
  after(async () => {
    await server?.close();
    await engine?.close();
    await shop?.close();
  });

  test('recommends to a known user and for an anonymous history', async () => {
    const known = await post('/v1/recommend', { user: 'user-0', k: 4, withItems: true });
    assert.equal(known.status, 200);
    assert.equal(known.body.source, 'linear');
    assert.equal(known.body.version, engine.stats().version);
    assert.equal(known.body.items.length, 4);
    assert.match(known.body.items[0].item.title, /garden/);
    const anonymous = await post('/v1/recommend', { history: ['music-1', 'gone'], filter: { price: { max: 9 } } });
    assert.equal(anonymous.status, 200);
    assert.deepEqual(anonymous.body.unknownItems, ['gone']);
    assert.ok(anonymous.body.items.every(({ id }: { id: string }) => Number(id.split('-')[1]) <= 9));
  });

  test('a list has the id of its answer, and its outcomes are attributed by it', async () => {
    const lists = [
      await post('/v1/recommend', { user: 'user-1', k: 2 }),
      await get('/v1/items/kitchen-4/similar?k=2'),
      await post('/v1/items/kitchen-4/similar', { k: 2 }),
    ];
    for (const { body, headers } of lists) assert.equal(body.request, headers.get('x-request-id'));
    assert.equal(new Set(lists.map(({ body }) => body.request)).size, 3);
    assert.match((await engine.recommend({ user: 'user-1' })).request, /^[0-9a-f-]{36}$/);
    assert.notEqual((await engine.similar('kitchen-4')).request, (await engine.similar('kitchen-4')).request);

    const shown = lists.flatMap(({ body: { request, items } }) =>
      items.map(({ id }: { id: string }, position: number) => ({ user: 'visitor', item: id, request, position })),
    );
    await post('/v1/events', [
      ...shown.map((event) => ({ ...event, type: 'impression', timestamp: 1_700_000_000 })),
      // A day later, which is beyond the window for outcomes that name no list.
      { ...shown[1], type: 'click', timestamp: 1_700_086_400 },
    ]);
    const { users, userIds, outcomes, positions } = await shop.store.impressionLog({ outcomes: ['click'] });
    const own = [...users.keys()].filter((row) => userIds[users[row]] === 'visitor');
    assert.equal(own.length, 6);
    const clicked = own.filter((row) => outcomes[row] === 1);
    assert.deepEqual([clicked.length, positions[clicked[0]]], [1, 1]);
  });

  test('an unknown user and a history of unknown items get popular items, with 200', async () => {
    for (const request of [{ user: 'nobody' }, { history: ['gone'] }, { history: [] }]) {
      const { status, body } = await post('/v1/recommend', request);
      assert.deepEqual([status, body.source, body.items[0].id], [200, 'popularity', 'music-7']);
    }
  });

  test('k larger than the catalogue gives everything that passes', async () => {
    const { status, body } = await post('/v1/recommend', { history: ['music-1'], k: 1000, filter: { brand: 'Acme' } });
    assert.deepEqual([status, body.items.length], [200, 40]);
  });

  test('finds similar items and gives an item', async () => {
    const similar = await get('/v1/items/kitchen-4/similar?k=3');
    assert.deepEqual([similar.status, similar.body.items.length], [200, 3]);
    assert.deepEqual([...new Set(similar.body.items.map(({ id }: { id: string }) => topicOf(id)))], ['kitchen']);
    assert.equal((await get('/v1/items/kitchen-4/similar')).body.items.length, 10);
    assert.ok((await get('/v1/items/kitchen-4/similar?withItems=true')).body.items[0].item.title);
    const filter = { price: { max: 9 }, fields: {} };
    const filtered = await post('/v1/items/kitchen-4/similar', { k: 3, filter });
    assert.deepEqual([filtered.status, filtered.body.items.length], [200, 3]);
    assert.ok(filtered.body.items.every(({ id }: { id: string }) => Number(id.split('-')[1]) <= 9));
    assert.deepEqual((await post('/v1/items/kitchen-4/similar', { k: 3 })).body.items, similar.body.items);
    const misspelt = await post('/v1/items/kitchen-4/similar', { filter: { fields: { colur: 'red' } } });
    assert.deepEqual([misspelt.body.items, misspelt.body.unknownFields], [[], ['colur']]);
    const { status, body } = await get('/v1/items/kitchen-4');
    assert.deepEqual([status, body.item], [200, shop.items.find(({ id }) => id === 'kitchen-4')]);
    assert.equal(body.retrievable, true);
  });

  test('an upserted item is retrievable by its text in the very next request', async () => {
    const item = { id: 'http-1', title: 'bicycle saddle pedal brake', categories: ['bicycle'], price: 77 };
    const { status, body } = await post('/v1/items', item);
    assert.deepEqual([status, body.upserted, body.encoded], [200, 1, 1]);
    const found = await post('/v1/recommend', { history: ['bicycle-1', 'bicycle-2'], filter: { price: 77 } });
    assert.deepEqual(
      found.body.items.map(({ id }: { id: string }) => id),
      ['http-1'],
    );
    const near = await get('/v1/items/http-1/similar?k=5');
    assert.deepEqual([...new Set(near.body.items.map(({ id }: { id: string }) => topicOf(id)))], ['bicycle']);
    const batch = [
      { id: 'http-2', title: 'music drum' },
      { id: 'http-3', title: 'music flute' },
    ];
    assert.deepEqual((await post('/v1/items', batch)).body.upserted, 2);
  });

  test('an appended event is used in the very next recommendation', async () => {
    assert.equal((await post('/v1/recommend', { user: 'http-user' })).body.source, 'popularity');
    const { status, body } = await post('/v1/events', { user: 'http-user', item: 'music-2', type: 'click' });
    assert.deepEqual([status, body], [200, { appended: 1 }]);
    const answer = await post('/v1/recommend', { user: 'http-user', k: 3 });
    assert.equal(answer.body.source, 'linear');
    assert.deepEqual([...new Set(answer.body.items.map(({ id }: { id: string }) => topicOf(id)))], ['music']);
    const batch = Array.from({ length: 1000 }, (_, n) => ({
      user: `batch-${n}`,
      item: 'garden-1',
      timestamp: 1_700_000_000 + n,
    }));
    assert.deepEqual((await post('/v1/events', batch)).body, { appended: 1000 });
    assert.deepEqual(await shop.store.histories(['batch-999'], 5), [['garden-1']]);
  });

  test('users get attributes, which replace the former ones as a whole', async () => {
    const ann = { id: 'ann', attributes: { country: 'fi', age: 30, premium: true, likes: ['jazz'] } };
    assert.deepEqual(await post('/v1/users', ann).then(({ status, body }) => [status, body]), [200, { upserted: 1 }]);
    assert.deepEqual((await get('/v1/users/ann')).body, { user: ann });
    const batch = [{ id: 'bob' }, { id: 'ann', attributes: { country: 'ee' } }, { id: 'bob', attributes: { age: 5 } }];
    assert.deepEqual((await post('/v1/users', batch)).body, { upserted: 2 });
    assert.deepEqual((await get('/v1/users/ann')).body, { user: batch[1] });
    assert.deepEqual(await shop.store.getUsers(['bob']), [batch[2]]);
    assert.equal((await post('/v1/recommend', { user: 'ann' })).body.source, 'popularity');
    assert.deepEqual((await get('/v1/users/user-0')).body, { user: { id: 'user-0' } });
    refused(await get('/v1/users/gone'), 404, 'USER_NOT_FOUND');
    const before = await shop.store.counts();
    const bad = [{ id: 'c' }, { id: 'd', attributes: { deep: {} } }];
    refused(await post('/v1/users', bad), 400, 'REQUEST_INVALID');
    refused(await post('/v1/users', { id: 'c', name: 'Cy' }), 400, 'REQUEST_INVALID');
    refused(await post('/v1/users', []), 400, 'REQUEST_INVALID');
    assert.deepEqual(await shop.store.counts(), before);
  });

  test('impressions and clicks that name a request become one row of the impression log', async () => {
    const shown = { user: 'shown-1', type: 'impression', surface: 'home', request: 'r1', timestamp: 1_700_000_100 };
    const events = [
      { ...shown, item: 'music-1', position: 0 },
      { ...shown, item: 'music-2', position: 1 },
      { user: 'shown-1', item: 'music-2', type: 'click', request: 'r1', timestamp: 1_700_009_000 },
    ];
    assert.deepEqual((await post('/v1/events', events)).body, { appended: 3 });
    const log = await shop.store.impressionLog({ outcomes: ['click'] });
    const mine = [...log.users.keys()].filter((row) => log.userIds[log.users[row]] === 'shown-1');
    assert.deepEqual(
      mine.map((row) => [log.itemIds[log.items[row]], log.surfaceNames[log.surfaces[row]], log.outcomes[row]]),
      [
        ['music-1', 'home', 0],
        ['music-2', 'home', 1],
      ],
    );
    assert.equal(log.requests[mine[0]], log.requests[mine[1]]);
  });

  test('times are read as the import reads them, in any unit and as text', async () => {
    const seconds = 1_764_486_000;
    const forms = [
      seconds,
      seconds * 1e3,
      seconds * 1e6,
      `${seconds}000000000`,
      '2025-11-30T08:00:00+01:00',
      '20251130T070000Z',
    ];
    for (const [n, timestamp] of forms.entries()) {
      const event = { user: `clock-${n}`, item: 'garden-1', type: 'view', timestamp };
      assert.deepEqual((await post('/v1/events', event)).body, { appended: 1 }, String(timestamp));
      const { events } = await shop.store.deleteEvents({ user: event.user, after: seconds, before: seconds + 1 });
      assert.equal(events, 1, String(timestamp));
    }
    for (const timestamp of [
      0,
      12,
      -1,
      1e30,
      Date.now() + 3 * 86_400_000,
      '1970-01-01',
      '03/04/2024',
      'now',
      '',
      true,
      null,
    ]) {
      refused(
        await post('/v1/events', { user: 'u', item: 'garden-1', timestamp }),
        400,
        'REQUEST_INVALID',
        'timestamp',
      );
    }
  });

  test('an id with any characters can be asked for, when it is percent-encoded', async () => {
    const id = `ü/?#%&" ${'語'.repeat(240)}`;
    assert.equal((await post('/v1/items', { id, title: 'garden rake' })).status, 200);
    assert.equal((await get(`/v1/items/${encodeURIComponent(id)}`)).body.item.id, id);
    assert.equal((await get(`/v1/items/${encodeURIComponent(id)}/similar?k=1`)).status, 200);
  });

  test('what names something unknown is refused, and nothing of it is written', async () => {
    refused(await get('/v1/items/gone'), 404, 'ITEM_NOT_FOUND');
    refused(await get('/v1/items/gone/similar'), 404, 'ITEM_NOT_FOUND');
    refused(await get('/v1/items/__proto__'), 404, 'ITEM_NOT_FOUND');
    const before = await shop.store.counts();
    const events = [
      { user: 'u', item: 'music-1' },
      { user: 'u', item: 'gone' },
    ];
    const answer = await post('/v1/events', events);
    refused(answer, 422, 'EVENT_UNKNOWN_ITEM');
    assert.deepEqual(answer.body.error.details, { index: 1, item: 'gone' });
    assert.deepEqual(await shop.store.counts(), before);
    refused(await get('/v2/recommend'), 404, 'ROUTE_UNKNOWN');
    const single = await post('/v1/events', { user: 'u', item: 'gone' });
    refused(single, 422, 'EVENT_UNKNOWN_ITEM');
    assert.equal(single.body.error.message, 'The event names the item "gone", which is not stored.');
    assert.deepEqual(single.body.error.details, { item: 'gone' });
  });
});
