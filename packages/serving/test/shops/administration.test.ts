/** Shops are created, listed, limited and deleted over HTTP, and a shop begins empty. */
import assert from 'node:assert/strict';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { refused } from '../http/client.ts';
import { items, listOf, openTestHost, type TestHost } from './test-host.ts';

describe('the shops of a host', () => {
  let shops: TestHost;
  before(async () => {
    shops = await openTestHost({ maxShops: 3 });
  });
  after(() => shops[Symbol.asyncDispose]());

  test('an empty shop answers, and recommends with its first items', async () => {
    const { ask } = shops;
    const created = await ask('/v1/shops', { body: { name: 'garden' } });
    assert.equal(created.status, 200);
    assert.deepEqual(
      [created.body.shop.name, created.body.shop.state, created.body.shop.limits],
      ['garden', 'idle', {}],
    );

    const nothing = { version: 'none', source: 'newest', items: [], unknownItems: [] };
    assert.deepEqual(listOf(await ask('/shops/garden/v1/recommend', { body: { user: 'ann' } })), nothing);
    const unknown = await ask('/shops/garden/v1/recommend', { body: { history: ['item-1'] } });
    assert.deepEqual(listOf(unknown), { ...nothing, unknownItems: ['item-1'] });
    refused(await ask('/shops/garden/v1/items/item-1/similar'), 404, 'ITEM_NOT_FOUND');
    refused(await ask('/shops/garden/v1/events', { body: { user: 'ann', item: 'item-1' } }), 422, 'EVENT_UNKNOWN_ITEM');
    for (const view of ['system', 'model', 'data', 'exposure', 'knowledge', 'map'])
      assert.equal((await ask(`/shops/garden/v1/admin/${view}`)).status, 200, view);

    const stored = await ask('/shops/garden/v1/items', { body: items(40) });
    assert.equal(stored.status, 200, JSON.stringify(stored.body));
    assert.notEqual(stored.body.version, 'none');
    assert.deepEqual((await ask('/shops/garden/v1/events', { body: { user: 'ann', item: 'item-0' } })).body, {
      appended: 1,
    });
    const list = await ask('/shops/garden/v1/recommend', { body: { user: 'ann', k: 4 } });
    assert.equal(list.body.source, 'content');
    assert.equal(list.body.items.length, 4);
    assert.equal((await ask('/shops/garden/readyz')).body.version, stored.body.version);
  });

  test('a shop has its own address of a page, found from the address without a slash', async () => {
    const { ask } = shops;
    const moved = await ask('/shops/garden');
    assert.deepEqual([moved.status, moved.headers.get('location')], [308, 'garden/']);
    const page = await ask('/shops/garden/');
    assert.equal(page.status, 200);
    const files = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file);
    assert.ok(files.length >= 3);
    for (const file of files) {
      const at = new URL(file, `${shops.address}/shops/garden/`);
      assert.ok(at.pathname.startsWith('/shops/garden/'), file);
      assert.equal((await fetch(at)).status, 200, file);
    }
  });

  test('names that are not names are refused, and lead nowhere', async () => {
    const { ask, dir } = shops;
    for (const name of ['', '..', '../up', 'a/b', 'Garden', 'a.b', '-a', 'a'.repeat(64), 'ä'])
      refused(await ask('/v1/shops', { body: { name } }), 400, 'REQUEST_INVALID', 'name');
    for (const name of ['default', 'con', 'lpt1'])
      refused(await ask('/v1/shops', { body: { name } }), 400, 'SHOP_NAME');
    refused(await ask('/v1/shops', { body: { name: 'garden' } }), 409, 'SHOP_EXISTS');
    for (const path of ['/shops/nobody/v1/recommend', '/shops/nobody/healthz', '/shops/nobody/'])
      refused(await ask(path), 404, 'SHOP_UNKNOWN');
    for (const path of ['/shops/', '/shops/..%2fgarden/healthz', '/shops/Garden/healthz', '/shops/.deleted-x/healthz'])
      refused(await ask(path), 404, 'ROUTE_UNKNOWN');
    refused(await ask('/v1/shops/nobody'), 404, 'SHOP_UNKNOWN');
    refused(await ask('/v1/shops/..%2f..', { method: 'DELETE' }), 404, 'SHOP_UNKNOWN');
    assert.deepEqual((await readdir(dir)).sort(), ['audit.jsonl', 'garden']);
  });

  test('as many shops as may be, and no more', async () => {
    const { ask } = shops;
    for (const name of ['a', 'b']) assert.equal((await ask('/v1/shops', { body: { name } })).status, 200);
    refused(await ask('/v1/shops', { body: { name: 'c' } }), 409, 'SHOPS_FULL');
    const { body } = await ask('/v1/shops');
    assert.deepEqual(
      body.shops.map(({ name }: any) => name),
      ['a', 'b', 'garden'],
    );
    assert.equal((await ask('/v1/shops/b', { method: 'DELETE' })).status, 200);
  });

  test('two that create one name at once: one succeeds', async () => {
    const answers = await Promise.all([1, 2].map(() => shops.ask('/v1/shops', { body: { name: 'twice' } })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    await shops.ask('/v1/shops/twice', { method: 'DELETE' });
  });

  test('a deleted shop leaves nothing, and its name begins anew', async () => {
    const { ask, dir } = shops;
    assert.deepEqual((await ask('/v1/shops/garden', { method: 'DELETE' })).body, { deleted: 'garden' });
    refused(await ask('/shops/garden/v1/items/item-1'), 404, 'SHOP_UNKNOWN');
    assert.deepEqual(
      (await readdir(dir)).filter((name) => name.includes('garden')),
      [],
    );
    assert.equal((await ask('/v1/shops', { body: { name: 'garden' } })).status, 200);
    refused(await ask('/shops/garden/v1/items/item-1'), 404, 'ITEM_NOT_FOUND');
    const [, ...log] = (await shops.log()).filter(({ target }) => target === 'garden').map(({ what }) => what);
    assert.deepEqual(log.slice(-2), ['DELETE /v1/shops/:name', 'POST /v1/shops']);
  });
});

test('a deletion waits for the requests that run, and refuses others', async () => {
  await using shops = await openTestHost();
  const { ask, host } = shops;
  await host.shops.create('garden');
  await ask('/shops/garden/v1/items', { body: items(20) });
  const running = Array.from({ length: 20 }, () => ask('/shops/garden/v1/recommend', { body: { user: 'ann' } }));
  const deleted = ask('/v1/shops/garden', { method: 'DELETE' });
  const answers = await Promise.all(running);
  assert.equal((await deleted).status, 200);
  // Each came before the deletion and is whole, or after it.
  for (const answer of answers)
    if (answer.status === 200) assert.equal(answer.body.items.length, 10);
    else refused(answer, 404, 'SHOP_UNKNOWN');
  refused(await ask('/shops/garden/healthz'), 404, 'SHOP_UNKNOWN');
});

test('what a killed process left of a creation and a deletion is removed', async () => {
  await using first = await openTestHost();
  await mkdir(join(first.dir, '.deleted-old-0123456789ab'));
  await writeFile(join(first.dir, '.deleted-old-0123456789ab', 'lorekeep.sqlite'), '');
  await mkdir(join(first.dir, 'new.0123456789ab.tmp'));
  await mkdir(join(first.dir, 'not a shop'));
  await first.host.close();
  await using second = await openTestHost({}, first.dir);
  assert.deepEqual((await second.ask('/v1/shops')).body.shops, []);
  assert.deepEqual((await readdir(first.dir)).sort(), ['not a shop']);
});

test('a shop with keys of its own from before goes on asking for keys', async () => {
  await using shops = await openTestHost();
  await shops.host.shops.create('garden');
  await writeFile(join(shops.dir, 'garden', 'keys.jsonl'), '');
  refused(await shops.ask('/shops/garden/v1/users/ann'), 401, 'KEY_MISSING');
  assert.equal(shops.host.shops.loaded('garden'), undefined);
  await rm(join(shops.dir, 'garden', 'keys.jsonl'));
  refused(await shops.ask('/shops/garden/v1/users/ann'), 404, 'USER_NOT_FOUND');
});
