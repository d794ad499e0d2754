/** Scenarios, pages and explanations over HTTP. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openEngine } from '@lorekeep/recommender';
import { openShop, type Shop } from '@lorekeep/testing';
import { createServer, type Server } from '../../src/index.ts';
import { clientOf, QUIET } from './client.ts';

let shop: Shop;
let server: Server;
let client: ReturnType<typeof clientOf>;
let base: string;
before(async () => {
  shop = await openShop('linear');
  server = createServer(await openEngine(shop), QUIET);
  base = await server.listen();
  client = clientOf(base);
});
after(async () => {
  await server?.close();
  await shop?.close();
});

const put = async (name: string, body: unknown) => {
  const answer = await fetch(`${base}/v1/scenarios/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as { version: number } };
};

test('a scenario is stored, read, used, listed and deleted', async () => {
  const stored = await put('home', { k: 3, caps: [{ field: 'brand', atMost: 2 }] });
  assert.deepEqual([stored.status, stored.body.version], [200, 1]);
  assert.equal((await put('home', { k: 4 })).body.version, 2);
  const { body } = await client.post('/v1/recommend', { user: 'user-0', scenario: 'home' });
  assert.deepEqual([body.items.length, body.scenario], [4, { name: 'home', version: 2 }]);
  const first = await client.get('/v1/scenarios/home?version=1');
  assert.deepEqual(first.body.settings, { k: 3, caps: [{ field: 'brand', atMost: 2 }] });
  assert.deepEqual((await client.get('/v1/scenarios')).body.scenarios.length, 1);
  assert.equal((await client.get('/v1/scenarios/home?version=x')).status, 400);
  const gone = await fetch(`${base}/v1/scenarios/home`, { method: 'DELETE' });
  assert.deepEqual([gone.status, await gone.json()], [200, { deleted: 'home' }]);
  const unknown = await client.post('/v1/recommend', { user: 'user-0', scenario: 'home' });
  assert.deepEqual([unknown.status, unknown.body.error.code], [404, 'SCENARIO_UNKNOWN']);
  assert.equal((await put('home', { users: 1 })).status, 400);
});

test('a page continues, and says why', async () => {
  const request = { history: ['garden-1'], k: 4, explain: true };
  const first = await client.post('/v1/recommend', request);
  const second = await client.post('/v1/recommend', { ...request, cursor: first.body.cursor });
  const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
  assert.equal(new Set(ids).size, 8);
  assert.ok(first.body.items[0].explain.parts.length > 0);
  const other = await client.post('/v1/recommend', { ...request, history: ['music-1'], cursor: first.body.cursor });
  assert.deepEqual([other.status, other.body.error.code], [400, 'CURSOR_INVALID']);
});
