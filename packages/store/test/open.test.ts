import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { openStore } from '@lorekeep/store';
import { code, inFolder } from './support.ts';

test('sqlite:PATH and a plain path open the same file', () =>
  inFolder(async (path) => {
    const first = await openStore(`sqlite:${path}`);
    await first.upsertItems([{ id: 'a' }]);
    await first.close();
    assert.ok(existsSync(path));
    const second = await openStore(path, { create: false });
    assert.deepEqual(await second.getItems(['a']), [{ id: 'a' }]);
    await second.close();
  }));

test('sqlite::memory: is a store in memory', async () => {
  const store = await openStore('SQLite::memory:');
  assert.deepEqual(await store.counts(), { items: 0, users: 0, events: 0 });
  await store.close();
  assert.ok(!existsSync(':memory:'));
});

test('an unknown scheme is refused with the known ones', async () => {
  await assert.rejects(openStore('postgres://host/shop'), (error) => {
    code('STORE_SCHEME_UNKNOWN')(error);
    assert.deepEqual((error as { details?: object }).details, { scheme: 'postgres', known: ['sqlite'] });
    assert.equal((error as { kind?: string }).kind, 'usage');
    return true;
  });
});

test('an empty path is refused', async () => {
  for (const path of ['', 'sqlite:', 5 as unknown as string]) {
    await assert.rejects(openStore(path), code('STORE_ARGUMENT'));
  }
});
