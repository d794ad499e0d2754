/** Examples against a reader that looks up every value of every row. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { createBehaviours } from '../../src/data/behaviours.ts';
import { createExampleReader } from '../../src/data/example-reader.ts';
import { bucketOf } from '../../src/data/fields.ts';
import { createVocabulary } from '../../src/data/vocabulary.ts';
import { recordRows } from '../../src/protocol/record.ts';
import { rowsBetween, smallLog } from '../ranker/small-log.ts';

const LENGTH = 5;

function readerOf({ probability = 0, seed = 1, hashed = {} } = {}) {
  const data = smallLog();
  const behaviours = createBehaviours(LENGTH);
  const vocabulary = createVocabulary({ hashed });
  recordRows(behaviours, data.log, rowsBetween(0, 60));
  const idDropout = { probability, random: createRandom(seed) };
  const reader = createExampleReader({ ...data.entities, behaviours, vocabulary, idDropout });
  return { ...data, vocabulary, behaviours, reader };
}

test('rows of examples are those of a plain reader', () => {
  const { log, entities, vocabulary, reader } = readerOf();
  const { names, items, users } = entities;
  const rows = rowsBetween(100, 180).reverse();
  const found = reader.read(log, rows, true);
  const find = (field: string, value: string | undefined) => (value === undefined ? -1 : vocabulary.find(field, value));
  const textOf = ({ codes, values }: (typeof items)[number], entity: number) => values[codes[entity]];
  const itemRows = (item: number) => [find('item', names.itemIds[item]), find('item genre', textOf(items[0], item))];
  const contextRows = (row: number, age: number) => [
    find('behaviour', ['shown', 'click', 'buy', 'click+buy'][log.outcomes[row]]),
    find('behaviour surface', names.surfaceNames[log.surfaces[row]]),
    find('behaviour age', String(age)),
  ];
  const slice = (values: Int32Array, index: number, width: number) => [
    ...values.subarray(index * width, (index + 1) * width),
  ];
  assert.deepEqual(reader.fieldNames, {
    user: ['user', 'user age'],
    item: ['item', 'item genre'],
    context: ['surface', 'history length'],
  });
  for (const [i, row] of rows.entries()) {
    const [user, item] = [log.users[row], log.items[row]];
    const history = [...rowsBetween(0, 60)]
      .filter((old) => log.users[old] === user)
      .reverse()
      .slice(0, LENGTH);
    assert.deepEqual(slice(found.fields, i, 6), [
      find('user', names.userIds[user]),
      find('user age', textOf(users[0], user)),
      ...itemRows(item),
      find('surface', names.surfaceNames[log.surfaces[row]]),
      find('history length', bucketOf(history.length)),
    ]);
    assert.equal(found.positions[i], log.positions[row] + 1);
    assert.deepEqual(slice(found.items, found.targets[i], 2), itemRows(item));
    for (let k = 0; k < LENGTH; k++) {
      const at = i * LENGTH + k;
      if (k >= history.length) {
        assert.deepEqual([found.history[at], found.historyContexts[at]], [-1, 0]);
        continue;
      }
      const hours = (log.timestamps[row] - log.timestamps[history[k]]) / 3600;
      assert.deepEqual(slice(found.items, found.history[at], 2), itemRows(log.items[history[k]]));
      const age = Math.floor(Math.log2(1 + hours));
      assert.deepEqual(slice(found.contexts, found.historyContexts[at], 3), contextRows(history[k], age));
    }
  }
  const distinct = new Set(
    Array.from({ length: found.items.length / 2 }, (_, at) => String(slice(found.items, at, 2))),
  );
  assert.equal(distinct.size, found.items.length / 2, 'each item once');
});

test('batches do not depend on each other', () => {
  const { log, reader } = readerOf();
  const rows = rowsBetween(100, 150);
  const first = reader.read(log, rows, true);
  reader.read(log, rowsBetween(200, 300), true);
  assert.deepEqual(reader.read(log, rows, true), first);
});

test('scoring creates no rows, and knows values as soon as training has created them', () => {
  const { log, vocabulary, reader } = readerOf();
  const rows = rowsBetween(100, 110);
  const unknown = reader.read(log, rows, false);
  assert.equal(vocabulary.size, 0);
  assert.ok(unknown.fields.every((row) => row === -1));
  const known = reader.read(log, rows, true);
  assert.deepEqual(reader.read(log, rows, false).fields, known.fields);
});

test('positions are scored as first places once the log has some', () => {
  const { log, reader } = readerOf();
  const rows = rowsBetween(100, 110);
  assert.deepEqual([...reader.read(log, rows, false).positions], new Array(10).fill(0));
  reader.read(log, rows, true);
  assert.deepEqual([...reader.read(log, rows, false).positions], new Array(10).fill(1));
});

test('a dropped id is unknown everywhere in a batch, and gets no row; fields stay', () => {
  const { log, entities, vocabulary, reader } = readerOf({ probability: 0.5 });
  const rows = rowsBetween(100, 180);
  const found = reader.read(log, rows, true);
  const unknown = { user: vocabulary.find('unknown id', 'user'), item: vocabulary.find('unknown id', 'item') };
  const dropped = { user: new Set<number>(), item: new Set<number>() };
  for (const [kind, column, numbers, ids] of [
    ['user', 0, log.users, entities.names.userIds],
    ['item', 2, log.items, entities.names.itemIds],
  ] as const) {
    for (const [i, row] of rows.entries())
      if (found.fields[6 * i + column] === unknown[kind]) dropped[kind].add(numbers[row]);
    for (const [i, row] of rows.entries()) {
      const own = vocabulary.find(kind, ids[numbers[row]]);
      assert.equal(found.fields[6 * i + column], dropped[kind].has(numbers[row]) ? unknown[kind] : own);
      assert.equal(own < 0, dropped[kind].has(numbers[row]));
    }
    const distinct = new Set(Array.from(rows, (row) => numbers[row])).size;
    assert.ok(dropped[kind].size > 0.2 * distinct && dropped[kind].size < 0.8 * distinct);
  }
  for (const [at, item] of found.itemNumbers.entries()) {
    const isUnknown = found.items[2 * at] === unknown.item;
    assert.ok(isUnknown === dropped.item.has(item) || !rows.some((row) => log.items[row] === item));
    const { codes, values } = entities.items[0];
    assert.equal(found.items[2 * at + 1], codes[item] < 0 ? -1 : vocabulary.find('item genre', values[codes[item]]));
  }
});

test('scoring drops nothing: a known id has its own row, an unknown one the row of the unknown id', () => {
  const { log, vocabulary, reader } = readerOf({ probability: 0.5 });
  for (let batch = 0; batch < 20; batch++) reader.read(log, rowsBetween(100, 180), true);
  const known = reader.read(log, rowsBetween(100, 180), false);
  const unknown = [vocabulary.find('unknown id', 'user'), vocabulary.find('unknown id', 'item')];
  assert.ok(!known.fields.some((row) => unknown.includes(row)));
  assert.deepEqual(reader.read(log, rowsBetween(100, 180), false), known);
  const columns = { ...log, users: log.users.map(() => 99), items: log.items.map(() => 99) };
  const { fields, items } = reader.read(columns, rowsBetween(100, 102), false);
  assert.deepEqual([fields[0], fields[2], items[0]], [unknown[0], unknown[1], unknown[1]]);
});

test('the seed decides what is dropped, and hashed ids never are', () => {
  const rows = rowsBetween(100, 180);
  const read = (seed: number) => {
    const { log, reader } = readerOf({ probability: 0.3, seed });
    return [reader.read(log, rows, true), reader.read(log, rows, true)];
  };
  const [first, second] = read(1);
  assert.deepEqual(read(1), [first, second]);
  assert.notDeepEqual(second.fields, first.fields);
  assert.notDeepEqual(read(2)[0].fields, first.fields);
  const { log, vocabulary, reader } = readerOf({ probability: 0.9, hashed: { user: 5, item: 7 } });
  reader.read(log, rows, true);
  assert.deepEqual([vocabulary.find('unknown id', 'user'), vocabulary.find('unknown id', 'item')], [-1, -1]);
});
