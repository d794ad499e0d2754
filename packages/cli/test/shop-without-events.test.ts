/** A shop that begins with a catalogue alone, through the command line: serve, collect events, train later. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { lineOf, lorekeep, start } from './command.ts';

const KINDS = ['red lamp', 'oak desk', 'green chair', 'blue rug'];
const ITEMS = 40;
const itemId = (n: number) => `item-${n}`;

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-new-shop-'));
  const lines = Array.from({ length: ITEMS }, (_, n) => `${itemId(n)},${KINDS[n % KINDS.length]} model ${n}`);
  await mkdir(join(dir, 'folder'));
  await writeFile(join(dir, 'folder', 'items.csv'), `id,title\n${lines.join('\n')}\n`);
  const config = { network: { dim: 8, hidden: 8 }, linear: { neighboursPerItem: 20 } };
  await writeFile(join(dir, 'quick.json'), JSON.stringify(config));
});
after(() => rm(dir, { recursive: true }));

interface List {
  version: string;
  source: string;
  items: { id: string }[];
}

async function send(url: string, body?: unknown): Promise<any> {
  const init = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' } };
  const response = await fetch(url, { ...init, body: body === undefined ? undefined : JSON.stringify(body) });
  assert.ok(response.ok, `${url}: ${response.status}`);
  return response.json();
}

test('import, encode, publish, serve, collect events, train, and publish over it', async () => {
  const shop = ['--workspace', 'shop'];
  const run = (...words: string[]) => lorekeep([...words, ...shop, '--json'], dir);
  assert.equal((await run('import', '--items', 'folder/items.csv')).code, 0);
  assert.equal((await run('encode', '--model', 'lexical')).code, 0);

  const refused = await run('train');
  assert.deepEqual([refused.code, refused.last.error.code], [2, 'TRAINING_NO_EVENTS']);
  assert.match(refused.last.error.hint, /`lorekeep publish --model none`/);
  const status = await lorekeep(['status', ...shop], dir);
  assert.match(status.stdout, /^Next: lorekeep publish --workspace shop /m);

  const people = await lorekeep(['publish', ...shop], dir);
  assert.equal(people.code, 0, people.stderr);
  assert.match(people.stdout, /^It has no model: .*\n.*POST \/v1\/events/m);
  const published = await run('publish');
  assert.deepEqual([published.last.manifest.model, published.last.manifest.format], [null, 3]);
  const similar = await run('similar', '--item', itemId(0), '-k', '3');
  assert.equal(similar.last.source, 'content');
  const newest = await lorekeep(['recommend', '--user', 'ann', ...shop], dir);
  assert.match(newest.stdout, /^Nothing is stored of this user: these are the newest items\.$/m);
  assert.match(
    (await lorekeep(['status', ...shop], dir)).stdout,
    /^Published {2}publication \S+, 40 items, without a model$/m,
  );

  const { child, finished } = start(['serve', '--port', '0', ...shop, '--json'], dir);
  try {
    const { address } = await lineOf(child, (line) => line.event === 'listening');
    const recommend = (user: string): Promise<List> => send(`${address}/v1/recommend`, { user, k: 5 });
    const before = await recommend('ann');
    assert.deepEqual([before.source, before.items[0].id], ['newest', itemId(ITEMS - 1)]);
    await send(`${address}/v1/events`, [{ user: 'ann', item: itemId(2) }]);
    const known = await recommend('ann');
    assert.equal(known.source, 'content');
    assert.ok(
      known.items.every(({ id }) => Number(id.slice(5)) % KINDS.length === 2),
      'chairs follow a chair',
    );
    const other = await recommend('ben');
    assert.deepEqual([other.source, other.items[0].id], ['popularity', itemId(2)]);
    const few = await run('train');
    assert.deepEqual([few.code, few.last.error.code], [2, 'TOWERS_NO_TRANSITIONS']);
    assert.match(few.last.error.hint, /`lorekeep publish --model none`/);

    // What texts do not say: each item leads to the next one.
    const walks = Array.from({ length: 120 * 5 }, (_, at) => ({
      user: `walker-${Math.floor(at / 5)}`,
      item: itemId((Math.floor(at / 5) + (at % 5)) % ITEMS),
    }));
    await send(`${address}/v1/events`, walks);
    assert.match((await lorekeep(['status', ...shop], dir)).stdout, /^Next: lorekeep train /m);
    const trained = await run('train', '--preset', 'linear', '--config', 'quick.json');
    assert.equal(trained.code, 0, trained.stderr);
    assert.equal((await run('publish')).last.manifest.model, trained.last.version);
    const live = await run('status');
    let later = await recommend('walker-3');
    for (let tries = 0; tries < 100 && later.version !== live.last.live.version; tries++) {
      await setTimeout(100);
      later = await recommend('walker-3');
    }
    assert.deepEqual([later.version, later.source, later.items[0].id], [live.last.live.version, 'linear', itemId(8)]);
  } finally {
    child.kill('SIGINT');
    assert.equal((await finished).code, 0);
  }
});

test('quickstart goes from a folder with items alone to a service without a model', async () => {
  const words = ['quickstart', '--data', 'folder', '--model', 'lexical', '--workspace', 'quick', '--no-serve'];
  const { code, last, stderr } = await lorekeep([...words, '--json'], dir);
  assert.equal(code, 0, stderr);
  assert.deepEqual([last.model, last.metrics, last.data.items, last.index.size], [null, null, ITEMS, ITEMS]);
  const people = await lorekeep(words, dir);
  assert.equal(people.code, 0, people.stderr);
  assert.match(people.stderr, /^train {5}There is nothing to learn from: there are no events\.$/m);
  assert.match(people.stdout, /^Model {5}none; texts are compared by lexical/m);
  assert.match(people.stdout, /^It has no model: /m);
});
