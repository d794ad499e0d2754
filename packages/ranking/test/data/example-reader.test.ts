/** Examples against a reader that looks up every value of every row. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createBehaviours } from '../../src/data/behaviours.ts';
import { createExampleReader } from '../../src/data/example-reader.ts';
import { bucketOf } from '../../src/data/fields.ts';
import { createVocabulary } from '../../src/data/vocabulary.ts';
import { recordRows } from '../../src/protocol/record.ts';
import { rowsBetween, smallLog } from '../ranker/small-log.ts';

const LENGTH = 5;

function readerOf(data = smallLog()) {
  const behaviours = createBehaviours(LENGTH);
  const vocabulary = createVocabulary();
  recordRows(behaviours, data.log, rowsBetween(0, 60));
  return { ...data, vocabulary, behaviours, reader: createExampleReader({ ...data.entities, behaviours, vocabulary }) };
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
