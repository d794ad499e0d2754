/** The split of users: stable, uniform, by weight, independent; and the check that it holds. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { assignArm, chiSquareTail, normalQuantile, normalTail, sampleRatio, userPoint } from '../src/index.ts';

const users = Array.from({ length: 20_000 }, (_, at) => `user-${at}`);
const countsOf = (salt: string, weights: number[]) => {
  const counts = weights.map(() => 0);
  for (const user of users) counts[assignArm(salt, user, weights)]++;
  return counts;
};

test('a user always has the same arm, and arms have users by weight', () => {
  assert.equal(assignArm('a', 'ann', [1, 1]), assignArm('a', 'ann', [1, 1]));
  const counts = countsOf('weights', [3, 1, 0]);
  assert.equal(counts[2], 0);
  assert.ok(sampleRatio(counts, [3, 1, 0]).pValue > 0.001, String(counts));
});

test('users are spread uniformly', () => {
  const bins = new Array<number>(50).fill(0);
  for (const user of users) bins[Math.floor(userPoint('uniform', user) * 50)]++;
  const mean = users.length / 50;
  const chiSquare = bins.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
  assert.ok(chiSquareTail(chiSquare, 49) > 0.001, String(chiSquare));
});

test('experiments with different salts split independently', () => {
  const cells = [0, 0, 0, 0];
  for (const user of users) cells[2 * assignArm('one', user, [1, 1]) + assignArm('two', user, [1, 1])]++;
  assert.ok(sampleRatio(cells, [1, 1, 1, 1]).pValue > 0.001, String(cells));
  // The end of one salt is not the beginning of a user.
  assert.notEqual(userPoint('a1', '2'), userPoint('a', '12'));
});

test('weights that cannot split are refused', () => {
  for (const weights of [[], [0, 0], [-1, 2], [Number.NaN]])
    assert.throws(() => assignArm('a', 'ann', weights), { code: 'EXPERIMENT_INPUT_INVALID' });
  assert.throws(() => sampleRatio([1], [1, 1]), { code: 'EXPERIMENT_INPUT_INVALID' });
});

test('distributions agree with published values', () => {
  const near = (actual: number, expected: number) =>
    assert.ok(Math.abs(actual / expected - 1) < 1e-9, `${actual} is not ${expected}`);
  // Python's math.erfc; tables of the χ² distribution.
  near(normalTail(5), 2.8665157187919344e-7);
  near(normalTail(-5), 1 - 2.8665157187919344e-7);
  near(normalQuantile(0.025), 1.959963984540054);
  near(chiSquareTail(3.2, 1), 0.07363827012030266);
  near(chiSquareTail(3.841458820694124, 1), 0.05);
  near(chiSquareTail(10, 3), 0.01856613546304325);
  near(chiSquareTail(80, 2), Math.exp(-40));
});

test('a broken split is found, and a correct one is not at any of 100 looks', () => {
  const random = createRandom(1);
  const looksUntilBroken = (share: number) => {
    const counts = [0, 0];
    for (let look = 1; look <= 100; look++) {
      for (let user = 0; user < 200; user++) counts[random.next() < share ? 0 : 1]++;
      if (sampleRatio(counts, [1, 1]).isBroken) return look;
    }
    return undefined;
  };
  const correct = Array.from({ length: 300 }, () => looksUntilBroken(0.5));
  assert.ok(correct.filter((look) => look !== undefined).length <= 3);
  const broken = Array.from({ length: 50 }, () => looksUntilBroken(0.47));
  assert.ok(broken.filter((look) => look !== undefined).length >= 48);
});

test('the χ² test is that of the textbook', () => {
  const split = sampleRatio([1050, 950], [1, 1]);
  assert.equal(split.chiSquare, 5);
  assert.ok(Math.abs(split.pValue - 0.025347318677468325) < 1e-9);
  assert.equal(sampleRatio([10, 1], [1, 0]).isBroken, true);
  assert.equal(sampleRatio([0, 0], [1, 1]).isBroken, false);
});
