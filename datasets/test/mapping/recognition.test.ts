/** Which column holds which field, and what an import says about it before it writes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LorekeepError } from '@lorekeep/core';
import { type FileReading, importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { EMPTY, type Files, hasCode, importInto, put } from '../import/harness.ts';

async function readingOf(options: Files): Promise<FileReading[]> {
  const store = await openStore(':memory:');
  const { reading, dryRun } = await importFiles({ ...options, store, dryRun: true });
  assert.equal(dryRun, true);
  assert.deepEqual(await store.counts(), EMPTY);
  assert.deepEqual(await store.imports(), []);
  await store.close();
  return reading;
}

/** The columns of an event file as `field=column`. */
async function columnsOf(header: string, rows: string[], items = 'id,title\n1,A\n2,B\n3,C\n4,D\n', name = 'items.csv') {
  const options = { items: [await put(name, items)], events: [await put('log.csv', [header, ...rows].join('\n'))] };
  const [, { columns, unread }] = await readingOf(options);
  return { columns: Object.fromEntries(columns.map(({ field, column }) => [field, column])), unread };
}

async function questionOf(header: string, rows: string[], items?: string) {
  let details: { field: string; candidates: { column: string; values: string[] }[] } | undefined;
  await assert.rejects(columnsOf(header, rows, items), (error: LorekeepError) => {
    details = error.details as typeof details;
    return hasCode('IMPORT_COLUMN_QUESTION')(error);
  });
  return details!;
}

test('the id of a row is not the item of an event that has other ids', async () => {
  const rows = ['1,u1,3,2024-01-05T10:00:00', '2,u1,4,2024-01-06T10:00:00', '3,u2,1,2024-01-07T10:00:00'];
  const { columns, unread } = await columnsOf('id,user_id,book_id,borrowed_at', rows, undefined, 'books.csv');
  assert.deepEqual(columns, { user: 'user_id', item: 'book_id', timestamp: 'borrowed_at' });
  assert.deepEqual(unread, ['id']);
  const { events } = await importInto({
    items: [await put('books.csv', 'id\n1\n3\n4\n')],
    events: [await put('log.csv', `id,user_id,book_id,borrowed_at\n${rows.join('\n')}`)],
  });
  assert.deepEqual(
    events.map(({ item }) => item),
    ['3', '4', '1'],
  );
  // Without another id, the id is the item's, as in a list of likes.
  assert.equal((await columnsOf('id,user', ['1,u'])).columns.item, 'id');
});

test('names of many shops and languages are recognised by their words', async () => {
  const cases: [header: string, row: string, expected: Record<string, string>][] = [
    [
      'event_date,event_timestamp,event_name,user_pseudo_id,item_id',
      '20240105,1704449472000000,view_item,x,1',
      { user: 'user_pseudo_id', item: 'item_id', timestamp: 'event_timestamp', type: 'event_name' },
    ],
    [
      'timestamp,visitorid,event,itemid,transactionid',
      '1704449472000,9,view,1,',
      { user: 'visitorid', item: 'itemid', timestamp: 'timestamp', type: 'event' },
    ],
    [
      'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID',
      '536365,1,LAMP,6,2010-12-01 08:26,2.5,17850',
      { user: 'CustomerID', item: 'StockCode', timestamp: 'InvoiceDate', session: 'InvoiceNo' },
    ],
    ['User-ID,ISBN,Book-Rating', '276725,1,0', { user: 'User-ID', item: 'ISBN', rating: 'Book-Rating' }],
    [
      't_dat,customer_id,article_id,price',
      '2018-09-20,000058,1,0.05',
      { user: 'customer_id', item: 'article_id', timestamp: 't_dat' },
    ],
    [
      'buyer,productCode,purchase_time',
      'b1,1,2024-01-05 10:00:00',
      { user: 'buyer', item: 'productCode', timestamp: 'purchase_time' },
    ],
    [
      'Kundennummer,Artikelnummer,Datum',
      'k1,1,2024-01-05',
      { user: 'Kundennummer', item: 'Artikelnummer', timestamp: 'Datum' },
    ],
    ['usuario,id_producto,fecha', 'k1,1,2024-01-05', { user: 'usuario', item: 'id_producto', timestamp: 'fecha' }],
    [
      'user_id,recipe_id,last_updated',
      'k1,1,2024-01-05',
      { user: 'user_id', item: 'recipe_id', timestamp: 'last_updated' },
    ],
    [
      'user_id,item_id,timestamp_ms,watch_time',
      'k1,1,1704449472000,30',
      { user: 'user_id', item: 'item_id', timestamp: 'timestamp_ms' },
    ],
  ];
  for (const [header, row, expected] of cases)
    assert.deepEqual((await columnsOf(header, [row])).columns, expected, header);
});

test('two plausible columns are a question that shows both with their values', async () => {
  const user = await questionOf('customer_id,visitor_id,item_id', ['c1,v1,1', 'c2,v2,2']);
  assert.deepEqual(user, {
    file: (user as unknown as { file: string }).file,
    field: 'user',
    candidates: [
      { column: 'customer_id', values: ['c1', 'c2'] },
      { column: 'visitor_id', values: ['v1', 'v2'] },
    ],
  });
  const time = await questionOf('user,item,borrowed_at,returned_at', [
    'u,1,2024-01-05,2024-01-09',
    'u,2,2024-01-06,2024-01-10',
  ]);
  assert.deepEqual(
    [time.field, time.candidates.map(({ column }) => column)],
    ['timestamp', ['borrowed_at', 'returned_at']],
  );
  // Both columns have ids of the catalogue, and neither name says that it is the item.
  const item = await questionOf('user,left_id,right_id', ['u,1,2', 'u,2,3', 'v,3,4', 'v,4,1']);
  assert.equal(item.field, 'item');
  const answered = await readingOf({
    items: [await put('items.csv', 'id\n1\n2\n')],
    events: [await put('log.csv', 'user,left_id,right_id,borrowed_at,returned_at\nu,1,2,2024-01-05,2024-01-09\n')],
    columns: { item: 'right_id', time: 'borrowed_at' },
  });
  assert.deepEqual(
    answered[1].columns.map(({ field, column }) => [field, column]),
    [
      ['user', 'user'],
      ['item', 'right_id'],
      ['timestamp', 'borrowed_at'],
    ],
  );
});

test('the ids of the catalogue decide between columns only where they are decisive', async () => {
  const rows = ['u,1,901', 'u,2,902', 'v,3,903', 'v,4,904'];
  assert.equal((await columnsOf('user,left_id,right_id', rows)).columns.item, 'left_id');
});

test('a time without a known name is used if it is text, and is a question if it is a number', async () => {
  const texts = ['u,1,2024-01-05 10:00:00', 'u,2,2024-01-06 10:00:00', 'v,3,2024-01-07 10:00:00'];
  assert.equal((await columnsOf('user,item,moment_of_it', texts)).columns.timestamp, 'moment_of_it');
  const { field } = await questionOf('user,item,x', ['u,1,1704449472', 'u,2,1704449999', 'v,3,1704450000']);
  assert.equal(field, 'timestamp');
});

test('a field can be left unread, and an unknown field is refused', async () => {
  const items = [await put('items.csv', 'id,price\n1,5\n')];
  const found = await importInto({ items, columns: { price: '' } });
  assert.deepEqual(found.items, [{ id: '1', fields: { price: '5' } }]);
  const store = await openStore(':memory:');
  await assert.rejects(importFiles({ store, items, columns: { colour: 'x' } }), hasCode('IMPORT_OPTION'));
  await store.close();
});

test('the reading names columns with form and range, kinds of event, ratings, and first rows', async () => {
  const events = await put(
    'log.csv',
    'user,item,when,kind_of_price,type,rating\nu,a,2024-01-05,1,view,5\nv,b,2024-02-01,2,view,5\nv,b,2024-02-11,3,buy,1\n',
  );
  const [items, log] = await readingOf({
    items: [await put('items.csv', 'id,price\na,"1,50"\nb,"2,25"\n')],
    events: [events],
  });
  assert.deepEqual(items.columns, [
    { field: 'item', column: 'id' },
    { field: 'price', column: 'price', form: 'decimals after ","' },
  ]);
  assert.deepEqual(items.sample, [
    { id: 'a', price: 1.5 },
    { id: 'b', price: 2.25 },
  ]);
  assert.deepEqual(log.columns[2], {
    field: 'timestamp',
    column: 'when',
    form: 'ISO 8601',
    range: ['2024-01-05', '2024-02-11'],
  });
  assert.deepEqual([log.unread, log.timed], [['kind_of_price'], true]);
  assert.deepEqual(log.types, [
    { type: 'view', events: 2 },
    { type: 'buy', events: 1 },
  ]);
  assert.deepEqual(log.ratings, [
    { rating: 1, events: 1 },
    { rating: 5, events: 2 },
  ]);
  assert.deepEqual(log.sample[0], {
    user: 'u',
    item: 'a',
    type: 'view',
    timestamp: '2024-01-05T00:00:00.000Z',
    rating: 5,
  });
  const untimed = await readingOf({
    items: [await put('items.csv', 'id\na\n')],
    events: [await put('log.csv', 'user,item\nu,a\n')],
  });
  assert.equal(untimed[1].timed, false);
});

test("Shopify's products and orders go on over several lines", async () => {
  const products = [
    'Handle,Title,Body (HTML),Vendor,Type,Variant SKU,Variant Price,Image Src',
    'lamp,Oak lamp,<p>Warm</p>,Boro,Lamps,L-1,"19.50",a.jpg',
    'lamp,,,,,L-2,24.00,b.jpg',
    'lamp,,,,,,,c.jpg',
    'tent,Tent,,Camp,Tents,T-1,99.00,',
  ];
  const orders = [
    'Name,Email,Created at,Lineitem quantity,Lineitem name,Lineitem sku',
    '#1,ann@x.example,2024-01-05 10:11:12 -0500,1,Oak lamp,L-1',
    '#1,ann@x.example,,1,Tent,T-1',
    '#2,,2024-01-06 10:11:12 -0500,1,Oak lamp,L-2',
  ];
  const options = {
    items: [await put('products.csv', products.join('\n'))],
    events: [await put('orders.csv', orders.join('\n'))],
  };
  const { items, events } = await importInto({ ...options, skipBad: 1 });
  const lamp = { title: 'Oak lamp', brand: 'Boro', categories: ['Lamps'], description: '<p>Warm</p>' };
  assert.deepEqual(items, [
    { id: 'L-1', ...lamp, price: 19.5, fields: { Handle: 'lamp', 'Image Src': 'a.jpg' } },
    { id: 'L-2', ...lamp, price: 24, fields: { Handle: 'lamp', 'Image Src': 'b.jpg' } },
    { id: 'T-1', title: 'Tent', brand: 'Camp', categories: ['Tents'], price: 99, fields: { Handle: 'tent' } },
  ]);
  const timestamp = Date.UTC(2024, 0, 5, 15, 11, 12) / 1000;
  const of = (item: string) => ({ user: 'ann@x.example', item, type: 'interaction', timestamp });
  assert.deepEqual(events, [of('L-1'), of('T-1')]);
  const reading = await readingOf(options);
  assert.deepEqual(
    reading.map(({ layout }) => layout),
    ['Shopify products', 'Shopify orders'],
  );
  assert.deepEqual(
    reading[0].problems.map(({ effect, count }) => [effect, count]),
    [['item', 1]],
  );
});

test('a catalogue of books is known by the id that its log uses, not by another code', async () => {
  const books = 'book_id,work_id,isbn,title\n1,11,9780,A\n2,12,9781,B\n3,13,9782,C\n';
  const rows = ['u,1,5', 'u,2,4', 'v,3,5'];
  const { columns } = await columnsOf('user_id,book_id,rating', rows, books, 'books.csv');
  assert.equal(columns.item, 'book_id');
  const both = 'sku,product_id,title\ns1,1,A\ns2,2,B\n';
  assert.equal((await columnsOf('user,product_id,sku', ['u,1,s1'], both)).columns.item, 'product_id');
  // Of a row's number and an id that names the file, either may be what the log uses.
  const store = await openStore(':memory:');
  const items = [await put('books.csv', 'id,book_id,title\n1,77,A\n2,78,B\n')];
  await assert.rejects(importFiles({ store, items }), hasCode('IMPORT_COLUMN_QUESTION'));
  await store.close();
});

test('a column is the id of events only if different events have different values in all lines', async () => {
  const rows = Array.from({ length: 1500 }, (_, i) => `${i < 1400 ? i : 7},u${i},${1 + (i % 4)}`);
  const repeating = await columnsOf('event_id,user_id,item_id', rows);
  assert.deepEqual([repeating.columns.id, repeating.unread], [undefined, ['event_id']]);
  const unique = await columnsOf('event_id,user_id,item_id', rows.slice(0, 1400));
  assert.equal(unique.columns.id, 'event_id');
});

test('a session stands for the user only in a known file, and is a question elsewhere', async () => {
  const known = await columnsOf('session_id,timestamp,item_id,category', ['9,2014-04-07T10:51:09.277Z,1,0']);
  assert.equal(known.columns.user, 'session_id');
  const named = await columnsOf('session_id,timestamp,item_id,customer_id', ['9,2014-04-07T10:51:09.277Z,1,c']);
  assert.deepEqual([named.columns.user, named.columns.session], ['customer_id', 'session_id']);
  assert.equal((await questionOf('session_id,item_id', ['9,1', '8,2'])).field, 'user');
});
