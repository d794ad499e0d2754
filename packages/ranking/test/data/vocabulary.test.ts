/** Values get rows that never change their meaning. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createVocabulary, openVocabulary } from '../../src/data/vocabulary.ts';

test('values get rows in the order of their first appearance, each field its own', () => {
  const vocabulary = createVocabulary();
  assert.equal(vocabulary.find('item', 'a'), -1);
  assert.deepEqual(
    [
      ['item', 'a'],
      ['user', 'a'],
      ['item', 'b'],
      ['item', 'a'],
    ].map(([field, value]) => vocabulary.row(field, value)),
    [0, 1, 2, 0],
  );
  assert.equal(vocabulary.find('user', 'a'), 1);
  assert.equal(vocabulary.size, 3);
});

test('a hashed field stays within its rows, and gives a value always the same one', () => {
  const vocabulary = createVocabulary({ hashed: { item: 5, user: 3 } });
  const rows = Array.from({ length: 200 }, (_, i) => vocabulary.row('item', `i${i}`));
  assert.deepEqual([...new Set(rows)].sort(), [0, 1, 2, 3, 4]);
  const users = Array.from({ length: 200 }, (_, i) => vocabulary.row('user', `u${i}`));
  assert.deepEqual([...new Set(users)].sort(), [5, 6, 7]);
  assert.equal(vocabulary.row('brand', 'x'), 8, 'other fields grow after them');
  assert.equal(vocabulary.find('item', 'never seen'), vocabulary.row('item', 'never seen'));
  assert.equal(createVocabulary({ hashed: { item: 5 } }).row('item', 'i7'), rows[7]);
});

test('a full vocabulary refuses new values and still knows the old ones', () => {
  const vocabulary = createVocabulary({ maxRows: 2 });
  vocabulary.row('item', 'a');
  vocabulary.row('item', 'b');
  assert.throws(() => vocabulary.row('item', 'c'), { code: 'RANKING_VOCABULARY_FULL', message: /limit of 2/ });
  assert.equal(vocabulary.row('item', 'b'), 1);
});

test('a vocabulary continues from its state as JSON', () => {
  const options = { maxRows: 12, hashed: { user: 4 } };
  const vocabulary = createVocabulary(options);
  for (const value of ['a', 'b', '__proto__', 'ü']) vocabulary.row('item', value);
  vocabulary.row('constructor', 'a');
  const opened = openVocabulary(JSON.parse(JSON.stringify(vocabulary.state())));
  assert.deepEqual(opened.state(), vocabulary.state());
  for (const [field, value] of [
    ['item', 'ü'],
    ['item', '__proto__'],
    ['constructor', 'a'],
    ['user', 'x'],
    ['new', 'y'],
  ])
    assert.equal(opened.row(field, value), vocabulary.row(field, value));
  assert.equal(opened.size, vocabulary.size);
});

test('sizes that do not fit are refused', () => {
  for (const options of [
    { maxRows: 0 },
    { maxRows: 2 ** 31 },
    { maxRows: 8, hashed: { item: 9 } },
    { hashed: { a: 0 } },
  ])
    assert.throws(() => createVocabulary(options as never), { code: 'OPTION_INVALID' });
});
