/** Logs without a catalogue, logs that grow, and the errors and remedies of whole files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { LorekeepError } from '@lorekeep/core';
import { type ImportOptions, importFiles } from '@lorekeep/datasets';
import { openStore, type Store } from '@lorekeep/store';
import { allEvents, allItems, type Files, hasCode, put, putCatalogue } from '../harness.ts';

async function errorOf(options: Files, store?: Store): Promise<LorekeepError> {
  const own = store ?? (await openStore(':memory:'));
  const error = await importFiles({ ...options, store: own } as ImportOptions).then(
    () => assert.fail('it was imported'),
    (failed) => failed,
  );
  if (store === undefined) await own.close();
  return error;
}

test('a log without a catalogue brings items by id alone, if that is asked for', async () => {
  const events = [await put('log.csv', 'user,item,timestamp\nu,b,1700000000\nu,a,1700000001\nv,b,1700000002\n')];
  const refused = await errorOf({ events });
  assert.equal(refused.code, 'IMPORT_BAD_LINES');
  assert.match(refused.hint ?? '', /unknownItems: 'add'/);
  assert.doesNotMatch(refused.hint ?? '', /to be skipped/);
  const skipped = await errorOf({ events, skipBad: 3 });
  assert.equal(skipped.code, 'IMPORT_EMPTY_CATALOGUE');
  assert.match(skipped.hint ?? '', /unknownItems: 'add'/);

  const store = await openStore(':memory:');
  const summary = await importFiles({ store, events, unknownItems: 'add' });
  assert.deepEqual([summary.items, summary.addedItems, summary.events], [2, 2, 3]);
  assert.deepEqual(await allItems(store), [{ id: 'b' }, { id: 'a' }]);
  // Items that are known keep their content.
  await importFiles({ store, items: [await put('items.csv', 'id,title\nb,B\n')] });
  const more = [await put('log.csv', 'user,item,timestamp\nu,b,1700000003\nu,c,1700000004\n')];
  assert.equal((await importFiles({ store, events: more, unknownItems: 'add' })).addedItems, 1);
  assert.deepEqual(
    (await allItems(store)).map(({ id, title }) => [id, title]),
    [
      ['b', 'B'],
      ['a', undefined],
      ['c', undefined],
    ],
  );
  await store.close();
});

test('if most events are of unknown items, the hint shows the ids of both sides and how they differ', async () => {
  const cases: [item: string, event: string, difference: RegExp][] = [
    ['SKU-1', 'sku-1', /upper and lower case/],
    ['007', '7', /leading zeros/],
    ['item_17', '17', /a prefix or suffix/],
    ['a b', 'ab', /blanks/],
  ];
  for (const [item, event, difference] of cases) {
    const { hint = '' } = await errorOf({
      items: [await put('items.csv', `id\n${item}\n`)],
      events: [await put('log.csv', `user,item\nu,${event}\nv,${event}\n`)],
    });
    assert.match(hint, difference);
    assert.ok(hint.includes(JSON.stringify(item)) && hint.includes(JSON.stringify(event)), hint);
  }
});

test('equal records of one item are one; others are refused, or the first or last counts', async () => {
  const items = [await put('items.csv', 'id,title\na,A\na,A\nb,Old\nb,New\n')];
  const refused = await errorOf({ items });
  assert.deepEqual(
    (refused.details.bad as { line: number }[]).map(({ line }) => line),
    [5],
  );
  assert.match(refused.hint ?? '', /repeatedItems: 'last'/);
  for (const [repeatedItems, title] of [
    ['first', 'Old'],
    ['last', 'New'],
  ] as const) {
    const store = await openStore(':memory:');
    assert.equal((await importFiles({ store, items, repeatedItems })).repeatedItems, 2);
    assert.equal((await store.getItems(['b']))[0]?.title, title);
    await store.close();
  }
});

const HEADER = 'user,item,timestamp\n';
const row = (i: number) => `u${i % 3},${'abc'[i % 3]},${1_700_000_000 + i}\n`;
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(from + i)).join('');

test('of a log that has grown, only the new lines are added, also if it is compressed', async () => {
  for (const [name, pack] of [
    ['log.csv', (text: string) => text],
    ['log.csv.gz', (text: string) => gzipSync(text)],
  ] as const) {
    const store = await openStore(':memory:');
    const items = [await putCatalogue()];
    const grow = async (text: string) => importFiles({ store, items, events: [await put(name, pack(text))] });
    await grow(HEADER + rows(0, 50));
    const second = await grow(HEADER + rows(0, 80));
    assert.deepEqual([second.events, second.grownFiles.map(({ eventsBefore }) => eventsBefore)], [30, [50]]);
    const third = await grow(HEADER + rows(0, 81));
    assert.deepEqual([third.events, third.grownFiles.map(({ eventsBefore }) => eventsBefore)], [1, [80]]);
    const stamps = (await allEvents(store)).map(({ timestamp }) => timestamp - 1_700_000_000);
    assert.deepEqual(stamps, [...Array(81).keys()]);
    // A log whose first part is another is another log.
    const other = await grow(HEADER + rows(100, 130));
    assert.deepEqual([other.events, other.grownFiles], [30, []]);
    await store.close();
  }
});

test('what an undone or replaced import brought does not count as imported', async () => {
  const store = await openStore(':memory:');
  const items = [await putCatalogue()];
  const put50 = await put('log.csv', HEADER + rows(0, 50));
  const first = await importFiles({ store, items, events: [put50] });
  await store.undoImport(first.fingerprint);
  const put80 = await put('log.csv', HEADER + rows(0, 80));
  const second = await importFiles({ store, items, events: [put80] });
  assert.deepEqual([second.events, second.grownFiles], [80, []]);
  const put90 = await put('log.csv', HEADER + rows(0, 90));
  const third = await importFiles({ store, items, events: [put90], replace: true });
  assert.deepEqual([third.events, third.replaced, third.grownFiles], [90, 80, []]);
  const stamps = (await allEvents(store)).map(({ timestamp }) => timestamp - 1_700_000_000);
  assert.deepEqual(stamps, [...Array(90).keys()]);
  await store.close();
});

test('a grown log is recognised also with another rule for unknown items, and erased users are named', async () => {
  const store = await openStore(':memory:');
  const items = [await putCatalogue()];
  await importFiles({ store, items, events: [await put('log.csv', HEADER + rows(0, 50))] });
  await store.deleteUsers(['u1']);
  const grown = await put('log.csv', `${HEADER}${rows(0, 50)}u1,a,1700000050\nu2,gone,1700000051\nu2,b,1700000052\n`);
  const warnings: string[] = [];
  const warn = ({ code }: { code: string }) => warnings.push(code);
  const second = await importFiles({ store, items, events: [grown], unknownItems: 'skip', warn });
  assert.deepEqual([second.events, second.withoutItem, second.grownFiles.length], [2, 1, 1]);
  assert.deepEqual(warnings, ['ERASED_USERS_RETURN']);
  await store.close();
});

test('a last line that was cut off is not taken for a part of the grown log', async () => {
  const store = await openStore(':memory:');
  const items = [await putCatalogue()];
  await importFiles({
    store,
    items,
    events: [await put('log.csv', `${HEADER}u,a,1700000000\nu,b,170000001`)],
    skipBad: 1,
  });
  const grown = await importFiles({
    store,
    items,
    events: [await put('log.csv', `${HEADER}u,a,1700000000\nu,b,1700000012\n`)],
  });
  assert.deepEqual([grown.events, grown.grownFiles], [2, []]);
  await store.close();
});

test('the same files with other options: the error names the option that differs', async () => {
  const store = await openStore(':memory:');
  const files = { items: [await putCatalogue()], events: [await put('log.csv', HEADER + rows(0, 9))] };
  await importFiles({ store, ...files, alone: true });
  const { code, message, details } = await errorOf({ ...files, alone: true, unknownItems: 'skip' }, store);
  assert.equal(code, 'IMPORT_OTHER_DATA');
  assert.deepEqual(details.changed, [{ option: 'unknownItems', before: undefined, now: 'skip' }]);
  assert.match(message, /unknownItems was not given and is "skip"/);
  const other = await errorOf({ items: [await put('items.csv', 'id\nz\n')], alone: true }, store);
  assert.match(other.message, /already holds other data/);
  hasCode('IMPORT_OTHER_DATA')(other);
  await store.close();
});

test('a log that is read again with other options brings a warning: its events are added again', async () => {
  const store = await openStore(':memory:');
  const items = [await putCatalogue()];
  const events = [await put('log.csv', HEADER + rows(0, 9))];
  const warnings: string[] = [];
  const warn = ({ code, message }: { code: string; message: string }) => warnings.push(`${code} ${message}`);
  await importFiles({ store, items, events, warn });
  await importFiles({ store, items, events, warn });
  assert.deepEqual(warnings, []);
  await importFiles({ store, items, events, unknownItems: 'skip', warn });
  assert.match(
    warnings.join(),
    /^LOG_IMPORTED_BEFORE .*unknownItems was not given and is "skip"\. Its events are added again\.$/,
  );
  await store.close();
});
