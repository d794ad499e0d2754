/** Attributes of users after an import was killed: as before it, and no row is left over. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from '@lorekeep/store';
import Sqlite from 'better-sqlite3';
import { inFolder } from '../support.ts';

function left(path: string): { pending: number; attributes: string[]; originals: number } {
  const file = new Sqlite(path, { readonly: true });
  try {
    assert.deepEqual(file.pragma('foreign_key_check'), []);
    const count = (table: string) => file.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!;
    const attributes = file.prepare<[], string>('SELECT attributes FROM user_attributes').pluck().all();
    return { pending: count('pending_import'), attributes, originals: count('user_attribute_originals') };
  } finally {
    file.close();
  }
}

test('after a killed import, users have the attributes they had', () =>
  inFolder(async (path) => {
    const known = { id: 'known', attributes: { from: 'stored' } };
    const store = await openStore(path);
    await store.upsertItems([{ id: 'a' }]);
    await store.upsertUsers([known, { id: 'plain' }]);
    const script = fileURLToPath(new URL('writer-child.ts', import.meta.url));
    const child = spawn(process.execPath, [script, path, 'import'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.stdout.resume();
    // A write makes the import commit what it has, hidden.
    await store.upsertUsers([{ id: 'written', attributes: { from: 'write' } }]);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    assert.deepEqual([left(path).pending, left(path).originals], [1, 2]);
    const written = { id: 'written', attributes: { from: 'write' } };
    assert.deepEqual((await Array.fromAsync(store.users())).flat(), [known, { id: 'plain' }, written]);
    await store.close();

    const again = await openStore(path);
    for (const started = Date.now(); left(path).pending > 0; await sleep(20)) {
      assert.ok(Date.now() - started < 60_000, 'rows of the killed import are still there');
    }
    assert.deepEqual((await Array.fromAsync(again.users())).flat(), [known, { id: 'plain' }, written]);
    assert.deepEqual(left(path), { pending: 0, attributes: ['{"from":"stored"}', '{"from":"write"}'], originals: 0 });
    await again.close();
  }));
