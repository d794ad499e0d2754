/**
 * Folders that cannot be read or written: reading commands work on a read-only workspace, and all
 * others say which path is the problem. Commands run as another user, because root may do anything.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeSimulatedShop } from '@lorekeep/datasets';
import { openWorkspace } from '@lorekeep/workspace';
import { lineOf, MAIN } from '../command.ts';

const NOBODY = { uid: 65_534, gid: 65_534 };
const identity = process.getuid?.() === 0 ? NOBODY : {};
const canRun = spawnSync(process.execPath, [MAIN, '--version'], identity).status === 0;

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-permissions-'));
  await chmod(dir, 0o755);
  await writeSimulatedShop(join(dir, 'source'), { events: 2000, users: 40, items: 80 });
  const workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.importDirectory(join(dir, 'source'));
  await workspace.encode({ model: 'lexical' });
  await workspace.train({ preset: 'linear' });
  await workspace.publish({ index: 'exact' });
  await cp(join(dir, 'shop'), join(dir, 'encoded'), { recursive: true });
  // Its text has no vector yet, and none can be stored.
  await workspace.store.upsertItems([{ id: 'new-item', title: 'A lamp of brass' }]);
  await workspace.close();
  for (const name of ['shop', 'encoded']) await setRights(join(dir, name), 0o444, 0o555);
  await mkdir(join(dir, 'own'));
  await chmod(join(dir, 'own'), 0o777);
  await mkdir(join(dir, 'locked'), { mode: 0o700 });
  await writeFile(join(dir, 'locked', 'config.json'), '{}');
  await setRights(join(dir, 'locked'), 0o400, 0o000);
});
after(async () => {
  await setRights(join(dir, 'locked'), 0o600, 0o700);
  for (const name of ['shop', 'encoded']) await setRights(join(dir, name), 0o644, 0o755);
  await rm(dir, { recursive: true });
});

/** Of everything below a folder; a folder that must be entered gets its rights first or last. */
async function setRights(folder: string, file: number, directory: number): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await setRights(path, file, directory);
    else await chmod(path, file);
  }
  await chmod(folder, directory);
}

function start(words: string[], workspace = 'shop') {
  const env = { PATH: process.env.PATH, HOME: dir };
  const all = [MAIN, ...words, '--workspace', workspace, '--json'];
  const child: ChildProcess = spawn(process.execPath, all, { ...identity, cwd: dir, env });
  let text = '';
  child.stdout?.on('data', (piece) => (text += piece));
  const finished = new Promise<{ code: number | null; last: any; text: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, last: JSON.parse(text.trimEnd().split('\n').at(-1) || '{}'), text }));
  });
  return { child, finished };
}

const run = (words: string[], workspace?: string) => start(words, workspace).finished;

describe('a workspace that can only be read', { skip: !canRun && 'another user cannot run the program' }, () => {
  test('answers recommend, similar, evaluate, events, imports, doctor --verify and status', async () => {
    const { last: status } = await run(['status']);
    assert.deepEqual([status.stage, status.readOnly, status.counts.items], ['published', true, 81]);
    const recommended = await run(['recommend', '--user', 'sim-user-000001', '-k', '5']);
    assert.deepEqual([recommended.code, recommended.last.items?.length], [0, 5], recommended.text);
    const similar = await run(['similar', '--item', 'new-item', '-k', '3']);
    assert.deepEqual([similar.code, similar.last.items?.length], [0, 3], similar.text);
    const evaluated = await run(['evaluate'], 'encoded');
    assert.ok(evaluated.last.metrics.test.users > 0, evaluated.text);
    const meanings = await run(['events']);
    assert.ok(meanings.last.types?.length > 0, meanings.text);
    assert.equal((await run(['imports'])).last.imports?.length, 1);
    const { findings } = (await run(['doctor', '--verify'])).last;
    assert.equal(findings?.find(({ name }: { name: string }) => name === 'tables')?.state, 'ok');
  });

  test('is served, and the service says that it takes no writes', async () => {
    const { child, finished } = start(['serve', '--port', '0']);
    const { address } = await lineOf(child, (line) => line.event === 'listening');
    const post = (path: string, body: unknown) =>
      fetch(address + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    assert.equal((await post('/v1/recommend', { user: 'sim-user-000001' })).status, 200);
    for (const [path, body] of [
      ['/v1/items', { id: 'another', title: 'A lamp' }],
      ['/v1/events', { user: 'ann', item: 'new-item' }],
    ] as const) {
      const response = await post(path, body);
      const { error } = (await response.json()) as { error: { code: string } };
      assert.deepEqual([response.status, error.code], [503, 'STORE_READ_ONLY'], path);
      assert.equal(response.headers.get('retry-after'), null);
    }
    child.kill('SIGTERM');
    const { code, text } = await finished;
    assert.equal(code, 0);
    assert.match(text, /"event":"warning","text":"This workspace can only be read\..*STORE_READ_ONLY/);
  });

  test('refuses the commands that write, before they work', async () => {
    for (const words of ['encode', 'train', 'publish', 'import --items source/items.jsonl.gz', 'events --ratings 4']) {
      const { code, last } = await run(words.split(' '));
      assert.deepEqual([code, last.error?.code], [1, 'STORE_READ_ONLY'], words);
      assert.match(last.error.hint, /user who may write to the folder of --workspace/);
    }
  });
});

describe('a path without rights', { skip: !canRun && 'another user cannot run the program' }, () => {
  const cases: [string, string, string][] = [
    ['status', 'locked', 'PATH_FORBIDDEN'],
    ['recommend --user ann', 'locked', 'PATH_FORBIDDEN'],
    ['import --items source/items.jsonl.gz', 'locked/shop', 'PATH_FORBIDDEN'],
    ['import --items source/items.jsonl.gz', 'source/shop', 'PATH_FORBIDDEN'],
    ['quickstart --no-serve', 'source/shop', 'PATH_FORBIDDEN'],
    ['evaluate --report locked/report.html', 'shop', 'REPORT_UNWRITABLE'],
    ['evaluate --report shop/report.html', 'shop', 'REPORT_UNWRITABLE'],
    ['quickstart --data locked', 'own/new', 'IMPORT_FILE_UNREADABLE'],
    ['train --config locked/config.json', 'own/shop', 'CONFIG_FILE_INVALID'],
    ['train --config source', 'own/shop', 'CONFIG_FILE_INVALID'],
    ['train --init-from locked', 'own/shop', 'PATH_FORBIDDEN'],
  ];
  before(async () => {
    const { last } = await run(['import', '--items', 'source/items.jsonl.gz'], 'own/shop');
    assert.equal(last.counts?.items, 80);
  });
  for (const [words, workspace, code] of cases) {
    test(`${words} --workspace ${workspace}`, async () => {
      const { last } = await run(words.split(' '), workspace);
      assert.equal(last.error?.code, code, JSON.stringify(last));
      assert.ok(last.error.hint !== undefined, JSON.stringify(last));
      assert.match(last.error.message, /locked|shop|source/);
      assert.doesNotMatch(last.error.message, /E[A-Z]{4,}:/);
    });
  }
});
