import assert from 'node:assert/strict';
import test from 'node:test';
import { blendScores } from '../src/contract.ts';

test('an unchosen item keeps its rank at any score of network and towers', () => {
  const unchosen = Uint8Array.of(0, 1, 0, 1);
  const ranked = { items: Int32Array.of(4, 2, 7, 9), scores: Float32Array.of(3, 2, 1, 0), unchosen };
  const { items, scores } = blendScores(ranked, [0, 99, 9, -99], 1);
  assert.deepEqual([...items], [7, 2, 4, 9]);
  assert.deepEqual([...scores], [10, 10, 3, 3], 'scores still descend');
});

test('tower scores are blended in with their weight', () => {
  const ranked = { items: Int32Array.of(4, 2, 7, 9), scores: Float32Array.of(3, 2, 1, NaN) };
  const order = (towers: number[], weight: number) => [...blendScores(ranked, towers, weight).items];
  assert.deepEqual(order([0, 0, 9, 0], 0), [4, 2, 7, 9]);
  assert.deepEqual(order([0, 0, 9, 0], 0.2), [4, 7, 2, 9]);
  assert.deepEqual(order([0, 0, 9, 99], 1), [7, 4, 2, 9], 'a score that is not a number stays last');
  assert.deepEqual(order([1, 2, 3, 0], 1), [4, 2, 7, 9], 'equal scores keep their order');
  assert.deepEqual([...blendScores(ranked, [1, 2, 3, 0], 2).scores.subarray(0, 3)], [7, 6, 5]);
});
