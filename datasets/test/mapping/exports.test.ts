/** Exports of shops and trackers as they come: what a line means that is no plain record. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ImportSummary, importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { allEvents, allItems, type Files, hasCode, put } from '../import/harness.ts';

async function imported(options: Files) {
  const store = await openStore(':memory:');
  const summary: ImportSummary = await importFiles({ unknownItems: 'add', ...options, store });
  const found = { items: await allItems(store), events: await allEvents(store), summary };
  await store.close();
  return found;
}

const logOf = async (text: string, name = 'log.csv', more: Partial<Files> = {}) => {
  const { events, summary } = await imported({ events: [await put(name, text)], ...more });
  return { pairs: events.map(({ user, item }) => `${user} ${item}`), events, problems: summary.problems };
};

test('a column of users that is empty gives way to one with values', async () => {
  const event = (n: number) => ({
    event_name: 'view_item',
    event_timestamp: `${1_700_000_000 + n}000000`,
    user_id: n === 0 ? 'signed-in' : null,
    user_pseudo_id: `u${n}`,
    items: n === 2 ? [] : [{ item_id: 'a' }, { item_id: 'b' }],
  });
  const ga = await logOf([0, 1, 2].map((n) => JSON.stringify(event(n))).join('\n'), 'events.json');
  assert.deepEqual(ga.pairs, ['u0 a', 'u0 b', 'u1 a', 'u1 b']);
  assert.equal(ga.events[0].timestamp, 1_700_000_000);
  const orders = { orders: [{ id: 1, user_id: null, customer: { id: 7 }, line_items: [{ id: 9, product_id: 3 }] }] };
  assert.deepEqual((await logOf(JSON.stringify(orders), 'orders.json')).pairs, ['7 3']);
});

test('paths that have items in different records are a question', async () => {
  const event = (properties: object) => JSON.stringify({ anonymousId: 'u', event: 'x', messageId: 'm', properties });
  const text = `${event({ product_id: 'a' })}\n${event({ products: [{ product_id: 'b' }] })}\n`;
  await assert.rejects(logOf(text, 'log.jsonl'), hasCode('IMPORT_COLUMN_QUESTION'));
  const { pairs } = await logOf(text, 'log.jsonl', { columns: { item: 'properties.products.product_id' } });
  assert.deepEqual(pairs, ['u b']);
});

test('header lines of joined files, comments and titles are no records', async () => {
  const joined = await logOf('user_id,item_id\nu,a\nuser_id,item_id\nv,b\n');
  assert.deepEqual(joined.pairs, ['u a', 'v b']);
  assert.deepEqual(
    joined.problems.map(({ cause, count, effect }) => [cause, count, effect]),
    [['repeats the header line', 1, 'item']],
  );
  const items = await put('items.csv', 'id,title,price\na,A,1\nid,title,price\nb,B,2\nTotal,,3\n');
  const catalogue = await imported({ items: [items] });
  assert.deepEqual(
    catalogue.items.map(({ id }) => id),
    ['a', 'b'],
  );
  const expected = ['u a', 'v b'];
  for (const before of ['# made by x, y\n# at night\n', 'Report of sales\n\n', 'Report;;\n;;\n'])
    for (const separator of [',', ';'])
      assert.deepEqual(
        (
          await logOf(
            before +
              ['user_id', 'u', 'v'].map((user, i) => [user, ['item_id', 'a', 'b'][i], i].join(separator)).join('\n'),
          )
        ).pairs,
        expected,
        before,
      );
  assert.deepEqual((await logOf('#user_id\titem_id\nu\ta\nv\tb\n', 'log.tsv')).pairs, expected);
});

test('events of a type that names no item are left out; a missing item of another type is a bad line', async () => {
  const rows = 'user_id,item_id,event_type\nu,a,view\nu,,page_view\nv,b,view\n';
  const { pairs, problems } = await logOf(rows);
  assert.deepEqual(pairs, ['u a', 'v b']);
  assert.deepEqual(
    problems.map(({ cause, effect }) => [cause, effect]),
    [['events of this type name no item', 'item']],
  );
  await assert.rejects(logOf(`${rows}v,,view\n`), hasCode('IMPORT_BAD_LINES'));
  await assert.rejects(logOf('user_id,item_id,event_type\nu,,view\n'), hasCode('IMPORT_BAD_LINES'));
});

test('cancelled invoices of Online Retail are no purchases', async () => {
  const { events } = await logOf(
    'InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID\n' +
      '536365;85123A;HEART;6;12/13/2010 8:26;2,55;17850\nC536379;D;HEART;-1;12/13/2010 9:41;2,55;14527\n',
  );
  assert.deepEqual(
    events.map(({ type }) => type),
    ['interaction', 'cancelled'],
  );
});

test('products of WooCommerce without a SKU are known by their id, and so is the log', async () => {
  const { items, pairs } = await (async () => {
    const catalogue = await put(
      'products.csv',
      'ID,SKU,Name,Regular price\n44,s-44,Shirt,20\n45,,Hood,30\n46,,Cap,9\n',
    );
    const orders = 'order_id,customer_id,line_item_product_id,line_item_sku\n1,7,44,s-44\n2,8,45,\n';
    const found = await imported({
      items: [catalogue],
      events: [await put('orders.csv', orders)],
      unknownItems: 'refuse',
    });
    return { items: found.items, pairs: found.events.map(({ user, item }) => `${user} ${item}`) };
  })();
  assert.deepEqual(
    items.map(({ id }) => id),
    ['44', '45', '46'],
  );
  assert.deepEqual(pairs, ['7 44', '8 45']);
});

test('the catalogue is known by the id that the log names', async () => {
  const idsOf = async (items: string, events: string) => {
    const files = { items: [await put('books.csv', items)], events: [await put('log.csv', events)] };
    const found = await imported({ ...files, unknownItems: 'refuse' });
    return found.items.map(({ id }) => id);
  };
  const books = 'book_id,best_book_id,isbn,title\n1,70,439,A\n2,71,440,B\n';
  assert.deepEqual(await idsOf(books, 'user_id,book_id,rating\n7,1,5\n'), ['1', '2']);
  assert.deepEqual(await idsOf(books, 'user_id,isbn,rating\n7,439,5\n'), ['439', '440']);
  const products = 'id,parent_id,sku,title\n1,,A,x\n2,1,B,y\n';
  assert.deepEqual(await idsOf(products, 'id,customer_id,product_id\n1,7,2\n2,7,1\n'), ['1', '2']);
  assert.deepEqual(await idsOf(products, 'id,customer_id,lineitem_sku\n1,7,A\n2,7,B\n'), ['A', 'B']);
});

test('long numbers that a spreadsheet has rounded are no ids', async () => {
  const text = 'user_id,item_id\n1.23457E+11,a\nu,8.80123E+12\n';
  await assert.rejects(logOf(text), hasCode('IMPORT_BAD_LINES'));
  const items = [await put('items.csv', 'id,title\n8.80123E+12,A\n')];
  await assert.rejects(imported({ items }), hasCode('IMPORT_BAD_LINES'));
  assert.deepEqual((await logOf('user_id,item_id\n1e5,2e10\n')).pairs, ['1e5 2e10']);
});

test('JSON whose records name no user is refused by the name of the field', async () => {
  await assert.rejects(logOf('{"item_id":"a"}\n{"item_id":"b"}\n', 'log.jsonl'), hasCode('IMPORT_MISSING_COLUMN'));
});

test('a named column of days of Excel is the time', async () => {
  const { events } = await logOf('user_id,item_id,Datum\nu,a,44736.5\nv,b,44737.25\n');
  assert.deepEqual(
    events.map(({ timestamp }) => timestamp),
    [1656072000, 1656136800],
  );
});
