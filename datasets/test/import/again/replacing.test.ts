/** A log that is dumped anew every night. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { importFiles } from '@lorekeep/datasets';
import { openStore, type Store } from '@lorekeep/store';

const HEADER = 'user,item,timestamp,type\n';

async function withStore(run: (store: Store, file: (name: string, text: string) => Promise<string>) => Promise<void>) {
  const dir = await mkdtemp(join(tmpdir(), 'lorekeep-replace-'));
  const store = await openStore(join(dir, 'store.db'));
  try {
    await run(store, async (name, text) => {
      await writeFile(join(dir, name), text);
      return join(dir, name);
    });
  } finally {
    await store.close();
    await rm(dir, { recursive: true });
  }
}

const users = async (store: Store) => (await Array.fromAsync(store.events())).flat().map(({ user }) => user);

test('every dump replaces the former one, and live events are neither lost nor doubled', () =>
  withStore(async (store, file) => {
    const items = [await file('items.csv', 'id,title\na,A lamp\nb,A chair\n')];
    const monday = await file('log.csv', `${HEADER}ann,a,100,view\nbob,b,200,view\n`);
    const first = await importFiles({ store, items, events: [monday], replace: true });
    assert.deepEqual([first.events, first.replaced, first.alreadyLive], [2, 0, 0]);
    await store.appendEvents([
      { user: 'cleo', item: 'a', type: 'cart', timestamp: 300.25 },
      { user: 'dora', item: 'a', type: 'cart', timestamp: 900 },
    ]);
    assert.equal((await importFiles({ store, items, events: [monday], replace: true })).unchanged, true);
    const tuesday = await file('log.csv', `${HEADER}ann,a,100,view\ncleo,a,300,cart\neve,b,400,view\n`);
    const second = await importFiles({ store, items, events: [tuesday], replace: true });
    assert.deepEqual([second.events, second.replaced, second.alreadyLive], [3, 2, 1]);
    assert.deepEqual(await users(store), ['cleo', 'dora', 'ann', 'eve']);
    assert.equal((await store.imports()).length, 1);
    // Monday's dump is not stored any more, so it can come back.
    await file('log.csv', `${HEADER}ann,a,100,view\nbob,b,200,view\n`);
    assert.equal((await importFiles({ store, items, events: [monday], replace: true })).replaced, 2);
    assert.deepEqual(await users(store), ['cleo', 'dora', 'ann', 'bob']);
  }));

test('logs without timestamps replace each other too, and one with timestamps may follow', () =>
  withStore(async (store, file) => {
    const items = [await file('items.csv', 'id\na\nb\n')];
    const log = await file('log.csv', 'user,item\nann,a\nbob,b\n');
    await importFiles({ store, items, events: [log] });
    await file('log.csv', 'user,item\nann,b\n');
    await importFiles({ store, events: [log], replace: true });
    const [events] = await Array.fromAsync(store.events());
    assert.deepEqual(events, [{ user: 'ann', item: 'b', type: 'interaction', timestamp: 0 }]);
    await file('log.csv', `${HEADER}ann,a,100,view\n`);
    await importFiles({ store, events: [log], replace: true });
    assert.deepEqual(await users(store), ['ann']);
  }));

test('a dump without events, or none at all, replaces nothing', () =>
  withStore(async (store, file) => {
    const items = [await file('items.csv', 'id\na\n')];
    const log = await file('log.csv', `${HEADER}ann,a,100,view\n`);
    await importFiles({ store, items, events: [log] });
    const empty = await file('empty.csv', HEADER);
    await assert.rejects(importFiles({ store, events: [empty], replace: true }), { code: 'IMPORT_EMPTY_LOG' });
    await assert.rejects(importFiles({ store, items, replace: true }), { code: 'IMPORT_OPTION' });
    assert.deepEqual(await users(store), ['ann']);
  }));

test('an item that is deleted while the log is written is unknown in the next pass', () =>
  withStore(async (store, file) => {
    const items = [await file('items.csv', 'id\na\nb\n')];
    await importFiles({ store, items });
    const log = await file('log.csv', `${HEADER}ann,a,100,view\nbob,b,200,view\n`);
    let deleted = 0;
    const importAll: Store['importAll'] = async (record, fill, options) => {
      if (deleted === 0) deleted = (await store.deleteItems(['b'])).items;
      return store.importAll(record, fill, options);
    };
    const summary = await importFiles({ store: { ...store, importAll }, events: [log], unknownItems: 'skip' });
    assert.deepEqual([deleted, summary.events, summary.withoutItem], [1, 1, 1]);
    assert.deepEqual(await users(store), ['ann']);
  }));
