import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore, type Store } from '@lorekeep/store';
import Sqlite from 'better-sqlite3';
import { inFolder } from '../support.ts';
import { importedEvents, importedItems, importRecord } from './import-data.ts';

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

/** The definition of the index of histories, if it is there, and whether an import is running or left over. */
function inspectIndex(path: string): { index: string | undefined; isPending: boolean } {
  const file = new Sqlite(path, { readonly: true });
  try {
    const index = file
      .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = 'histories'")
      .pluck()
      .get();
    const isPending = file.prepare('SELECT 1 FROM pending_import').get() !== undefined;
    if (index !== undefined && !isPending) assert.equal(file.pragma('integrity_check', { simple: true }), 'ok');
    return { index, isPending };
  } finally {
    file.close();
  }
}

const withoutComments = (sql: string | undefined) => sql?.replace(/IF NOT EXISTS /, '').replace(/\s+/g, ' ');

test('a large import that is killed while it has no index leaves all of it or nothing, and the index', () =>
  inFolder(async (path) => {
    const store = await openStore(path);
    const { index: expected } = inspectIndex(path);
    await store.upsertItems([{ id: 'a' }]);
    await store.appendEvents([{ user: 'u', item: 'a', type: 'view', timestamp: 1 }]);
    let stored = 1;
    const script = fileURLToPath(new URL('writer-child.ts', import.meta.url));
    let isComplete = false;
    // During the puts; then, from the last put on, ever later: while the index is built, and up to the commit.
    for (let attempt = 0; attempt < 8 && !isComplete; attempt++) {
      const child = spawn(process.execPath, [script, path, 'large'], { stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      for await (const line of createInterface({ input: child.stdout! })) {
        const batch = Number(line.split(' ')[1]);
        if (batch === 3) {
          // For this write the import commits what it has written so far.
          stored += await store.appendEvents([{ user: 'v', item: 'a', type: 'view', timestamp: 1 }]);
          if (attempt === 0) assert.equal(inspectIndex(path).index, undefined);
        }
        if (batch !== (attempt === 0 ? 3 : 19)) continue;
        await sleep(attempt * 30);
        child.kill('SIGKILL');
      }
      await exited;
      const opened = await openStore(path);
      while (inspectIndex(path).isPending || inspectIndex(path).index === undefined) await sleep(20);
      assert.equal(withoutComments(inspectIndex(path).index), withoutComments(expected));
      isComplete = (await opened.imports()).length === 1;
      assert.equal((await opened.counts()).events, stored + (isComplete ? 100_000 : 0));
      assert.deepEqual(await opened.histories(['u'], 5), [['a']]);
      await opened.close();
    }
    await store.close();
  }));

test('while a large import runs, others read and write; if it fails, the index is there again', () =>
  inFolder(async (path) => {
    const store = await openStore(path);
    const other = await openStore(path);
    await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
    await store.appendEvents([
      { user: 'u', item: 'a', type: 'view', timestamp: 1 },
      { user: 'u', item: 'b', type: 'impression', timestamp: 2 },
    ]);
    const read = (from: Store) =>
      Promise.all([
        from.histories(['u', 'user 0'], 5),
        from.interactionLog().then(({ items, userIds }) => [[...items], userIds]),
        from.countImpressions(),
        from.counts(),
      ]);
    const before = await read(other);
    const record = { ...importRecord('large'), events: 500_000 };
    const failing = store.importAll(record, async (transaction) => {
      await transaction.putItems(importedItems(10));
      await transaction.putEvents(importedEvents(0, 20_000, 10));
      assert.deepEqual(await read(other), before);
      assert.deepEqual(await read(store), before);
      await other.appendEvents([{ user: 'u', item: 'b', type: 'view', timestamp: 3 }]);
      // For this write the import has committed what it has written so far.
      assert.equal(inspectIndex(path).index, undefined);
      assert.deepEqual(await store.interactionLog().then(({ items }) => items.length), 2);
      assert.deepEqual(await store.histories(['u'], 5), [['a', 'b']]);
      assert.equal((await other.deleteEvents({ user: 'u', item: 'b', types: ['view'] })).events, 1);
      assert.deepEqual(await read(store), before);
      throw new Error('stopped');
    });
    await assert.rejects(failing, /stopped/);
    assert.deepEqual(await read(other), before);
    assert.notEqual(inspectIndex(path).index, undefined);

    await store.importAll(record, async (transaction) => {
      await transaction.putItems(importedItems(10));
      await transaction.putEvents(importedEvents(0, 20_000, 10));
    });
    assert.notEqual(inspectIndex(path).index, undefined);
    assert.equal((await other.counts()).events, 20_002);
    const plain = await openStore(':memory:');
    await plain.upsertItems(importedItems(10));
    await plain.appendEvents(importedEvents(0, 20_000, 10));
    const users = ['user 0', 'user 7', 'user 502'];
    assert.deepEqual(await other.histories(users, 50), await plain.histories(users, 50));
    await Promise.all([store.close(), other.close(), plain.close()]);
  }));
