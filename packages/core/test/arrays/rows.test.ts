import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowOf } from '@lorekeep/core';

type A = RowOf<'a'>;
type B = RowOf<'b'>;

test('a row of one table is not a row of another, a plain number is either', () => {
  const next = (row: A): number => row + 1;
  const ofB: B = 3;
  assert.equal(next(7), 8);
  // @ts-expect-error: a row of another table.
  assert.equal(next(ofB), 4);
});
