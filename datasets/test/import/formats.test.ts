import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { importFiles } from '@lorekeep/datasets';
import { type Event, type Item, openStore } from '@lorekeep/store';
import { badLinesOf, hasCode, importInto, put } from './harness.ts';

const items: Item[] = [
  {
    id: 'a,1',
    title: 'A "quoted"\nlamp',
    brand: 'Lux',
    categories: ['Home', 'Lamps'],
    description: 'tall',
    price: 12.5,
    fields: { color: 'red' },
  },
  { id: 'ü2', title: 'Bowl', categories: ['Home'] },
];
const events: Event[] = [
  {
    user: 'u1',
    item: 'ü2',
    type: 'click',
    timestamp: 1700000010,
    rating: 4.5,
    surface: 'home',
    session: 's',
    position: 3,
  },
  { user: 'u2', item: 'a,1', type: 'interaction', timestamp: 1700000011.25 },
];
const eventHeader = ['user', 'item', 'timestamp', 'type', 'rating', 'surface', 'session', 'position'];
const cells = [
  ['u1', 'ü2', '1700000010', 'click', '4.5', 'home', 's', '3'],
  ['u2', 'a,1', '1700000011.25', '', '', '', '', ''],
];
const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
const csv = (rows: string[][]) => `${rows.map((row) => row.map(quote).join(',')).join('\r\n')}\r\n`;
const itemRows = [
  ['item_id', 'title', 'brand', 'categories', 'description', 'price', 'color'],
  ['a,1', 'A "quoted"\nlamp', 'Lux', 'Home|Lamps', 'tall', '12.50', 'red'],
  ['ü2', 'Bowl', '', 'Home', '', '', ''],
];

test('CSV with quotes, TSV and JSON lines give the same result, compressed or not', async () => {
  const itemLines = items.map(({ id, fields, ...rest }) => JSON.stringify({ item: id, ...rest, ...fields }));
  const jsonl = `${itemLines.join('\n')}\n`;
  const eventJsonl = events.map((event) => JSON.stringify(event)).join('\n');
  const tsv = [eventHeader, ...cells].map((row) => row.join('\t')).join('\n');
  const pairs = [
    ['items.csv', csv(itemRows), 'events.csv', csv([eventHeader, ...cells])],
    ['items.jsonl', jsonl, 'events.tsv', tsv],
    ['items.ndjson.gz', gzipSync(jsonl), 'events.jsonl.gz', gzipSync(eventJsonl)],
    ['items.json.zst', zstdCompressSync(jsonl), 'events.tsv.zst', zstdCompressSync(tsv)],
    ['items.csv', `\ufeff${csv(itemRows)}`, 'events.tsv.gz', gzipSync(`\ufeff${tsv}`)],
  ] as const;
  for (const [itemName, itemContent, eventName, eventContent] of pairs) {
    const found = await importInto({
      items: [await put(itemName, itemContent)],
      events: [await put(eventName, eventContent)],
    });
    assert.deepEqual(found, { items, events }, itemName);
  }
});

test('Parquet gives the same result as text files', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const itemFile = await put('items.parquet', '');
  const eventFile = await put('events.parquet', '');
  await connection.run(`COPY (SELECT * FROM (VALUES
    ('a,1', 'A "quoted"' || chr(10) || 'lamp', 'Lux', ['Home', 'Lamps'], 'tall', 12.5::DOUBLE, 'red'),
    ('ü2', 'Bowl', NULL, ['Home'], NULL, NULL, NULL)) AS t(item, title, brand, categories, description, price, color)
    ) TO '${itemFile}' (FORMAT parquet)`);
  await connection.run(`COPY (SELECT * FROM (VALUES
    ('u1', 'ü2', TIMESTAMP '2023-11-14 22:13:30', 'click', 4.5::FLOAT, 'home', 's', 3),
    ('u2', 'a,1', TIMESTAMP '2023-11-14 22:13:31.25', NULL, NULL, NULL, NULL, NULL))
    AS t(user, item, timestamp, type, rating, surface, session, position)) TO '${eventFile}' (FORMAT parquet)`);
  assert.deepEqual(await importInto({ items: [itemFile], events: [eventFile] }), { items, events });

  await connection.run(`COPY (SELECT * FROM (VALUES ('a', 1.0::DOUBLE), ('b', 'nan'::DOUBLE), ('a', 2.0), (NULL, 1.0))
    AS t(item, price)) TO '${itemFile}' (FORMAT parquet)`);
  await connection.run(`COPY (SELECT * FROM (VALUES ('u', 'a', 1.0::DOUBLE), ('u', 'x', 1.0), ('u', 'a', 'inf'::DOUBLE))
    AS t(user, item, timestamp)) TO '${eventFile}' (FORMAT parquet)`);
  assert.deepEqual(await badLinesOf({ items: [itemFile], events: [eventFile] }), [
    `3: item id "a" was already given at ${itemFile}:1`,
    '4: item id is missing',
    '2: item "x" is not in the catalogue',
    '3: timestamp "inf" is not a time',
  ]);
  await connection.run(`COPY (SELECT 'u' AS user, ['a'] AS item) TO '${eventFile}' (FORMAT parquet)`);
  const store = await openStore(':memory:');
  await assert.rejects(importFiles({ store, items: [itemFile], events: [eventFile] }), hasCode('IMPORT_COLUMN_TYPE'));
  await store.close();
  connection.closeSync();
  instance.closeSync();
});
