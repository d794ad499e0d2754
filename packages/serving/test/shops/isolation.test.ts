/** A key of one shop, tried on every route of another: nothing, and it is logged. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SCOPES } from '../../src/index.ts';
import { refused } from '../http/client.ts';
import { items, openTestHost, type TestHost } from './test-host.ts';

describe('two shops of one process', () => {
  let shops: TestHost;
  let operator: string;
  const secrets: Record<string, string> = {};
  before(async () => {
    shops = await openTestHost();
    const { host, ask } = shops;
    operator = (await host.keys.create({ scopes: SCOPES })).secret;
    for (const name of ['garden', 'kitchen']) {
      const { status, body } = await ask('/v1/shops', {
        body: { name, key: { scopes: [...SCOPES] } },
        secret: operator,
      });
      assert.equal(status, 200, JSON.stringify(body));
      secrets[name] = body.secret;
    }
  });
  after(() => shops[Symbol.asyncDispose]());

  async function operations(path: string): Promise<{ method: string; path: string; isPublic: boolean }[]> {
    const { body } = await shops.ask(path);
    return Object.entries<any>(body.paths).flatMap(([url, methods]) =>
      Object.entries<any>(methods).map(([method, { security }]) => ({
        method: method.toUpperCase(),
        path: url.replaceAll(/\{\w+\}/g, 'garden-1'),
        isPublic: security.length === 0,
      })),
    );
  }

  test('what is stored in one is in no other', async () => {
    const { ask } = shops;
    for (const name of ['garden', 'kitchen'])
      assert.equal((await ask(`/shops/${name}/v1/items`, { body: items(8, name), secret: secrets[name] })).status, 200);
    const found = await ask('/shops/garden/v1/items/garden-1', { secret: secrets.garden });
    assert.equal(found.body.item.id, 'garden-1');
    refused(await ask('/shops/kitchen/v1/items/garden-1', { secret: secrets.kitchen }), 404, 'ITEM_NOT_FOUND');
    const keys = await ask('/shops/garden/v1/keys', { secret: secrets.garden });
    assert.deepEqual(
      keys.body.keys.map(({ namespace }: any) => namespace),
      ['garden'],
    );
  });

  for (const state of ['loaded', 'not loaded']) {
    test(`a key of another shop gets nothing of a shop that is ${state}, and it is logged`, async () => {
      const { ask, log, host } = shops;
      if (state === 'not loaded') await host.shops.changeLimits('garden', {});
      else assert.notEqual(host.shops.loaded('garden'), undefined);
      const before = (await log('garden')).length;
      const all = (await operations('/shops/garden/openapi.json')).filter(({ isPublic }) => !isPublic);
      assert.ok(all.length > 25);
      const id = /^lk_([^_]+)/.exec(secrets.kitchen)![1];
      for (const { method, path } of all) {
        const answer = await ask(`/shops/garden${path}`, { method, secret: secrets.kitchen });
        refused(answer, 403, 'KEY_NAMESPACE');
        assert.doesNotMatch(JSON.stringify(answer.body), /garden-|spade/);
      }
      const entries = (await log('garden')).slice(before);
      assert.equal(entries.length, all.length);
      for (const { who, status, code, namespace } of entries)
        assert.deepEqual([who, status, code, namespace], [id, 403, 'KEY_NAMESPACE', 'garden']);
      if (state === 'not loaded') assert.equal(host.shops.loaded('garden'), undefined);
    });
  }

  test('nor does the key of the host, or none; neither opens a shop', async () => {
    const { ask, host } = shops;
    refused(await ask('/shops/garden/v1/items/garden-1', { secret: operator }), 403, 'KEY_NAMESPACE');
    refused(await ask('/shops/garden/v1/items/garden-1'), 401, 'KEY_MISSING');
    refused(await ask('/shops/garden/v1/items/garden-1', { secret: 'lk_wrong' }), 401, 'KEY_INVALID');
    for (const path of ['/', '/healthz', '/readyz', '/openapi.json'])
      assert.equal((await ask(`/shops/garden${path}`)).status, 200, path);
    assert.equal(host.shops.loaded('garden'), undefined);
  });

  test('a key of a shop gets nothing of the host, and it is logged', async () => {
    const { ask, log } = shops;
    const before = (await log()).length;
    const all = (await operations('/openapi.json')).filter(({ isPublic }) => !isPublic);
    assert.ok(all.some(({ path, method }) => path === '/v1/shops/garden-1' && method === 'DELETE'));
    for (const { method, path } of all)
      refused(await ask(path.replace('garden-1', 'garden'), { method, secret: secrets.kitchen }), 403, 'KEY_NAMESPACE');
    assert.equal((await log()).length - before, all.length);
    assert.equal((await ask('/v1/shops/garden', { secret: operator })).status, 200);
  });

  test('the keys of a deleted shop do not open the next one of its name', async () => {
    const { ask } = shops;
    assert.equal((await ask('/v1/shops/garden', { method: 'DELETE', secret: operator })).status, 200);
    assert.equal((await ask('/v1/shops', { body: { name: 'garden' }, secret: operator })).status, 200);
    refused(await ask('/shops/garden/v1/items/garden-1', { secret: secrets.garden }), 401, 'KEY_INVALID');
  });
});

test('routes of administrators can have an address of their own, for the host and for every shop', async () => {
  await using shops = await openTestHost({ admin: { port: 0 } });
  const { ask, host } = shops;
  const admin = (path: string, init?: RequestInit) => fetch(host.adminAddress! + path, init);
  refused(await ask('/v1/shops', { body: { name: 'garden' } }), 404, 'ROUTE_UNKNOWN');
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'garden' });
  assert.equal((await admin('/v1/shops', { method: 'POST', headers, body })).status, 200);
  assert.equal((await admin('/shops/garden/v1/admin/data')).status, 200);
  refused(await ask('/shops/garden/v1/admin/data'), 404, 'ROUTE_UNKNOWN');
  refused(await ask('/shops/garden/v1/items/x'), 404, 'ITEM_NOT_FOUND');
  assert.equal((await admin('/shops/garden/v1/items/x')).status, 404);
});
