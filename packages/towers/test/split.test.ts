import assert from 'node:assert/strict';
import test from 'node:test';
import { leaveOneOut, question, trainItems } from '../src/index.ts';
import { corpusOf } from './corpora.ts';

test('leave-one-out keeps the last two events of users with three or more and all of the others', () => {
  const split = leaveOneOut(corpusOf([[0, 1, 2, 3], [4, 5], [6], [], [7, 8, 9]], 10));
  assert.deepEqual([...split.evaluated], [0, 4]);
  assert.deepEqual([split.short, split.empty, split.trainEvents, split.transitions], [2, 1, 6, 2]);
  assert.deepEqual([...trainItems(split, 0)], [0, 1]);
  assert.deepEqual([...trainItems(split, 1)], [4, 5]);
  assert.deepEqual([...question(split, 0, 'valid').history], [0, 1]);
  assert.equal(question(split, 0, 'valid').target, 2);
  assert.deepEqual([...question(split, 0, 'test').history], [0, 1, 2]);
  assert.equal(question(split, 0, 'test').target, 3);
  assert.deepEqual([...question(split, 4, 'valid').history], [7]);
});
