import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore, type Store } from '@lorekeep/store';
import Sqlite from 'better-sqlite3';
import { code, inFolder } from '../support.ts';
import { importedEvents, importedItems, importRecord } from './import-data.ts';

function startImport(path: string, what: string): ChildProcess {
  const script = fileURLToPath(new URL('writer-child.ts', import.meta.url));
  return spawn(process.execPath, [script, path, what], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** What only this adapter knows: rows that are hidden or left over. */
function inspect(path: string): { rows: number; pending: number; originals: number } {
  const file = new Sqlite(path, { readonly: true });
  try {
    assert.equal(file.pragma('integrity_check', { simple: true }), 'ok');
    assert.deepEqual(file.pragma('foreign_key_check'), []);
    const count = (table: string) => file.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!;
    return {
      rows: count('items') + count('users') + count('events'),
      pending: count('pending_import'),
      originals: count('item_originals'),
    };
  } finally {
    file.close();
  }
}

async function untilClean(path: string): Promise<void> {
  for (const started = Date.now(); inspect(path).pending > 0; await sleep(20)) {
    assert.ok(Date.now() - started < 60_000, 'rows of the killed import are still there');
  }
}

const rowsOf = async (store: Store) => {
  const { items, users, events } = await store.counts();
  return items + users + events;
};

test('writes succeed while another process imports; if that is killed, its rows are removed', () =>
  inFolder(async (path) => {
    // Far less than the import takes: without turns, the first write would fail.
    const store = await openStore(path, { busyMs: 5000 });
    await store.upsertItems([{ id: 'a', title: 'stored' }]);
    const child = startImport(path, 'import');
    await once(child.stdout!, 'data');
    child.stdout!.resume();
    for (let i = 0; i < 10; i++) {
      await store.appendEvents([{ user: 'imported 0-1', item: 'a', type: 'view', timestamp: i }]);
      assert.deepEqual(await store.counts(), { items: 1, users: 1, events: i + 1 });
    }
    assert.equal(child.exitCode, null);
    await kill(child);
    const { pending, originals, rows } = inspect(path);
    assert.equal(pending, 1);
    assert.equal(originals, 1);
    assert.ok(rows > 5000, `${rows} rows`);
    assert.deepEqual(await store.getItems(['a', 'imported']), [{ id: 'a', title: 'stored' }, undefined]);
    await store.close();

    // Closing stops the removal; every start goes on with it.
    for (let i = 0; i < 3; i++) await (await openStore(path)).close();
    const again = await openStore(path);
    assert.deepEqual(await again.counts(), { items: 1, users: 1, events: 10 });
    await untilClean(path);
    assert.deepEqual(await again.getItems(['a', 'imported']), [{ id: 'a', title: 'stored' }, undefined]);
    assert.equal((await again.interactionLog()).items.length, 10);
    await again.close();
    assert.deepEqual(inspect(path), { rows: 12, pending: 0, originals: 0 });
    assert.ok(!existsSync(`${path}-import`));
  }));

test('an import that is killed at any moment is complete or absent, and can be repeated', () =>
  inFolder(async (path, folder) => {
    const items = 200;
    const events = 40_000;
    const expected = await openStore(':memory:');
    const stored = importedItems(50).map(({ id }) => ({ id, title: 'stored' }));
    await expected.upsertItems(stored);
    await expected.importAll(importRecord('whole'), async (transaction) => {
      await transaction.putItems(importedItems(items));
      await transaction.putEvents(importedEvents(0, events, items));
    });
    const whole = await expected.interactionLog();

    for (const [round, delay] of [0, 15, 40, 90, 200, 350, 500].entries()) {
      const file = `${path}-${round}`;
      const store = await openStore(file);
      await store.upsertItems(stored);
      const child = startImport(file, `import:${items}:${events}`);
      await once(child.stdout!, 'data');
      child.stdout!.resume();
      // A write without lasting effect, so that the import gives turns before it is killed.
      const asking = (async () => {
        while (child.exitCode === null && child.signalCode === null) {
          await store.setSetting('k', 1);
          await sleep(5);
        }
      })();
      await sleep(delay);
      await kill(child);
      await asking;
      const isThere = (await store.imports()).length > 0;
      assert.equal(await rowsOf(store), isThere ? items + whole.userIds.length + events : 50);
      assert.deepEqual(await store.getItems(['item 0']), [{ id: 'item 0', title: isThere ? 'imported 0' : 'stored' }]);
      if (!isThere) {
        await store.importAll(importRecord('whole'), async (transaction) => {
          await transaction.putItems(importedItems(items));
          await transaction.putEvents(importedEvents(0, events, items));
        });
      }
      assert.equal((await store.interactionLog()).fingerprint, whole.fingerprint);
      await store.close();
      await (await openStore(file)).close();
      assert.deepEqual(inspect(file), { rows: await rowsOf(expected), pending: 0, originals: 0 }, folder);
    }
    await expected.close();
  }));

test('an import that is killed after its commit is complete; the next start removes its originals', () =>
  inFolder(async (path) => {
    const store = await openStore(path);
    await store.importAll(importRecord('whole'), (transaction) => transaction.putItems(importedItems(3)));
    await store.close();
    const file = new Sqlite(path);
    file.exec(`INSERT INTO pending_import (id, horizon, committed) VALUES ('x', 1, 1);
      INSERT INTO item_originals (row, title) SELECT row, 'before' FROM items`);
    file.close();
    const again = await openStore(path);
    assert.deepEqual(await again.getItems(['item 2']), importedItems(3).slice(2));
    await again.upsertItems([{ id: 'item 2', title: 'changed' }]);
    assert.deepEqual(await again.getItems(['item 2']), [{ id: 'item 2', title: 'changed' }]);
    await untilClean(path);
    assert.deepEqual(await again.getItems(['item 2']), [{ id: 'item 2', title: 'changed' }]);
    await again.close();
    assert.equal(inspect(path).originals, 0);
  }));

test('two imports at once run one after another', () =>
  inFolder(async (path) => {
    const first = await openStore(path);
    const second = await openStore(path);
    const order: string[] = [];
    const put = (store: Store, name: string) =>
      store.importAll(importRecord(name), async (transaction) => {
        order.push(`${name} starts`);
        await transaction.putItems([{ id: name }]);
        // The other one waits for the import lock, also after this one has given a turn.
        await first.setSetting('k', name);
        await sleep(60);
        order.push(`${name} ends`);
      });
    await Promise.all([put(first, 'a'), put(second, 'b'), put(first, 'c')]);
    for (let i = 0; i < order.length; i += 2) {
      assert.equal(order[i].replace('starts', 'ends'), order[i + 1]);
    }
    assert.deepEqual((await first.interactionLog()).itemIds.toSorted(), ['a', 'b', 'c']);
    await first.close();
    await second.close();
    assert.ok(!existsSync(`${path}-import`));
  }));

test('an import waits for another one no longer than configured', () =>
  inFolder(async (path) => {
    const store = await openStore(path);
    const impatient = await openStore(path, { busyMs: 100 });
    await store.importAll(importRecord('a'), async () => {
      await assert.rejects(
        impatient.importAll(importRecord('b'), async () => assert.fail('called')),
        code('STORE_BUSY'),
      );
    });
    await impatient.close();
    await store.close();
  }));

test('an import whose lock file is removed fails as soon as another import takes over', () =>
  inFolder(async (path) => {
    const first = await openStore(path);
    const second = await openStore(path);
    await assert.rejects(
      first.importAll(importRecord('a'), async (transaction) => {
        await transaction.putItems(importedItems(5));
        await second.setSetting('k', 1);
        rmSync(`${path}-import`);
        await second.importAll(importRecord('b'), async (other) => {
          await other.putItems([{ id: 'b' }]);
          await second.setSetting('k', 2);
          await assert.rejects(transaction.putItems(importedItems(9)), code('STORE_BUSY'));
          await other.putItems([{ id: 'c' }]);
        });
      }),
      code('STORE_BUSY'),
    );
    assert.deepEqual((await first.interactionLog()).itemIds, ['b', 'c']);
    await first.close();
    await second.close();
    assert.deepEqual(inspect(path), { rows: 2, pending: 0, originals: 0 });
  }));
