import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode, importInto, put, putCatalogue } from '../import/harness.ts';
import { readFile } from './read-file.ts';

const LONG = '9007199254740993';
const objects = [{ id: 'a', n: 1 }, { id: 'b', n: 2 }]; // biome-ignore format: a table

test('records of JSON are read in any shape, with the number of their line', async () => {
  const cases: [text: string, lines: number[]][] = [
    ['{"id":"a","n":1}\n{"id":"b","n":2}\n', [1, 2]],
    [JSON.stringify(objects, null, 1), [2, 6]],
    // All on one line: the number of the record.
    [JSON.stringify(objects), [1, 2]],
    [`\ufeff[\n{"id":"a","n":1},\n{"id":"b","n":2}\n]\n`, [2, 3]],
    [JSON.stringify({ count: 2, products: objects, links: ['x'] }), [1, 2]],
    [JSON.stringify({ data: { list: objects } }, null, 2), [4, 8]],
    [objects.map((object) => JSON.stringify(object, null, 2)).join('\n'), [1, 5]],
    ["{'id': 'a', 'n': 1}\n{'id': u'b', 'n': 2,}\n".replace(',}', '}'), [1, 2]],
  ];
  for (const [text, lines] of cases) {
    const found = await readFile(await put('i.json', text));
    assert.deepEqual([found.records, found.lines, found.bad], [objects, lines, []], text);
  }
});

test('a list that is larger than a block is read one record at a time, also if a record is malformed', async () => {
  const record = (i: number) =>
    i === 700 ? '{"id": 700, "t": }' : JSON.stringify({ id: i, t: `]},"\\${'x'.repeat(2000)}` });
  const text = `[\n${Array.from({ length: 1500 }, (_, i) => record(i)).join(',\n')}\n]`;
  const found = await readFile(await put('i.json', text));
  assert.deepEqual([found.records.length, found.lines.at(-1)], [1499, 1501]);
  assert.match(found.bad.join(), /^702: is not valid JSON/);
  await assert.rejects(readFile(await put('i.json', text.slice(0, -900))), hasCode('IMPORT_FILE_UNREADABLE'));
});

test('one object is a record, or holds the list of records; several lists are a question', async () => {
  const one = await readFile(await put('i.json', '{"id":"a","variants":[{"sku":"x"},{"sku":"y"}]}\n'));
  assert.deepEqual([one.dialect.format, one.records.length], ['jsonl', 1]);
  const several = JSON.stringify({ products: objects, pages: [{ url: 'x' }] });
  await assert.rejects(readFile(await put('i.json', several)), (error: { details: { candidates: string[] } }) => {
    hasCode('IMPORT_RECORD_PATH')(error);
    assert.deepEqual(error.details.candidates, ['products', 'pages']);
    return true;
  });
  const path = await put('i.json', several);
  assert.deepEqual((await readFile(path, { recordPath: 'products' })).records, objects);
  await assert.rejects(readFile(path, { recordPath: 'items' }), hasCode('IMPORT_RECORD_PATH'));
});

test('numbers keep their digits, and what JSON lacks is read', async () => {
  const lines = [
    `{"id":${LONG},"price":NaN,"x":-Infinity}`,
    `{"id":{"$oid":"65aa"},"n":{"$numberLong":"${LONG}"},"at":{"$date":{"$numberLong":"1700000000000"}}}`,
    `{'id': ${LONG}, 'ok': True, 'no': None, 'l': ('a', "it's"), 't': 'it\\'s \\u00e9'}`,
  ];
  const expected = [
    { id: LONG, price: null, x: '-Infinity' },
    { id: '65aa', n: LONG, at: '2023-11-14T22:13:20.000Z' },
    { id: LONG, ok: true, no: null, l: ['a', "it's"], t: "it's é" },
  ];
  assert.deepEqual((await readFile(await put('i.jsonl', lines.join('\n')))).records, expected);
  assert.deepEqual((await readFile(await put('i.json', `[${lines.join(',')}]`))).records, expected);
});

test('nested values are columns; each element of a list is a row', async () => {
  const orders = [
    {
      id: 1,
      who: { id: 'u' },
      lines: [
        { product: { id: 'a' }, n: 2 },
        { product: { id: 'b' }, n: 1 },
      ],
    },
    { id: 2, who: { id: 'v' }, lines: [] },
    { id: 3, who: { id: 'v' } },
    { id: 4, who: { id: 'v' }, lines: [{ product: { id: 'c' } }] },
  ];
  const path = await put('orders.jsonl', orders.map((order) => JSON.stringify(order)).join('\n'));
  const found = await readFile(path, {}, ['who.id', 'lines.product.id', 'lines.n']);
  assert.deepEqual(
    found.records.map((record) => [record['who.id'], record['lines.product.id'], record['lines.n']]),
    [['u', 'a', 2], ['u', 'b', 1], ['v', 'c', undefined]],
  ); // biome-ignore format: a table
  assert.deepEqual([found.lines, found.withoutElements], [[1, 1, 4], 2]);
  assert.ok(found.dialect.names?.includes('lines.product.id'));

  const { events } = await importInto({
    items: [await putCatalogue()],
    events: [path],
    columns: { user: 'who.id', item: 'lines.product.id' },
  });
  assert.deepEqual(events.map(({ user, item }) => [user, item]), [['u', 'a'], ['u', 'b'], ['v', 'c']]); // biome-ignore format: a table
  const baskets = await put('b.jsonl', '{"user":"u","ids":["a","b"]}\n{"user":"v","ids":["c"]}\n');
  const plain = await importInto({ items: [await putCatalogue()], events: [baskets], columns: { item: 'ids[]' } });
  assert.deepEqual(plain.events.map(({ user, item }) => [user, item]), [['u', 'a'], ['u', 'b'], ['v', 'c']]); // biome-ignore format: a table
  const two = await put('t.jsonl', '{"user":"u","x":[{"id":"a"}],"y":[{"at":1}]}\n');
  assert.deepEqual((await readFile(two, {}, ['x.id', 'y.at'])).bad, ['1: has two lists to take apart, x and y']);
});

test('a nested value whose name is recognised needs no option', async () => {
  const log = await put('log.jsonl', '{"user":{"id":"u"},"product":{"id":"a","price":1}}\n');
  const { events } = await importInto({ items: [await putCatalogue()], events: [log] });
  assert.deepEqual(events, [{ user: 'u', item: 'a', type: 'interaction', timestamp: 0 }]);
});
