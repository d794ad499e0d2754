import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { allEvents, allItems, folder, hasCode, put, putCatalogue } from '../harness.ts';

test('the same content again changes nothing, also under other file names', async () => {
  const store = await openStore(':memory:');
  const events = 'user\titem\ttimestamp\nu\ta\t1\n';
  const first = await importFiles({ store, items: [await putCatalogue()], events: [await put('log.tsv', events)] });
  const again = await importFiles({
    store,
    items: [await putCatalogue()],
    events: [await put('other.tsv', events)],
    skipBad: 5,
  });
  assert.equal(again.repeatedFiles.length, 1);
  assert.deepEqual(again, { ...first, unchanged: true, reading: [], repeatedFiles: again.repeatedFiles });
  assert.deepEqual(await store.counts(), { items: 3, users: 1, events: 1 });
  await store.close();
});

test('other files add: items are replaced as a whole, events are appended, ordinals continue', async () => {
  const store = await openStore(':memory:');
  await importFiles({
    store,
    items: [await putCatalogue()],
    events: [await put('log.tsv', 'user\titem\nu\ta\nu\tb\n')],
  });
  const more = await put('items.jsonl', '{"item":"d"}\n{"item":"a","title":"A"}\n');
  await importFiles({ store, items: [more], events: [await put('log.tsv', 'user\titem\nu\tc\nu\td\n')] });
  await importFiles({ store, events: [await put('log.tsv', 'user\titem\nu\ta\n')] });
  assert.deepEqual(
    (await allItems(store)).map(({ id, title }) => [id, title]),
    [
      ['a', 'A'],
      ['b', undefined],
      ['c', undefined],
      ['d', undefined],
    ],
  );
  assert.deepEqual(await store.histories(['u'], 9), [['a', 'b', 'c', 'd', 'a']]);
  await store.close();
});

test('an event file imported before adds nothing beside a changed catalogue, whose items are replaced', async () => {
  const store = await openStore(':memory:');
  const log = 'who\titem\ttimestamp\nu\ta\t1\nv\tb\t2\nu\tz\t3\n';
  const events = await put('log.tsv', log);
  const columns = { user: 'who' };
  const first = await importFiles({ store, items: [await putCatalogue()], events: [events], columns, skipBad: 1 });
  assert.deepEqual(first.repeatedFiles, []);
  const titled = await put('items.jsonl', '{"item":"a","title":"A"}\n{"item":"d"}\n');
  const grown = await put('new.tsv', 'who\titem\ttimestamp\nw\td\t3\n');
  const copy = await put('copy.tsv', log);
  const second = await importFiles({
    store,
    items: [titled],
    events: [copy, grown, grown],
    // A name for a column of items does not make the log a new file. Its bad lines are not read
    // again.
    columns: { ...columns, title: 'title' },
  });
  assert.deepEqual(second.repeatedFiles, [copy, grown]);
  assert.deepEqual([second.items, second.users, second.events, second.skipped], [2, 1, 1, 0]);
  assert.equal(second.unchanged, false);
  assert.deepEqual((await store.getItems(['a']))[0], { id: 'a', title: 'A' });
  assert.deepEqual(
    (await allEvents(store)).map(({ user }) => user),
    ['u', 'v', 'w'],
  );
  const edited = await put('items.jsonl', '{"item":"a","title":"AA"}');
  const third = await importFiles({ store, items: [edited], events: [events, grown], columns });
  assert.deepEqual([third.items, third.events, third.repeatedFiles], [1, 0, [events, grown]]);
  assert.deepEqual(await store.counts(), { items: 4, users: 3, events: 3 });
  // A column that is named for items must still exist.
  await assert.rejects(
    importFiles({
      store,
      items: [edited, await put('x.jsonl', '{"item":"x"}')],
      events: [events],
      columns: { ...columns, price: 'cost' },
    }),
    hasCode('IMPORT_MISSING_COLUMN'),
  );
  await store.close();
});

test('the same file with other column names is a new file', async () => {
  const store = await openStore(':memory:');
  const events = await put('log.tsv', 'user\titem\tother\ttimestamp\nu\ta\tb\t1\n');
  await importFiles({ store, items: [await putCatalogue()], events: [events] });
  const again = await importFiles({ store, events: [events], columns: { item: 'other' } });
  assert.deepEqual([again.events, again.repeatedFiles], [1, []]);
  assert.deepEqual(await store.histories(['u'], 9), [['a', 'b']]);
  await store.close();
});

test('a repeated file counts for the k-core and is not written again', async () => {
  const store = await openStore(':memory:');
  const log = await put('log.tsv', 'user\titem\ttimestamp\nu\ta\t1\nv\ta\t2\nw\tb\t3\n');
  const options = { store, events: [log], minItemEvents: 2 };
  await importFiles({ ...options, items: [await putCatalogue()] });
  const titled = await put('items.jsonl', '{"item":"a","title":"A"}\n{"item":"b","title":"B"}\n');
  const same = await importFiles({ ...options, items: [titled] });
  assert.deepEqual([same.items, same.users, same.events, same.repeatedFiles], [1, 0, 0, [log]]);
  assert.deepEqual(await allItems(store), [{ id: 'a', title: 'A' }]);
  const more = await put('more.tsv', 'user\titem\ttimestamp\nx\tb\t4\n');
  const grown = await importFiles({ ...options, items: [titled], events: [log, more] });
  assert.deepEqual([grown.items, grown.users, grown.events], [2, 1, 1]);
  assert.deepEqual(
    (await allEvents(store)).map(({ user }) => user),
    ['u', 'v', 'x'],
  );
  await store.close();
});

test('two simultaneous imports of one log, each with its own catalogue, add it once', async () => {
  const store = await openStore(join(folder, 'at-once.db'));
  const events = [await put('log.tsv', 'user\titem\ttimestamp\nu\ta\t1\n')];
  const titled = await put('items.jsonl', '{"item":"a","title":"A"}\n');
  const both = await Promise.all([
    importFiles({ store, items: [await putCatalogue()], events }),
    importFiles({ store, items: [titled], events }),
  ]);
  assert.deepEqual(both.map(({ events, repeatedFiles }) => [events, repeatedFiles.length]).sort(), [
    [0, 1],
    [1, 0],
  ]);
  assert.deepEqual(await store.counts(), { items: 3, users: 1, events: 1 });
  await store.close();
});

test('items that were deleted come back with the same catalogue; their former events do not', async () => {
  const store = await openStore(':memory:');
  const catalogue = await putCatalogue();
  const files = { items: [catalogue], events: [await put('log.tsv', 'user\titem\ttimestamp\nu\ta\t1\nu\tb\t2\n')] };
  await importFiles({ store, ...files });
  await store.deleteItems(['a']);
  // A data folder that is opened again deletes and restores nothing.
  assert.equal((await importFiles({ store, ...files, alone: true })).unchanged, true);
  const again = await importFiles({ store, ...files });
  assert.deepEqual([again.unchanged, again.events], [false, 0]);
  assert.deepEqual(await store.counts(), { items: 3, users: 1, events: 1 });
  assert.equal((await importFiles({ store, ...files })).unchanged, true);

  // An item that the files do not have costs one more pass.
  await store.upsertItems([{ id: 'other' }]);
  await store.deleteItems(['other']);
  assert.equal((await importFiles({ store, ...files })).unchanged, false);
  assert.equal((await importFiles({ store, ...files })).unchanged, true);

  await store.deleteItems(['a', 'b']);
  const replacing = await importFiles({ store, ...files, replace: true });
  assert.deepEqual([replacing.events, await store.histories(['u'], 9)], [2, [['a', 'b']]]);
  await store.close();
});
