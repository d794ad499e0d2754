/** Shops leave the memory and come back; what happens in one does not concern another. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openWorkspace } from '@lorekeep/workspace';
import { refused } from '../http/client.ts';
import { items, listOf, openTestHost, type TestHost } from './test-host.ts';

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('loading', () => {
  let shops: TestHost;
  before(async () => {
    shops = await openTestHost({ idleAfter: 1, maxLoaded: 2, watchInterval: 50 });
    for (const name of ['garden', 'kitchen', 'third']) await shops.host.shops.create(name);
    assert.equal((await shops.ask('/shops/garden/v1/items', { body: items(30) })).status, 200);
  });
  after(() => shops[Symbol.asyncDispose]());
  const list = (shop = 'garden') => shops.ask(`/shops/${shop}/v1/recommend`, { body: { history: ['item-1'], k: 3 } });
  const isLoaded = (shop: string) => shops.host.shops.loaded(shop) !== undefined;

  test('an idle shop leaves the memory, and its next request has the same answer', async () => {
    const first = await list();
    assert.equal(first.body.items.length, 3);
    await until(() => !isLoaded('garden'));
    const info = (await shops.ask('/v1/shops/garden')).body;
    assert.deepEqual([info.state, info.items], ['idle', 30]);
    assert.equal((await shops.ask('/shops/garden/readyz')).body.version, first.body.version);
    assert.ok(!isLoaded('garden'), 'a probe opens no shop');
    assert.deepEqual(listOf(await list()), listOf(first));
  });

  test('requests that arrive together wait for one opening', async () => {
    await until(() => !isLoaded('garden'));
    const { opens } = (await shops.ask('/v1/shops/garden')).body;
    const answers = await Promise.all(Array.from({ length: 20 }, () => list()));
    for (const { status, body } of answers) assert.deepEqual([status, body.items.length], [200, 3]);
    assert.equal((await shops.ask('/v1/shops/garden')).body.opens, opens + 1);
  });

  test('a request that is still arriving keeps its shop open', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': 30 };
    const slow = request(`${shops.address}/shops/garden/v1/recommend`, { method: 'POST', headers });
    slow.write('{"history":["item-1"]');
    await until(() => isLoaded('garden'));
    // Longer than `idleAfter`: other shops come and go meanwhile.
    await list('kitchen');
    await until(() => !isLoaded('kitchen'));
    assert.ok(isLoaded('garden'));
    slow.end(',"k": 2} '.padEnd(9));
    const [response] = await once(slow, 'response');
    const text = (await response.toArray()).join('');
    assert.equal(response.statusCode, 200, text);
    assert.equal(JSON.parse(text).items.length, 2);
  });

  test('the shop that was idle longest makes room for another', async () => {
    await list('garden');
    await list('kitchen');
    assert.equal((await list('third')).status, 200);
    await until(() => !isLoaded('garden'));
    assert.deepEqual(['kitchen', 'third'].map(isLoaded), [true, true]);
  });

  test('a shop that cannot be opened is an error of that shop alone', async () => {
    await until(() => !isLoaded('garden'));
    const [version] = (await readdir(join(shops.dir, 'garden', 'published'))).filter((name) => name !== 'current');
    const current = join(shops.dir, 'garden', 'published', 'current');
    await writeFile(current, 'nothing\n');
    const failed = await list();
    refused(failed, 503, 'SHOP_NOT_OPENED');
    assert.equal(failed.headers.get('retry-after'), '3');
    assert.doesNotMatch(JSON.stringify(failed.body), /\/garden\//);
    assert.equal((await list('kitchen')).status, 200);
    await writeFile(current, `${version}\n`);
    await until(async () => (await list()).status === 200);
  });

  test('a version that another program publishes is served, also one of another encoder', async () => {
    const before = (await list()).body.version;
    await using workspace = await openWorkspace(join(shops.dir, 'garden'));
    const { version } = await workspace.publish({ model: 'none' });
    assert.notEqual(version, before);
    await until(async () => (await list()).body.version === version);
    await workspace.store.upsertItems(items(50));
    await workspace.encode({ model: 'lexical', refit: true });
    const other = await workspace.publish({ model: 'none' });
    assert.notEqual(other.manifest.encoder.id, undefined);
    await until(async () => (await list()).body.version === other.version);
  });

  test('the metrics of the host have those of the loaded shops', async () => {
    await list('kitchen');
    const text = (await shops.ask('/metrics')).body as string;
    assert.match(text, /^lorekeep_shops 3$/m);
    assert.match(text, /^lorekeep_shops_loaded [12]$/m);
    assert.match(text, /^lorekeep_shop_opens_total\{shop="garden"\} \d+$/m);
    assert.match(text, /^lorekeep_http_request_duration_seconds_count\{shop="kitchen",.*route="\/v1\/recommend"/m);
    assert.match(text, /^process_resident_memory_bytes \d+/m);
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    assert.equal(new Set(names).size, names.length);
  });
});

test('a catalogue that has doubled is published again, with the words that came', async () => {
  await using shops = await openTestHost();
  await shops.host.shops.create('garden');
  const first = await shops.ask('/shops/garden/v1/items', { body: items(10) });
  await shops.ask('/shops/garden/v1/items', { body: items(25) });
  await until(async () => (await shops.ask('/shops/garden/readyz')).body.version !== first.body.version);
  const { body } = await shops.ask('/shops/garden/v1/recommend', { body: { history: ['item-24'] } });
  assert.equal(body.source, 'content');
});

test('closing finishes what runs, and refuses what comes', async () => {
  await using shops = await openTestHost();
  await shops.host.shops.create('garden');
  await shops.ask('/shops/garden/v1/items', { body: items(30) });
  const running = Array.from({ length: 10 }, () =>
    shops.ask('/shops/garden/v1/recommend', { body: { user: 'ann', k: 5 } }).catch(() => undefined),
  );
  await until(() => shops.host.shops.loaded('garden') !== undefined);
  await shops.host.close();
  for (const answer of await Promise.all(running))
    if (answer?.status === 200) assert.equal(answer.body.items.length, 5);
    else if (answer !== undefined) assert.equal(answer.status, 503);
  await assert.rejects(shops.host.shops.use('garden'), { code: 'ENGINE_CLOSED' });
});
