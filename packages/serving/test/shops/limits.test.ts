/** The limits of a shop: validated, stored with it, and held. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { refused } from '../http/client.ts';
import { items, openTestHost, type TestHost } from './test-host.ts';

describe('the limits of a shop', () => {
  let shops: TestHost;
  before(async () => {
    shops = await openTestHost();
  });
  after(() => shops[Symbol.asyncDispose]());
  const put = (limits: unknown) => shops.ask('/v1/shops/small/limits', { body: limits, method: 'PUT' });

  test('are validated', async () => {
    const { ask, host } = shops;
    await host.shops.create('small', { items: 10, events: 5, bodyBytes: 4_096 });
    for (const limits of [{ items: 0 }, { items: 1.5 }, { bodyBytes: 10 }, { rate: { perSecond: 1 } }, { other: 1 }])
      refused(await put(limits), 400, 'REQUEST_INVALID');
    refused(await ask('/v1/shops', { body: { name: 'x', limits: { events: -1 } } }), 400, 'REQUEST_INVALID');
    await assert.rejects(host.shops.create('x', { items: 0 }), { code: 'SHOP_LIMITS' });
    assert.deepEqual((await ask('/v1/shops/small')).body.limits, { items: 10, events: 5, bodyBytes: 4_096 });
  });

  test('items: known ones can be replaced in a full shop, and nothing of a batch too many is stored', async () => {
    const { ask } = shops;
    assert.equal((await ask('/shops/small/v1/items', { body: items(8) })).status, 200);
    refused(await ask('/shops/small/v1/items', { body: items(11) }), 409, 'SHOP_ITEMS_FULL');
    refused(await ask('/shops/small/v1/items/item-10'), 404, 'ITEM_NOT_FOUND');
    assert.equal((await ask('/shops/small/v1/items', { body: items(10) })).status, 200);
    assert.equal((await ask('/shops/small/v1/items', { body: items(10) })).status, 200);
    await ask('/shops/small/v1/items/item-9', { method: 'DELETE' });
    assert.equal((await ask('/shops/small/v1/items', { body: { id: 'other' } })).status, 200);
  });

  test('events: requests at the same time do not exceed the limit together', async () => {
    const { ask } = shops;
    const one = (n: number) => ask('/shops/small/v1/events', { body: { user: `u${n}`, item: 'item-1' } });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => one(n)));
    for (const answer of answers) if (answer.status !== 200) refused(answer, 409, 'SHOP_EVENTS_FULL');
    // A request that was refused beside others can be sent again, up to the limit.
    for (let n = 0; (await one(100 + n)).status === 200; n++) assert.ok(n < 5);
    assert.equal((await ask('/v1/shops/small')).body.events, 5);
  });

  test('the size of a body', async () => {
    const big = { id: 'big', title: 'x'.repeat(5_000) };
    refused(await shops.ask('/shops/small/v1/items', { body: big }), 413, 'BODY_TOO_LARGE');
  });

  test('a rate of all clients together; a change applies at once', async () => {
    const { ask } = shops;
    const changed = await put({ rate: { perSecond: 0.1, burst: 3 } });
    assert.deepEqual(changed.body.limits, { rate: { perSecond: 0.1, burst: 3 } });
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('/shops/small/v1/items/item-1')));
    const over = answers.filter(({ status }) => status === 429);
    assert.equal(over.length, 5);
    refused(over[0], 429, 'SHOP_RATE');
    assert.ok(Number(over[0].headers.get('retry-after')) >= 1);
    assert.equal((await ask('/shops/small/healthz')).status, 200);
    assert.equal((await put({})).status, 200);
    assert.equal((await ask('/shops/small/v1/items', { body: items(30) })).status, 200);
  });
});
