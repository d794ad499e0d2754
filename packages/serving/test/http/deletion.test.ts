/** Deletion over HTTP: what goes, what is counted, what is refused. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Engine, openEngine } from '@lorekeep/recommender';
import { openShop, type Shop } from '@lorekeep/testing';
import { createServer, type Server } from '../../src/index.ts';
import { type Client, clientOf, QUIET, refused } from './client.ts';

describe('deletion', () => {
  let shop: Shop;
  let engine: Engine;
  let server: Server;
  let client: Client;
  before(async () => {
    shop = await openShop();
    engine = await openEngine(shop);
    server = createServer(engine, QUIET);
    client = clientOf(await server.listen());
  });
  after(async () => {
    await server?.close();
    await engine?.close();
    await shop?.close();
  });
  const remove = (path: string) => client.get(path, { method: 'DELETE' });

  test('an item goes once; again it is counted as unknown', async () => {
    const first = await remove('/v1/items/garden-9');
    assert.deepEqual([first.status, first.body.items, first.body.unknown], [200, 1, 0]);
    refused(await client.get('/v1/items/garden-9'), 404, 'ITEM_NOT_FOUND');
    const second = await remove('/v1/items/garden-9');
    assert.deepEqual([second.status, second.body.items, second.body.unknown], [200, 0, 1]);
  });

  test('a batch of items goes in one act', async () => {
    const { status, body } = await client.post('/v1/items/delete', { ids: ['garden-10', 'garden-11', 'none'] });
    assert.deepEqual([status, body.items, body.unknown], [200, 2, 1]);
    refused(await client.post('/v1/items/delete', { ids: [] }), 400, 'REQUEST_INVALID', 'ids');
    refused(await client.post('/v1/items/delete', ['garden-12']), 400, 'REQUEST_INVALID');
  });

  test('an erased user is answered like an unknown one', async () => {
    const id = 'café/ü 7';
    await client.post('/v1/events', { user: id, item: 'music-1' });
    assert.notEqual((await client.post('/v1/recommend', { user: id })).body.source, 'popularity');
    const { status, body } = await remove(`/v1/users/${encodeURIComponent(id)}`);
    assert.deepEqual([status, body.users, body.events], [200, 1, 1]);
    assert.equal((await client.post('/v1/recommend', { user: id })).body.source, 'popularity');
    assert.equal((await remove(`/v1/users/${encodeURIComponent(id)}`)).body.unknown, 1);
  });

  test('events go by filter; no condition, an unknown one and milliseconds are refused', async () => {
    const DAY = 1_700_000_000;
    const event = (id: string, timestamp: number) => ({
      id,
      user: 'visitor',
      item: 'music-2',
      type: 'cart',
      timestamp,
    });
    await client.post('/v1/events', [
      event('e1', DAY + 100),
      event('e2', DAY + 200.5),
      event('e3', DAY + 300),
      event('e4', DAY + 400),
    ]);
    assert.equal((await remove('/v1/events?id=e1&id=e9')).body.events, 1);
    assert.equal(
      (await remove(`/v1/events?user=visitor&type=cart&type=view&after=${DAY + 200.5}&before=${DAY + 300}`)).body
        .events,
      1,
    );
    assert.equal((await remove('/v1/events?item=music-2&type=view')).body.events, 0);
    const { body } = await remove('/v1/events?user=visitor');
    assert.deepEqual([body.events, body.users], [2, 1]);
    for (const query of ['', '?', '?import=f', '?before=1764500000000', '?after=yesterday', '?user=']) {
      refused(await remove(`/v1/events${query}`), 400, 'REQUEST_INVALID');
    }
  });
});
