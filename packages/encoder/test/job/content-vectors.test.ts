import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '@lorekeep/core';
import { openStore } from '@lorekeep/store';
import { contentVectors, itemText, textHash } from '../../src/index.ts';
import { listSensitiveEncoder } from './list-sensitive-encoder.ts';

const ITEMS = [
  { id: '1', title: 'a lamp' },
  { id: '2' },
  { id: '3', title: '<b>a lamp</b>' },
  { id: '4', title: 'steel' },
];

test('only texts without a stored vector are encoded, each once', async (t) => {
  const store = await openStore(':memory:');
  t.after(() => store.close());
  const encoder = listSensitiveEncoder(1);
  const first = await contentVectors(store, encoder, 'title', ITEMS.slice(0, 3));
  assert.deepEqual(encoder.given, ['a lamp']);
  const all = await contentVectors(store, encoder, 'title', ITEMS);
  assert.deepEqual(encoder.given, ['a lamp', 'steel']);
  assert.deepEqual(all.subarray(0, first.length), first);
  const [lamp, none, sameLamp, steel] = [0, 1, 2, 3].map((row) => all.subarray(8 * row, 8 * row + 8));
  assert.deepEqual(lamp, sameLamp);
  assert.ok(none.every((value) => value === 0));
  assert.notDeepEqual(lamp, steel);
});

test('the key of an item is the hash of its text, or empty without a text', () => {
  assert.equal(textHash(ITEMS[0], 'title'), sha256('a lamp'));
  assert.equal(textHash(ITEMS[0], 'title-brand-category'), sha256(itemText(ITEMS[0])));
  assert.equal(textHash(ITEMS[1], 'title'), '');
});
