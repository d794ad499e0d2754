import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '@lorekeep/store';
import Sqlite from 'better-sqlite3';
import { code, inFolder } from '../support.ts';

test('a file that is not a database, is of another program or is newer is refused and not changed', () =>
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

test('a store of version 1 opens with all its data and accepts new imports', () =>
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

test('in a store of version 1, imports with ordinals are recognised', () =>
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

test('a store of version 3 keeps rows, order and fingerprint, and accepts new imports', () =>
  inFolder(async (path) => {
    const file = new Sqlite(path);
    file.exec(await readFile(new URL('version-3.sql', import.meta.url), 'utf8'));
    file.close();
    const store = await openStore(path);
    assert.deepEqual((await Array.fromAsync(store.items())).flat(), [
      { id: 'b', brand: 'new' },
      { id: 'a', title: 'A lamp', categories: ['Home'] },
      { id: 'c' },
    ]);
    const { fingerprint } = await store.interactionLog();
    // As version 3 computed it.
    assert.equal(fingerprint, '72408a8c2e5318804415d24c8c067531bb58eab73598bc225c74f9fd65f73dff');
    assert.deepEqual(
      (await Array.fromAsync(store.events())).flat().map(({ user, item, type }) => [user, item, type]),
      [
        ['v', 'a', 'view'],
        ['u', 'b', 'impression'],
        ['u', 'c', 'view'],
        ['v', 'b', 'cart'],
      ],
    );
    const [record] = await store.imports();
    assert.deepEqual([record.fingerprint, record.contents], ['first', ['c1']]);
    await store.importAll({ ...record, fingerprint: 'second', contents: ['c2'] }, async (transaction) => {
      await transaction.putItems([{ id: 'd' }, { id: 'a' }]);
      await transaction.putEvents([{ user: 'w', item: 'd', type: 'view', timestamp: 1 }]);
    });
    await store.upsertItems([{ id: 'e' }]);
    const { itemIds, userIds } = await store.interactionLog();
    assert.deepEqual({ itemIds, userIds }, { itemIds: ['b', 'a', 'c', 'd', 'e'], userIds: ['v', 'u', 'w'] });
    assert.deepEqual(await store.histories(['v', 'w'], 9), [['a', 'b'], ['d']]);
    await store.close();
    // Programs that know version 3 refuse any other, with `STORE_TOO_NEW`.
    const migrated = new Sqlite(path);
    assert.equal(migrated.pragma('user_version', { simple: true }), 8);
    migrated.close();
  }));

test('a store that is missing or cannot be created is a coded error', () =>
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
