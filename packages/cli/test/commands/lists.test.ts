/** `recommend`, `similar`, `search` and `scenarios` through the command line. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeSimulatedShop } from '@lorekeep/datasets';
import { openWorkspace } from '@lorekeep/workspace';
import { lorekeep } from '../command.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-lists-'));
  await writeSimulatedShop(join(dir, 'files'), { events: 4_000, users: 60, items: 150 });
  const workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.importDirectory(join(dir, 'files'));
  await workspace.encode({ model: 'lexical' });
  await workspace.train({ preset: 'linear' });
  await workspace.publish();
  await workspace.close();
});
after(() => rm(dir, { recursive: true }));

const run = (...words: string[]) => lorekeep([...words, '--workspace', 'shop'], dir);
const ofJson = async (...words: string[]) => (await run(...words, '--json')).last;

test('lists take filters, boosts and diversity, and show reasons and fallbacks', async () => {
  const user = 'sim-user-000003';
  const { items } = await ofJson('recommend', '--user', user, '--filter', 'price<=30', '--explain', '-k', '4');
  assert.equal(items.length, 4);
  for (const { item, explain } of items) assert.ok(item.price <= 30 && explain.parts.length > 0);
  const people = await run('recommend', '--user', user, '--explain', '-k', '2');
  assert.match(people.stdout, /score {4}linear/);
  const nobody = await run('recommend', '--user', 'nobody', '-k', '2');
  assert.match(nobody.stdout, /Nothing is stored of this user: these are the most popular items\./);
  const [first] = items;
  const boosted = await ofJson('recommend', '--user', user, '--boost', `brand=${first.item.brand}*100`, '-k', '1');
  assert.equal(boosted.items[0].item.brand, first.item.brand);
  const few = await run(
    'similar',
    '--item',
    first.id,
    '--filter',
    `id=${items[1].id}`,
    '--diversity',
    '0.5',
    '-k',
    '3',
  );
  assert.match(few.stdout, /No more items pass: 2 fewer than asked for\./);
  assert.deepEqual((await ofJson('recommend', '--user', user, '--filter', 'price')).error.code, 'USAGE');
});

test('a query finds the item that it names', async () => {
  const { items } = await ofJson('similar', '--item', 'sim-item-000003', '-k', '1');
  const found = await ofJson('search', items[0].item.title, '-k', '3');
  assert.equal(found.items[0].id, items[0].id);
  assert.equal((await ofJson('search', '!')).error.code, 'REQUEST_INVALID');
});

test('scenarios are stored, listed, used and deleted, without a service', async () => {
  assert.equal((await ofJson('scenarios', 'put', 'home', '{"k":3}')).version, 1);
  await writeFile(join(dir, 'home.json'), '{"k":2,"candidates":"popularity"}');
  assert.equal((await ofJson('scenarios', 'put', 'home', 'home.json')).version, 2);
  const list = await ofJson('recommend', '--user', 'sim-user-000003', '--scenario', 'home');
  assert.deepEqual([list.items.length, list.source, list.scenario.version], [2, 'popularity', 2]);
  assert.equal((await ofJson('recommend', '--user', 'u', '--scenario', 'home@1')).items.length, 3);
  const { versions } = await ofJson('scenarios', 'versions', 'home');
  assert.deepEqual(
    versions.map(({ version }: { version: number }) => version),
    [2, 1],
  );
  assert.deepEqual((await ofJson('scenarios', 'get', 'home', '1')).settings, { k: 3 });
  assert.equal((await ofJson('scenarios', 'list')).scenarios.length, 1);
  assert.equal((await ofJson('scenarios', 'put', 'home', '{"k":"many"}')).error.code, 'REQUEST_INVALID');
  assert.equal((await ofJson('scenarios', 'put', 'home', 'missing.json')).error.code, 'SCENARIO_FILE');
  assert.equal((await ofJson('scenarios', 'delete', 'home')).deleted, 'home');
  assert.equal((await ofJson('scenarios', 'get', 'home')).error.code, 'SCENARIO_UNKNOWN');
});
