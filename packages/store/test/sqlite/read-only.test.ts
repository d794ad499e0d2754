/** A store opened for reading only, in folders that can and cannot be written. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore } from '@lorekeep/store';
import Sqlite from 'better-sqlite3';
import { code, inFolder } from '../support.ts';

const READER = fileURLToPath(new URL('read-only-child.ts', import.meta.url));
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

async function fill(path: string, ids: string[]) {
  const store = await openStore(path);
  await store.upsertItems(ids.map((id) => ({ id })));
  return store;
}

/** Makes a folder read-only for the reader, which has no more rights than anyone. */
async function protect(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await chmod(join(folder, name), 0o444);
  await chmod(folder, 0o555);
}

/** What a process without rights reads: the ids, and the code of an attempt to write. */
async function readByOther(path: string): Promise<{ ids: string[]; refused: string }> {
  const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const child: ChildProcess = fork(READER, [path], { ...identity, execArgv: [], stdio: 'inherit' });
  let answer: { ids: string[]; refused: string } | undefined;
  child.on('message', (message: typeof answer) => {
    answer = message;
  });
  await once(child, 'exit');
  assert.ok(answer !== undefined, 'the reader failed');
  return answer;
}

test('writes are refused and reads see what others write', () =>
  inFolder(async (path) => {
    const writer = await fill(path, ['a']);
    const reader = await openStore(path, { readOnly: true });
    const item = [{ id: 'c' }];
    await assert.rejects(reader.upsertItems(item), code('STORE_READ_ONLY'));
    await assert.rejects(reader.setSetting('key', 1), code('STORE_READ_ONLY'));
    const record = {
      fingerprint: 'f',
      contents: [],
      files: [],
      items: 1,
      events: 0,
      skipped: 0,
      at: 1,
      ordinals: false,
    };
    await assert.rejects(
      reader.importAll(record, (to) => to.putItems(item)),
      code('STORE_READ_ONLY'),
    );
    await writer.upsertItems([{ id: 'b' }]);
    assert.deepEqual(await reader.counts(), { items: 2, users: 0, events: 0 });
    await reader.close();
    await writer.close();
  }));

test('nothing is created or upgraded', () =>
  inFolder(async (path, folder) => {
    await assert.rejects(openStore(path, { readOnly: true }), code('STORE_MISSING'));
    assert.deepEqual(await readdir(folder), []);
    const old = new Sqlite(path);
    old.exec(await readFile(new URL('version-1.sql', import.meta.url), 'utf8'));
    old.close();
    const before = await readFile(path);
    await assert.rejects(openStore(path, { readOnly: true }), code('STORE_READ_ONLY'));
    assert.deepEqual(await readFile(path), before);
  }));

test('a store in a folder that cannot be written is read', () =>
  inFolder(async (path, folder) => {
    await (await fill(path, ['a', 'b'])).close();
    const before = await readFile(path);
    await protect(folder);
    assert.deepEqual(await readByOther(path), { ids: ['a', 'b'], refused: 'STORE_READ_ONLY' });
    assert.deepEqual(await readFile(path), before);
    assert.deepEqual(await readdir(folder), ['store.db']);
    await chmod(folder, 0o755);
  }));

test('the log that a killed process left there is read too', () =>
  inFolder(async (path, folder) => {
    const store = await fill(path, ['a', 'b']);
    // What is on disk while the store is open is what a killed process leaves.
    const killed = join(folder, 'killed', 'store.db');
    await mkdir(dirname(killed));
    for (const suffix of ['', '-wal']) await copyFile(`${path}${suffix}`, `${killed}${suffix}`);
    await store.close();
    assert.ok((await stat(`${killed}-wal`)).size > 0);
    await protect(dirname(killed));
    await chmod(folder, 0o755);
    assert.deepEqual((await readByOther(killed)).ids, ['a', 'b']);
    await chmod(dirname(killed), 0o755);
  }));

test('while another process writes there, its newest writes are read', () =>
  inFolder(async (path, folder) => {
    const writer = await fill(path, ['a']);
    await writer.upsertItems([{ id: 'b' }]);
    await protect(folder);
    assert.deepEqual(await readByOther(path), { ids: ['a', 'b'], refused: 'STORE_READ_ONLY' });
    await chmod(folder, 0o755);
    await writer.close();
  }));
