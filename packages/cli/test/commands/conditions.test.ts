/** Conditions as they are typed: what they become, that the engine's schema takes it, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recommendSchema } from '@lorekeep/recommender';
import { boosts, filterOf, filters } from '../../src/options/conditions.ts';

const TYPED: [text: string, filter: object][] = [
  ['brand=Acme', { brand: 'Acme' }],
  ['brand=3', { brand: '3' }],
  ['brand!=Acme', { not: { brand: 'Acme' } }],
  ['categories=toys | games', { categories: ['toys', 'games'] }],
  ['price<=20', { price: { lte: 20 } }],
  ['price>1.5', { price: { gt: 1.5 } }],
  ['title~blue kettle', { title: { match: 'blue kettle' } }],
  ['colour=red', { fields: { colour: 'red' } }],
  ['fields.size=3', { fields: { size: 3 } }],
  ['size="3"', { fields: { size: '3' } }],
  ['released>=2026-03-01', { fields: { released: { gte: '2026-03-01' } } }],
  ['sale=true', { fields: { sale: true } }],
  ['price<20 & brand=Acme', { and: [{ price: { lt: 20 } }, { brand: 'Acme' }] }],
  ['{"price":{"max":20}}', { price: { max: 20 } }],
];
for (const [text, filter] of TYPED)
  test(`the filter ${text}`, () => {
    assert.deepEqual(filterOf(text), filter);
    assert.ok(recommendSchema.safeParse({ user: 'u', filter: filterOf(text) }).success);
  });

test('repeated filters all hold', () => {
  const two = filters('price<20', filters('brand=Acme'));
  assert.deepEqual(two, { and: [{ brand: 'Acme' }, { price: { lt: 20 } }] });
  assert.deepEqual(filters('sale=true', two), {
    and: [{ brand: 'Acme' }, { price: { lt: 20 } }, { fields: { sale: true } }],
  });
});

test('boosts have a condition and a factor, or are JSON', () => {
  const typed = boosts('{"filter":{"price":{"max":5}},"bonus":1}', boosts('brand=Acme*2.5'));
  assert.deepEqual(typed, [
    { filter: { brand: 'Acme' }, factor: 2.5 },
    { filter: { price: { max: 5 } }, bonus: 1 },
  ]);
  assert.ok(recommendSchema.safeParse({ user: 'u', boosts: typed }).success);
});

for (const text of ['', 'brand', '=Acme', 'brand=', '{"a"', '[1]', 'price<20 &'])
  test(`what cannot be read is refused: ${text}`, () => {
    assert.throws(() => filterOf(text), { code: 'commander.invalidArgument' });
  });
test('a boost without a factor is refused', () => {
  assert.throws(() => boosts('brand=Acme'), { code: 'commander.invalidArgument' });
});
