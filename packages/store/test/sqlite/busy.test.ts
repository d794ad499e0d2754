import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore } from '@lorekeep/store';
import Sqlite from 'better-sqlite3';
import { code, inFolder } from '../support.ts';

test('a write that waits too long for another program fails with a code; the event loop keeps running', () =>
  inFolder(async (path) => {
    const store = await openStore(path, { busyMs: 100 });
    const other = new Sqlite(path);
    other.exec('BEGIN IMMEDIATE');
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await assert.rejects(store.upsertItems([{ id: 'a' }]), code('STORE_BUSY'));
    clearInterval(timer);
    assert.ok(ticks > 0);
    assert.deepEqual(await store.counts(), { items: 0, users: 0, events: 0 });
    other.exec('ROLLBACK');
    other.close();
    await store.upsertItems([{ id: 'a' }]);
    assert.equal((await store.counts()).items, 1);
    await store.close();
  }));

test('an import into a memory store waits for another one as long as it may', async () => {
  const store = await openStore(':memory:', { busyMs: 50 });
  const importing = (fingerprint: string, fill = async () => {}) => {
    const counts = { items: 0, events: 0, ordinals: false, skipped: 0, at: 1 };
    return store.importAll({ fingerprint, files: [], contents: [], ...counts }, fill);
  };
  await importing('outer', () => assert.rejects(importing('inner'), code('STORE_BUSY')));
  await Promise.all([importing('a'), importing('b')]);
  assert.deepEqual(
    (await store.imports()).map(({ fingerprint }) => fingerprint),
    ['outer', 'a', 'b'],
  );
  await store.close();
});

test('writes that wait behind one lock fail together, in the order of their calls', () =>
  inFolder(async (path) => {
    const busyMs = 300;
    const store = await openStore(path, { busyMs });
    const lock = await holdLock(path);
    const finished: number[] = [];
    const started = Date.now();
    const writes = Array.from({ length: 20 }, (_, i) =>
      store.upsertItems([{ id: `item ${i}` }]).finally(() => finished.push(i)),
    );
    const results = await Promise.allSettled(writes);
    const elapsed = Date.now() - started;
    for (const result of results) {
      assert.equal(result.status, 'rejected');
      code('STORE_BUSY')(result.reason);
      assert.deepEqual(result.reason.details, { path, waitedMs: busyMs });
    }
    assert.deepEqual(finished, [...finished.keys()]);
    // One wait for all of them: 20 waits one after another would take 6 s.
    assert.ok(elapsed < 4000, `${elapsed} ms`);
    await lock.release();
    assert.deepEqual(await store.counts(), { items: 0, users: 0, events: 0 });
    await store.upsertItems([{ id: 'after' }]);
    assert.equal((await store.counts()).items, 1);
    await store.close();
  }));

test('writes that wait behind a lock all succeed in order when it is released in time', () =>
  inFolder(async (path) => {
    const store = await openStore(path, { busyMs: 30_000 });
    const lock = await holdLock(path);
    const writes = ['a', 'b', 'c'].map((id) => store.upsertItems([{ id }]));
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal((await store.counts()).items, 0);
    await lock.release();
    await Promise.all(writes);
    assert.deepEqual((await store.interactionLog()).itemIds, ['a', 'b', 'c']);
    await store.close();
  }));

test('an import waits for the lock of another program no longer than configured', () =>
  inFolder(async (path) => {
    const store = await openStore(path, { busyMs: 100 });
    const lock = await holdLock(path);
    const record = {
      fingerprint: 'f',
      files: [],
      contents: [],
      items: 0,
      events: 0,
      ordinals: false,
      skipped: 0,
      at: 0,
    };
    await assert.rejects(
      store.importAll(record, async () => assert.fail('called')),
      code('STORE_BUSY'),
    );
    await lock.release();
    await store.importAll(record, async (transaction) => transaction.putItems([{ id: 'a' }]));
    assert.equal((await store.counts()).items, 1);
    await store.close();
  }));

/** A second process that holds the write lock until it is released. */
async function holdLock(path: string): Promise<{ release: () => Promise<void> }> {
  const script = fileURLToPath(new URL('lock-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return {
    async release() {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    },
  };
}
