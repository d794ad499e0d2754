import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { hasCode, importInto, put } from './harness.ts';

test('columns are found by many names, or by the name that is given', async () => {
  const items = await put(
    'items.jsonl',
    '{"parent_asin":"a","asin":"z","name":"N","genres":["x"]}\n{"parent_asin":"b"}',
  );
  const events = await put('events.csv', 'reviewerID,asin,overall,unixReviewTime\nu,a,5,7\n');
  const found = await importInto({ items: [items], events: [events] });
  assert.deepEqual(found.items[0], { id: 'a', title: 'N', categories: ['x'], fields: { asin: 'z' } });
  assert.deepEqual(found.events, [{ user: 'u', item: 'a', type: 'interaction', timestamp: 7, rating: 5 }]);

  const recbole = await put('events.tsv', 'user_id:token\titem_id:token\ttimestamp:float\nu\ta\t3\n');
  assert.equal((await importInto({ items: [items], events: [recbole] })).events[0].timestamp, 3);

  const odd = await put('events.tsv', 'who\twhat\titem\twhen\nu\tb\tignored\t3\n');
  const columns = { user: 'who', item: 'what', timestamp: 'when' };
  assert.deepEqual((await importInto({ items: [items], events: [odd], columns })).events, [
    { user: 'u', item: 'b', type: 'interaction', timestamp: 3 },
  ]);
  const store = await openStore(':memory:');
  const wrong = { store, items: [items], events: [odd], columns: { ...columns, rating: 'nowhere' } };
  await assert.rejects(importFiles(wrong), hasCode('IMPORT_MISSING_COLUMN'));
  await store.close();
});

test('ids, categories, prices, descriptions and other fields are accepted in several shapes', async () => {
  const lines = [
    {
      item: 1,
      categories: [
        ['A', 'B'],
        ['A', 'C'],
      ],
      price: '$1,299.00',
      tags: ['x', 2],
      deep: { no: 1 },
      empty: '',
    },
    { item: '2', categories: 'A > B & C', price: 3, year: 1999, sold: true },
    { item: '3', categories: '["A","B"]', description: ['one', 'two'], title: 7 },
    { item: '4', categories: [], price: '', brand: null },
  ];
  const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"item":12345678901234567890}`;
  assert.deepEqual((await importInto({ items: [await put('items.jsonl', text)] })).items, [
    { id: '1', categories: ['A', 'B', 'C'], price: 1299, fields: { tags: ['x', '2'] } },
    { id: '2', categories: ['A', 'B & C'], price: 3, fields: { year: 1999, sold: true } },
    { id: '3', title: '7', categories: ['A', 'B'], description: 'one\ntwo' },
    { id: '4', categories: [] },
    { id: '12345678901234567890' },
  ]);
});
