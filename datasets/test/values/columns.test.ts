/** Values of columns: times, ids, prices, lists, ratings, and what stands for "no value". */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { type LorekeepError, readTimestamp } from '@lorekeep/core';
import { type ImportSummary, importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { allEvents, type Files, hasCode, importInto, put, putCatalogue } from '../import/harness.ts';

async function summaryOf(options: Files): Promise<ImportSummary> {
  const store = await openStore(':memory:');
  const summary = await importFiles({ ...options, store });
  await store.close();
  return summary;
}

const log = (times: readonly string[], header = 'user,item,timestamp') =>
  put('log.csv', `${header}\n${times.map((time, i) => `u${i},a,"${time}"`).join('\n')}\n`);

async function timesOf(times: readonly string[], more: Partial<Files> = {}) {
  const { events } = await importInto({ items: [await putCatalogue()], events: [await log(times)], ...more });
  return events.map(({ timestamp }) => timestamp);
}

test('a column of times has one unit, and is read as a single time is', async () => {
  const seconds = [1_700_000_000, 1_700_000_060, 1_600_000_000];
  for (const zeros of ['', '000', '000000', '000000000']) {
    assert.deepEqual(await timesOf(seconds.map((time) => `${time}${zeros}`)), seconds, `${zeros.length} digits`);
  }
  const texts = ['2022-06-24T21:20:11+0200', 'Fri, 24 Jun 2022 21:20:11 GMT', '20220624', '2022-06-24 21:20:11 -0500'];
  assert.deepEqual(
    await timesOf(texts),
    texts.map((text) => readTimestamp(text).seconds),
  );
  const store = await openStore(':memory:');
  const mixed = await log(['1700000000000000', '1700000060000000', '1700000000']);
  await assert.rejects(
    importFiles({ store, items: [await putCatalogue()], events: [mixed] }),
    ({ details }: LorekeepError) => {
      const bad = details.bad as { line: number; reason: string }[];
      assert.deepEqual(
        bad.map(({ line, reason }) => [line, reason]),
        [[4, 'timestamp "1700000000" is in Unix seconds, unlike the rest of the column']],
      );
      return true;
    },
  );
  await store.close();
});

test('small numbers are ordinals and days of Excel are dates, if the whole column has only these', async () => {
  assert.deepEqual(await timesOf(['0', '1', '2']), [0, 1, 2]);
  // 2022-06-24 is day 44736: 1656028800 s / 86400 + 25569.
  assert.deepEqual(await timesOf(['44736', '44736.5', '44737.25']), [1656028800, 1656072000, 1656136800]);
});

test('the order of day and month is that of the column; if it does not show, it is asked for', async () => {
  const day = (year: number, month: number, date: number) => Date.UTC(year, month - 1, date) / 1000;
  assert.deepEqual(await timesOf(['03/04/2024', '24/06/2022']), [day(2024, 4, 3), day(2022, 6, 24)]);
  assert.deepEqual(await timesOf(['03/04/2024', '06/24/2022']), [day(2024, 3, 4), day(2022, 6, 24)]);
  assert.deepEqual(await timesOf(['03.04.2024'], { dateOrder: 'dmy' }), [day(2024, 4, 3)]);
  const store = await openStore(':memory:');
  const events = [await log(['03/04/2024', '05/06/2024'])];
  await assert.rejects(importFiles({ store, items: [await putCatalogue()], events }), (error: LorekeepError) => {
    assert.deepEqual(error.details.possible, ['dmy', 'mdy']);
    return hasCode('IMPORT_DATE_ORDER')(error);
  });
  await store.close();
});

test('ids agree without blanks, in both forms of Unicode, and as whole floats', async () => {
  const names = ['Crème', 'Ångström', 'a b', '12345678901234567'];
  const items = [await put('items.csv', `id,title\n${names.map((name) => `${name.normalize('NFC')},x`).join('\n')}\n`)];
  const rows = names.map((name, i) => ` u${i % 2} ,\u00a0${name.normalize('NFD')} ,${1_700_000_000 + i}`);
  const found = await importInto({
    items,
    events: [await put('log.csv', `user_id, item_id, timestamp\n${rows.join('\n')}\n`)],
  });
  assert.deepEqual(
    found.events.map(({ user, item }) => [user, item]),
    names.map((name, i) => [`u${i % 2}`, name.normalize('NFC')]),
  );

  const plain = [await put('items.csv', 'id\n100\n101\n')];
  const floats = await put('log.csv', 'user,item,timestamp\n7.0,100.0,1700000000\n8.0,101.0,1700000001\n');
  const read = await importInto({ items: plain, events: [floats] });
  assert.deepEqual(
    read.events.map(({ user, item }) => [user, item]),
    [
      ['7', '100'],
      ['8', '101'],
    ],
  );
  const versions = [await put('items.csv', 'id\n1.0\n1.1\n')];
  const kept = await importInto({ items: versions, events: [await put('log.csv', 'user,item\nu,1.0\nu,1.0\n')] });
  assert.deepEqual(
    kept.events.map(({ item }) => item),
    ['1.0', '1.0'],
  );
});

test('Parquet of numbers agrees with text: whole floats are integers, NaN is missing, times have any unit', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const items = await put('items.parquet', '');
  const events = await put('log.parquet', '');
  await connection.run(`COPY (SELECT * FROM (VALUES (100::DOUBLE, 1.5::DOUBLE), (101, 'nan'::DOUBLE)) AS t(item_id, price))
    TO '${items}' (FORMAT parquet)`);
  await connection.run(`COPY (SELECT * FROM (VALUES
    (10039::DOUBLE, 100::BIGINT, 1700000000000000000::BIGINT), ('nan'::DOUBLE, 101, 1700000001000000000),
    (10040, 101, 1700000001500000000)) AS t(user_id, item_id, timestamp)) TO '${events}' (FORMAT parquet)`);
  const found = await importInto({ items: [items], events: [events], skipBad: 1 });
  assert.deepEqual(found.items, [{ id: '100', price: 1.5 }, { id: '101' }]);
  assert.deepEqual(found.events, [
    { user: '10039', item: '100', type: 'interaction', timestamp: 1_700_000_000 },
    { user: '10040', item: '101', type: 'interaction', timestamp: 1_700_000_001.5 },
  ]);
  connection.closeSync();
  instance.closeSync();
});

test('the words for "no value" are missing values, on both sides', async () => {
  for (const word of ['nan', 'NaN', 'None', 'null', 'NULL', 'undefined', '\\N', 'N/A']) {
    const items = [await put('items.csv', `id,title,price\na,A,${word}\n${word},B,1\n`)];
    const events = [
      await put('log.csv', `user,item,timestamp,rating\nu,a,1700000000,${word}\n${word},a,1700000001,5\n`),
    ];
    const summary = await summaryOf({ items, events, skipBad: 2 });
    assert.deepEqual([summary.items, summary.events, summary.skipped], [1, 1, 2], word);
    assert.deepEqual(summary.problems.map(({ cause }) => cause).sort(), ['item id is missing', 'user id is missing']);
  }
});

async function pricesOf(...texts: string[]) {
  const rows = texts.map((text, i) => `i${i},"${text}"`);
  const { items } = await importInto({ items: [await put('items.csv', `id,price\n${rows.join('\n')}\n`)] });
  return items.map(({ price }) => price);
}

test('prices are read with a currency and either decimal sign, which the column decides', async () => {
  assert.deepEqual(await pricesOf('1.299,10 €', '899 €', '1.125 €'), [1299.1, 899, 1125]);
  assert.deepEqual(await pricesOf('$1,299.10', 'USD 899', '1,125'), [1299.1, 899, 1125]);
  assert.deepEqual(await pricesOf('19.00 EUR', 'R$ 5.50', "CHF 1'299.50", '1 200.00 zł'), [19, 5.5, 1299.5, 1200]);
  assert.deepEqual(await pricesOf('3', 'Free To Play', 'Free', 'gratis'), [3, 0, 0, 0]);
  // Both may be decimals or thousands, and nothing shows which.
  assert.deepEqual(await pricesOf('1,125', '2,250'), [undefined, undefined]);
});

test('an optional value that cannot be read is left out and counted; its line stays', async () => {
  const items = [await put('items.csv', 'id,title,price\na,A,cheap\nb,B,"1,125"\n')];
  const events = [
    await put(
      'log.csv',
      'user,item,timestamp,rating,position\nu,a,1700000000,good,-1\nu,b,1700000001,4/5,1.5\nu,b,1700000002,"4,5",2\n',
    ),
  ];
  const { problems, ...summary } = await summaryOf({ items, events });
  assert.deepEqual([summary.items, summary.events, summary.skipped], [2, 3, 0]);
  assert.deepEqual(Object.fromEntries(problems.map(({ cause, count, effect }) => [cause, [count, effect]])), {
    'position is not an integer ≥ 0': [2, 'value'],
    'price is not a number': [1, 'value'],
    'price may have decimals or thousands': [1, 'value'],
    'rating is not a number': [1, 'value'],
  });
  const found = await importInto({ items, events });
  assert.deepEqual(
    found.events.map(({ rating, position }) => [rating, position]),
    [
      [undefined, undefined],
      [4, undefined],
      [4.5, 2],
    ],
  );
});

async function categoriesOf(texts: string[], more: Partial<Files> = {}) {
  const rows = texts.map((text, i) => `i${i},"${text.replaceAll('"', '""')}"`);
  const { items } = await importInto({ items: [await put('items.csv', `id,genres\n${rows.join('\n')}\n`)], ...more });
  return items.map(({ categories }) => categories);
}

test('lists of categories are split at the separator that the column shows, or that is given', async () => {
  assert.deepEqual(await categoriesOf(['Lamp, Romance', 'Tent, Romance', 'Lamp']), [
    ['Lamp', 'Romance'],
    ['Tent', 'Romance'],
    ['Lamp'],
  ]);
  assert.deepEqual(await categoriesOf(['A;B', 'B;C']), [
    ['A', 'B'],
    ['B', 'C'],
  ]);
  // A comma inside names divides nothing.
  const names = ['Clothing, Shoes & Jewelry', 'Home'];
  assert.deepEqual(
    await categoriesOf(names),
    names.map((name) => [name]),
  );
  assert.deepEqual(await categoriesOf(['Home > Lamps, small', 'Home > Tents']), [
    ['Home', 'Lamps, small'],
    ['Home', 'Tents'],
  ]);
  assert.deepEqual(await categoriesOf(["['A', \"B's\"]", '["C"]', "[{'id': 1, 'name': 'D'}]"]), [
    ['A', "B's"],
    ['C'],
    ['D'],
  ]);
  assert.deepEqual(await categoriesOf(['A/B', 'C'], { listSeparator: '/' }), [['A', 'B'], ['C']]);
});

test('events of an item whose line is malformed are counted as such, not as malformed lines', async () => {
  const items = [await put('items.csv', 'id,title\na,A\nb,B,too many\n')];
  const events = [await put('log.csv', 'user,item,timestamp\nu,a,1700000000\nu,b,1700000001\nv,b,1700000002\n')];
  const store = await openStore(':memory:');
  const summary = await importFiles({ store, items, events, skipBad: 1 });
  assert.deepEqual([summary.skipped, summary.events], [1, 1]);
  const orphans = summary.problems.find(({ effect }) => effect === 'event');
  assert.deepEqual([orphans?.cause, orphans?.count], ["its item's line is malformed", 2]);
  assert.equal((await allEvents(store)).length, 1);
  await store.close();
});
