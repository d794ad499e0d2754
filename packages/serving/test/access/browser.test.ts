/** What a browser is told: cross-origin requests, and headers that keep an answer from being a page. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LorekeepError } from '@lorekeep/core';
import type { Engine } from '@lorekeep/recommender';
import { createServer, type Server } from '../../src/index.ts';
import { type Client, clientOf, QUIET, refused } from '../http/client.ts';

const SHOP = 'https://shop.example';
const loading = () => new Promise<Engine>(() => {});

describe('browsers', () => {
  let server: Server;
  let get: Client['get'];
  before(async () => {
    server = createServer(loading(), { ...QUIET, cors: [SHOP, 'http://localhost:3000'] });
    ({ get } = clientOf(await server.listen()));
  });
  after(() => server?.close());

  const preflight = (path: string, origin: string) =>
    get(path, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });

  test('a preflight of a listed origin is answered for routes that exist', async () => {
    const { status, headers, body } = await preflight('/v1/events', SHOP);
    assert.deepEqual([status, body], [204, '']);
    assert.equal(headers.get('access-control-allow-origin'), SHOP);
    assert.equal(headers.get('access-control-allow-methods'), 'DELETE, POST');
    assert.match(headers.get('access-control-allow-headers')!, /authorization, content-type/);
    assert.equal(headers.get('access-control-allow-credentials'), null);
    assert.match(headers.get('vary')!, /origin/);
    refused(await preflight('/nowhere', SHOP), 404, 'ROUTE_UNKNOWN');
  });

  test('answers and errors can be read by a listed origin, and by no other', async () => {
    const ask = async (origin: string, path = '/v1/items/a') => (await get(path, { headers: { origin } })).headers;
    assert.equal((await ask(SHOP)).get('access-control-allow-origin'), SHOP);
    assert.equal((await ask(SHOP)).get('access-control-expose-headers'), 'x-request-id, retry-after');
    assert.equal(
      (await ask('http://localhost:3000', '/healthz')).get('access-control-allow-origin'),
      'http://localhost:3000',
    );
    for (const origin of [
      'https://evil.example',
      `${SHOP}.evil.example`,
      'null',
      'http://shop.example',
      `${SHOP}:8443`,
    ]) {
      const headers = await ask(origin);
      assert.equal(headers.get('access-control-allow-origin'), null, origin);
      assert.match(headers.get('vary')!, /origin/);
      refused(await preflight('/v1/events', origin), 405, 'METHOD_NOT_ALLOWED');
    }
  });

  test('without a list no header of CORS is sent', async () => {
    const plain = createServer(loading(), QUIET);
    const client = clientOf(await plain.listen());
    const { headers } = await client.get('/healthz', { headers: { origin: SHOP } });
    assert.deepEqual(
      [...headers.keys()].filter((name) => name.startsWith('access-control') || name === 'vary'),
      [],
    );
    await plain.close();
  });

  test('what is not an origin is refused when the server is made', () => {
    for (const origin of [
      '*',
      'shop.example',
      `${SHOP}/`,
      `${SHOP}/path`,
      'https://shop.example:443',
      'file://',
      'null',
    ])
      assert.throws(
        () => createServer(loading(), { ...QUIET, cors: [origin] }),
        (error) => error instanceof LorekeepError && error.code === 'CORS_ORIGIN',
        origin,
      );
  });

  test('every answer has secure headers, errors too', async () => {
    for (const path of ['/healthz', '/openapi.json', '/v1/items/a', '/nowhere']) {
      const { headers } = await get(path);
      const told = (name: string) => headers.get(name);
      assert.equal(told('content-security-policy'), "default-src 'none';frame-ancestors 'none'", path);
      assert.equal(told('x-content-type-options'), 'nosniff', path);
      assert.equal(told('x-frame-options'), 'SAMEORIGIN', path);
      assert.equal(told('referrer-policy'), 'no-referrer', path);
      assert.equal(told('cross-origin-resource-policy'), 'same-origin', path);
      assert.equal(told('cache-control'), 'no-store', path);
      assert.equal(told('x-powered-by') ?? told('server'), null, path);
    }
    const { headers } = await get('/v1/items/%ff');
    assert.deepEqual([headers.get('x-content-type-options'), headers.get('cache-control')], ['nosniff', 'no-store']);
  });
});
