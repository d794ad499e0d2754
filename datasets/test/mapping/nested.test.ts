/** Nested values of JSON and Parquet are recognised by the same evidence as columns at the top. */
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { type FileReading, importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { allEvents, put } from '../import/harness.ts';

async function read(log: string) {
  const store = await openStore(':memory:');
  const readings: FileReading[][] = [];
  const { reading } = await importFiles({
    store,
    events: [log],
    unknownItems: 'add',
    onReading: (one) => readings.push(one),
  });
  assert.deepEqual(readings, [reading]);
  const events = (await allEvents(store)).map(({ user, item }) => [user, item]);
  await store.close();
  return { reading: reading[0], columns: reading[0].columns.map(({ field, column }) => [field, column]), events };
}

test('orders give an event for each line item; an empty user column gives way to the customer', async () => {
  const order = (id: number, customer: number, products: number[]) => ({
    id,
    user_id: null,
    customer: { id: customer, default_address: { customer_id: customer } },
    created_at: '2024-01-02T10:00:00+01:00',
    line_items: products.map((product_id) => ({ id: 10 * id + product_id, product_id, sku: `s${product_id}` })),
    discounts: [{ code: 'x', rating: 1 }],
  });
  const orders = [order(1, 7001, [100, 101]), order(2, 7002, []), order(3, 7003, [102])];
  const { reading, columns, events } = await read(await put('orders.json', JSON.stringify({ orders }, null, 1)));
  assert.deepEqual(columns, [
    ['user', 'customer.id'],
    ['item', 'line_items.product_id'],
    ['timestamp', 'created_at'],
  ]);
  assert.deepEqual([reading.dialect.recordPath, reading.withoutElements], ['orders', 1]);
  assert.deepEqual(events, [['7001', '100'], ['7001', '101'], ['7003', '102']]); // biome-ignore format: a table
});

test('one malformed element of a list leaves its neighbours', async () => {
  const text = '{"user":"u","lines":[{"item_id":"a"},{"item_id":""},{"item_id":"b"}]}\n';
  const store = await openStore(':memory:');
  const log = await put('log.jsonl', text);
  const { events, skipped } = await importFiles({ store, events: [log], unknownItems: 'add', skipBad: 1 });
  assert.deepEqual([events, skipped], [2, 1]);
  assert.deepEqual((await allEvents(store)).map(({ item }) => item), ['a', 'b']); // biome-ignore format: a list
  await store.close();
});

test('structures and lists of Parquet are recognised', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const file = join(dirname(await put('x', '')), 'log.parquet');
  await connection.run(`COPY (SELECT * FROM (VALUES
    ({'pseudo_id': 'u', 'age': 3}, [{'product_id': 'a', 'n': 1}, {'product_id': 'b', 'n': 2}], 1700000000),
    ({'pseudo_id': 'w', 'age': 4}, [{'product_id': 'c', 'n': 3}], 1700000001)) AS t(visitor, basket, ts))
    TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  const { columns, events } = await read(file);
  assert.deepEqual(columns, [
    ['user', 'visitor.pseudo_id'],
    ['item', 'basket.product_id'],
    ['timestamp', 'ts'],
  ]);
  assert.deepEqual(events, [['u', 'a'], ['u', 'b'], ['w', 'c']]); // biome-ignore format: a table
});
