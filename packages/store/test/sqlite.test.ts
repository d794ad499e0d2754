import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { openStore, type Store } from '../src/index.ts';
import { storeConformance } from './conformance.ts';

const code = (expected: string) => (error: unknown) => {
  assert.equal((error as { code?: string }).code, expected, String(error));
  return true;
};

async function inFolder(run: (path: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lorekeep-store-'));
  try {
    await run(join(folder, 'store.db'), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

storeConformance('SQLite file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lorekeep-store-'));
  const path = join(folder, 'new', 'store.db');
  const opened: Store[] = [];
  const open = async () => {
    const store = await openStore(path);
    opened.push(store);
    return store;
  };
  const store = await open();
  return {
    store,
    another: open,
    reopen: async () => {
      await store.close();
      return open();
    },
    dispose: async () => {
      for (const each of opened) await each.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});

storeConformance('SQLite in memory', async () => {
  const store = await openStore(':memory:');
  return { store, dispose: () => store.close() };
});

test('a file that is no database, another program’s, or a newer one is refused and stays as it was', () =>
  inFolder(async (path) => {
    await writeFile(path, 'id,title\n'.repeat(1000));
    await assert.rejects(openStore(path), code('STORE_NOT_A_DATABASE'));
    assert.equal(await readFile(path, 'utf8'), 'id,title\n'.repeat(1000));
    await rm(path);

    const foreign = new Sqlite(path);
    foreign.exec('CREATE TABLE theirs (x)');
    foreign.close();
    const before = await readFile(path);
    await assert.rejects(openStore(path), code('STORE_FOREIGN_DATABASE'));
    assert.deepEqual(await readFile(path), before);
    await rm(path);

    await (await openStore(path)).close();
    const newer = new Sqlite(path);
    newer.pragma('user_version = 99');
    newer.close();
    await assert.rejects(openStore(path), (error) => {
      code('STORE_TOO_NEW')(error);
      assert.match((error as Error).message, /99/);
      return true;
    });
  }));

test('a store of the first version opens with all it held, and takes new imports', () =>
  inFolder(async (path) => {
    const first = new Sqlite(path);
    first.exec(await readFile(new URL('version-1.sql', import.meta.url), 'utf8'));
    first.close();
    const store = await openStore(path);
    const old = { fingerprint: 'old', files: ['items.csv', 'log.csv'], items: 2, events: 3, skipped: 1, at: 17.5 };
    assert.deepEqual(await store.imports(), [{ ...old, contents: [], ordinals: false }]);
    assert.deepEqual(await store.counts(), { items: 2, users: 2, events: 3 });
    assert.deepEqual(await store.histories(['u', 'v'], 9), [['a', 'b'], []]);
    assert.equal(await store.getSetting('template'), 'title');
    const more = { ...old, fingerprint: 'more', contents: ['log'], ordinals: true };
    await store.importAll(more, async (to) => to.putEvents([{ user: 'u', item: 'a', type: 'view', timestamp: 1.8e9 }]));
    await store.close();
    const again = await openStore(path);
    assert.deepEqual((await again.imports())[1], more);
    assert.deepEqual(await again.histories(['u'], 9), [['a', 'b', 'a']]);
    await again.close();
  }));

test('in a store of the first version, ordinals are told from times', () =>
  inFolder(async (path) => {
    const first = new Sqlite(path);
    first.exec(await readFile(new URL('version-1.sql', import.meta.url), 'utf8'));
    first.exec('UPDATE events SET timestamp = arrival - 1');
    first.close();
    const store = await openStore(path);
    assert.deepEqual(
      (await store.imports()).map(({ ordinals }) => ordinals),
      [true],
    );
    await store.close();
  }));

test('a store that is not there, or cannot be, is a coded error', () =>
  inFolder(async (path, folder) => {
    await assert.rejects(openStore(path, { create: false }), code('STORE_MISSING'));
    await assert.rejects(openStore(folder), code('STORE_CANNOT_OPEN'));
    await writeFile(path, '');
    await (await openStore(path)).close();
    await assert.rejects(openStore(join(path, 'below.db')), code('STORE_CANNOT_OPEN'));
  }));

test('a damaged file is reported as damaged', () =>
  inFolder(async (path) => {
    const store = await openStore(path);
    await store.upsertItems(Array.from({ length: 5000 }, (_, i) => ({ id: `item ${i}`, title: 'x'.repeat(100) })));
    await store.close();
    const bytes = await readFile(path);
    bytes.fill(0x5a, 8192 * 3);
    await writeFile(path, bytes);
    await assert.rejects(async () => {
      const damaged = await openStore(path);
      try {
        await Array.fromAsync(damaged.items());
        await damaged.interactionLog();
      } finally {
        await damaged.close();
      }
    }, code('STORE_CORRUPT'));
  }));

test('a write that waits too long for another program fails with a code and the event loop goes on', () =>
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

/** Starts the writer, lets it write until `lines` are acknowledged, kills it, and gives the last line it said. */
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

test('killed while appending: every acknowledged event is there, and no batch is half there', () =>
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

test('killed in the middle of an import: nothing of it is there, and the store can be written', () =>
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
