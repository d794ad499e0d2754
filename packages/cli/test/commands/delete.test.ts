/** `lorekeep delete` and `lorekeep imports`, also beside a running service. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeSimulatedShop } from '@lorekeep/datasets';
import { openWorkspace } from '@lorekeep/workspace';
import { type Finished, lineOf, lorekeep, start } from '../command.ts';

describe('delete', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lorekeep-cli-'));
    const { items, interactions } = await writeSimulatedShop(join(dir, 'shop'), { events: 3000, users: 60, items: 80 });
    const workspace = await openWorkspace(join(dir, 'w'), { create: true });
    await workspace.import({ items: [items], events: [interactions] });
    await workspace.encode({ model: 'lexical' });
    await workspace.train({ preset: 'linear' });
    await workspace.publish();
    await workspace.close();
  });
  after(() => rm(dir, { recursive: true }));
  const run = (...words: string[]) => lorekeep([...words, '--workspace', 'w', '--json'], dir);
  const refused = ({ code, stderr, lines }: Finished, expected: string) => {
    assert.equal(code, 2, stderr);
    assert.ok(JSON.stringify(lines).includes(expected) || stderr.includes(expected), stderr);
  };

  test('items and users go by id and by file, and a running service leaves them out', async () => {
    const { child, finished } = start(['serve', '--port', '0', '--workspace', 'w', '--json'], dir);
    const { address } = await lineOf(child, (line) => line.event === 'listening');
    const item = 'sim-item-000011';
    const user = 'sim-user-000003';
    const status = async () => (await fetch(`${address}/v1/items/${item}/similar`)).status;
    const source = async () => {
      const body = JSON.stringify({ user });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${address}/v1/recommend`, { method: 'POST', headers, body });
      return ((await response.json()) as { source: string }).source;
    };
    assert.equal(await status(), 200);
    assert.notEqual(await source(), 'popularity');
    await writeFile(join(dir, 'ids.txt'), `\uFEFF${item}\r\nsim-item-000012\r\n\r\nnone\r\n`);
    const items = await run('delete', 'items', '--file', 'ids.txt');
    assert.deepEqual([items.code, items.last.items, items.last.unknown], [0, 2, 1], items.stderr);
    const users = await run('delete', 'users', user);
    assert.deepEqual([users.last.users, users.last.unknown], [1, 0]);
    assert.equal(await status(), 404);
    assert.equal(await source(), 'popularity');
    child.kill('SIGINT');
    assert.equal((await finished).code, 0);
  });

  test('events go by conditions; many only with --yes', async () => {
    const few = await run('delete', 'events', '--user', 'sim-user-000006', '--before', '2200-01-01');
    assert.equal(few.code, 0, few.stderr);
    assert.ok(few.last.events > 0);
    refused(await run('delete', 'events', '--before', '2200-01-01'), 'DELETE_MANY');
    assert.equal((await run('delete', 'events', '--after', '2200-01-01T00:00Z')).last.events, 0);
    refused(await run('delete', 'events'), 'DELETE_NOTHING');
    refused(await run('delete', 'items', '--user', 'x'), 'DELETE_FILTER');
    refused(await run('delete', 'items', '--file', 'missing.txt'), 'DELETE_FILE');
    refused(await run('delete', 'events', '--before', '1764500000000'), 'USAGE');
    refused(await run('delete', 'everything'), 'USAGE');
  });

  test('an import is listed and undone', async () => {
    const { last } = await run('imports');
    assert.equal(last.imports.length, 1);
    refused(await run('delete', 'import', 'none.csv'), 'IMPORT_NOT_FOUND');
    const undone = await run('delete', 'import', last.imports[0].fingerprint.slice(0, 12));
    assert.equal(undone.code, 0, undone.stderr);
    assert.ok(undone.last.events > 1000 && undone.last.items > 0);
    assert.deepEqual((await run('imports')).last.imports, []);
    const human = await lorekeep(['delete', 'users', 'nobody', '--workspace', 'w'], dir);
    assert.match(human.stdout, /Deleted 0 items, 0 users, 0 events\.\n1 id not stored\./);
  });
});
