import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore } from '@lorekeep/store';
import Sqlite from 'better-sqlite3';
import { inFolder } from '../support.ts';

/**
 * Starts the writer, kills it after `lines` acknowledged writes, and returns the number of the last
 * one.
 */
async function killWriter(path: string, what: string, lines: number): Promise<number> {
  const script = fileURLToPath(new URL('writer-child.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, path, what], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let last = -1;
  for await (const line of createInterface({ input: child.stdout! })) {
    last = Number(line.split(' ')[1]);
    if (last === lines) child.kill('SIGKILL');
  }
  const [, signal] = await exited;
  assert.equal(signal, 'SIGKILL');
  return last;
}

test('if the process is killed while it appends, acknowledged events are kept and no batch is partial', () =>
  inFolder(async (path) => {
    const store = await openStore(path);
    await store.upsertItems([{ id: 'a' }]);
    const acknowledged = await killWriter(path, 'append', 40);
    const { users, events } = await store.counts();
    assert.ok(users >= acknowledged + 1, `${users} of ${acknowledged + 1} acknowledged batches`);
    assert.equal(events, users * 20);
    await store.close();
    const check = new Sqlite(path);
    assert.equal(check.pragma('integrity_check', { simple: true }), 'ok');
    check.close();
  }));

test('if the process is killed during an import, nothing of it is kept and the store stays writable', () =>
  inFolder(async (path) => {
    const store = await openStore(path);
    await store.upsertItems([{ id: 'a' }]);
    await store.appendEvents([{ user: 'u', item: 'a', type: 'view', timestamp: 1 }]);
    await killWriter(path, 'import', 10);
    assert.deepEqual(await store.counts(), { items: 1, users: 1, events: 1 });
    assert.deepEqual(await store.imports(), []);
    await store.appendEvents([{ user: 'v', item: 'a', type: 'view', timestamp: 2 }]);
    assert.deepEqual((await store.interactionLog()).userIds, ['u', 'v']);
    await store.close();
  }));
