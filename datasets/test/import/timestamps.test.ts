import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LorekeepError } from '@lorekeep/core';
import { importFiles } from '@lorekeep/datasets';
import { openStore, type Store } from '@lorekeep/store';
import { hasCode, importInto, put, putCatalogue } from './harness.ts';

test('timestamps are seconds, milliseconds or ISO 8601; without them, the order of the lines counts', async () => {
  const items = [await putCatalogue()];
  const times = ['1357430400', '1357430400123', '2013-01-06', '2013-01-06T00:00:00+02:00', '2013-01-06 00:00:00 UTC'];
  const file = await put('events.tsv', `user\titem\ttime\n${times.map((time) => `u\ta\t${time}`).join('\n')}`);
  assert.deepEqual(
    (await importInto({ items, events: [file] })).events.map((event) => event.timestamp),
    [1357430400, 1357430400.123, 1357430400, 1357423200, 1357430400],
  );
  const untimed = [await put('events.csv', 'user,item\nu,b\nu,a\n'), await put('events.csv', 'user,item\nv,c\n')];
  const found = await importInto({ items, events: untimed });
  assert.deepEqual(
    found.events.map(({ item, timestamp }) => [item, timestamp]),
    [
      ['b', 0],
      ['a', 1],
      ['c', 2],
    ],
  );
});

test('events with and without timestamps cannot be in one store', async () => {
  const untimed = await put('untimed.tsv', 'user\titem\nu\ta\nu\tb\n');
  const blank = await put('blank.tsv', 'user\titem\ttimestamp\nv\tc\t\n');
  // Small numbers, such as positions in a user's history, are ordinals that a file gives itself.
  const small = await put('small.tsv', 'user\titem\ttimestamp\nu\ta\t0\nu\tb\t1\nv\ta\t0\n');
  const real = await put('real.tsv', 'user\titem\ttimestamp\nu\tc\t1700000000\n');
  const items = [await putCatalogue()];
  const fresh = async (...events: string[]) => {
    const store = await openStore(':memory:');
    for (const file of events) await importFiles({ store, items, events: [file] });
    return store;
  };
  const refusedBy = async (store: Store, file: string, ordinals: boolean) => {
    const before = [await store.counts(), (await store.imports()).length];
    const more = await put('items.jsonl', '{"item":"new"}');
    await assert.rejects(importFiles({ store, items: [more], events: [file] }), (error: LorekeepError) => {
      hasCode('IMPORT_TIMES_MIXED')(error);
      assert.deepEqual(error.details, { files: [file], ordinals });
      return error.kind === 'usage';
    });
    assert.deepEqual([await store.counts(), (await store.imports()).length], before);
    await store.close();
  };
  await refusedBy(await fresh(real), untimed, true);
  await refusedBy(await fresh(small), blank, true);
  await refusedBy(await fresh(untimed, blank), real, false);
  await refusedBy(await fresh(untimed), small, false);

  const live = await fresh(untimed);
  await live.appendEvents([{ user: 'u', item: 'c', type: 'view', timestamp: 1.7e9 }]);
  await refusedBy(live, blank, true);

  const times = await fresh(small, real);
  assert.deepEqual(await times.histories(['u'], 9), [['a', 'b', 'c']]);
  // Without new events there are no times to mix.
  await importFiles({ store: times, items: [await put('items.jsonl', '{"item":"d"}')] });
  const empty = await put('empty.tsv', 'user\titem\n');
  assert.equal((await importFiles({ store: times, events: [empty] })).events, 0);
  await times.close();
});

test('ordinals go on after the last one, also if earlier events were deleted', async () => {
  const store = await openStore(':memory:');
  const items = [await putCatalogue()];
  await importFiles({ store, items, events: [await put('log.csv', 'user,item,type\nu,a,view\nu,a,cart\nu,b,view\n')] });
  await store.deleteEvents({ types: ['cart'] });
  await importFiles({ store, events: [await put('log.csv', 'user,item\nu,c\nu,a\n')] });
  assert.deepEqual(await store.histories(['u'], 9), [['a', 'b', 'c', 'a']]);
  // Once all of them are deleted, real times may follow.
  await store.deleteEvents({ user: 'u' });
  await importFiles({ store, events: [await put('log.csv', 'user,item,timestamp\nu,b,1700000000\n')] });
  await store.close();
});
