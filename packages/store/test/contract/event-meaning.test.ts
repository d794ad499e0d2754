import assert from 'node:assert/strict';
import test from 'node:test';
import {
  comparableName,
  DEFAULT_ROLES,
  eventMeaning,
  ratingRuleOf,
  recogniseRatingScale,
  roleOfEvent,
  roleOfRating,
} from '../../src/index.ts';

test('common names have their roles, in any spelling', () => {
  const roles = {
    positive: [
      'view_item',
      'View',
      'pv',
      'Add To Cart',
      'addtocart',
      'add-to-cart',
      'Order Completed',
      'is_click',
      'transaction',
      'https://schema.org/BuyAction',
      'fav',
    ],
    passive: ['impression', 'Product List Viewed', 'view_item_list'],
    negative: ['remove_from_cart', 'removeFromCart', 'Product Removed', 'refund', 'DislikeAction', 'is_hate'],
    ignored: ['session_start', 'Products Searched'],
  };
  for (const [role, names] of Object.entries(roles))
    for (const name of names)
      assert.deepEqual([name, eventMeaning(name).role, eventMeaning(name).from], [name, role, 'default']);
  assert.deepEqual(eventMeaning('tasted'), { role: 'positive', weight: 1, from: 'unknown' });
});

test('no name has two roles', () => {
  const names = DEFAULT_ROLES.flatMap((group) => group.names.map(comparableName));
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  );
});

test('a rule replaces the role or the weight alone', () => {
  const rules = { types: { view: { role: 'ignored' }, purchase: { weight: 3 } } } as const;
  assert.deepEqual(eventMeaning('view', rules), { role: 'ignored', weight: 1, from: 'rule' });
  assert.deepEqual(eventMeaning('purchase', rules), { role: 'positive', weight: 3, from: 'rule' });
  assert.equal(eventMeaning('toString', rules).from, 'unknown');
  const published = {
    preset: 'all-positive',
    recognised: { scale: '1 to 5', positiveFrom: 3, negativeBelow: 3 },
  } as const;
  assert.equal(roleOfEvent({ type: 'refund', rating: 1 }, published), 'positive');
  assert.equal(roleOfEvent({ type: 'impression' }, published), 'passive');
  assert.equal(ratingRuleOf(published), undefined);
});

test('scales of ratings are recognised from their values', () => {
  const scaleOf = (...values: number[]) => recogniseRatingScale(values)?.scale;
  assert.equal(scaleOf(5, 1, 3), '1 to 5');
  assert.equal(scaleOf(0.5, 3.5, 4), '1 to 5');
  assert.equal(scaleOf(7, 1, -1), '1 to 10');
  assert.equal(scaleOf(80, 20, 0), '0 to 100');
  assert.equal(scaleOf(1, -1), '−1 or 1');
  assert.equal(scaleOf(1, 0), '0 or 1');
  assert.equal(scaleOf(1, 0, -1), '−1, 0 or 1');
  for (const values of [[], [5], [0.123, 4.7], [-7, 3], [1, 2000], [1, 2, 3], [Number.NaN, 5]])
    assert.equal(scaleOf(...values), undefined, String(values));
});

test('−1 and 0 beside stars or points are no ratings', () => {
  const rule = recogniseRatingScale([-1, 0, 3, 9])!;
  assert.deepEqual(
    [-1, 0, 1, 4, 5, 10].map((rating) => roleOfRating(rating, rule)),
    ['positive', 'positive', 'negative', 'negative', 'positive', 'positive'],
  );
  const hundred = recogniseRatingScale([-1, 0, 30, 90])!;
  assert.deepEqual(
    [-1, 0, 90].map((rating) => roleOfRating(rating, hundred)),
    ['positive', 'negative', 'positive'],
  );
  const middle = { positiveFrom: 4, negativeBelow: 3 };
  assert.deepEqual(
    [2.5, 3, 3.5, 4].map((rating) => roleOfRating(rating, middle)),
    ['negative', 'ignored', 'ignored', 'positive'],
  );
});
