/** Fields of the catalogue: numbers in buckets, unless they are names of things. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { itemFields } from '../../src/data/fields.ts';

const COUNT = 200;

test('numbers are read in buckets, except those that name categories, tags, codes and ids', () => {
  const items = Array.from({ length: COUNT }, (_, n) => ({
    id: `i${n}`,
    categories: [String(1000 + n), String(2000 + n)],
    price: n + 1,
    fields: { 'category 7': n, category_2: n, feat12: n, 'colour code': n, weight: n, level_3: n, valid: n },
  }));
  const fields = new Map(itemFields(items).map((field) => [field.name, field]));
  for (const name of ['category 1', 'category 2', 'category 7', 'category_2', 'feat12', 'colour code']) {
    const field = fields.get(name)!;
    assert.ok(!field.numeric, name);
    assert.equal(field.values.length, COUNT, `${name}: each number is a name of its own`);
  }
  for (const name of ['price', 'weight', 'level_3', 'valid']) {
    const field = fields.get(name)!;
    assert.ok(field.numeric, name);
    assert.ok(field.values.length < 40, name);
  }
});
