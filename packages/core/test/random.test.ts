import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';

test("uint32 gives the sequence of the authors' C reference for xoshiro128** 1.1 with state 1, 2, 3, 4", () => {
  const random = createRandom(0);
  random.restore([1, 2, 3, 4]);
  const reference = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849];
  assert.deepEqual(Array.from(reference, random.uint32), reference);
});

test('a restored state continues the stream exactly', () => {
  const random = createRandom(42);
  for (let i = 0; i < 100; i++) random.normal();
  const state = random.state();
  const expected = Array.from({ length: 50 }, random.normal);
  const resumed = createRandom(7);
  resumed.restore(state);
  assert.deepEqual(Array.from({ length: 50 }, resumed.normal), expected);
});

test('ints gives the same numbers as repeated calls of int, and advances the stream equally', () => {
  const [together, singly] = [createRandom(5), createRandom(5)];
  for (const bound of [1, 7, 1_000_000, 2 ** 32]) {
    const expected = Uint32Array.from({ length: 999 }, () => singly.int(bound));
    assert.deepEqual(together.ints(bound, new Uint32Array(999)), expected);
    assert.deepEqual(together.state(), singly.state());
  }
});

test('forks differ by label and do not advance their parent', () => {
  const random = createRandom(42);
  const before = random.state();
  assert.notDeepEqual(random.fork('dropout').state(), random.fork('order').state());
  assert.deepEqual(random.state(), before);
});

test('shuffle keeps every element and normal has mean 0 and variance 1', () => {
  const random = createRandom(1);
  const values = random.shuffle(Int32Array.from({ length: 1000 }, (_, i) => i));
  assert.deepEqual(
    Int32Array.from(values).sort(),
    Int32Array.from({ length: 1000 }, (_, i) => i),
  );
  const sample = Array.from({ length: 200_000 }, random.normal);
  const mean = sample.reduce((a, b) => a + b) / sample.length;
  const variance = sample.reduce((a, b) => a + (b - mean) ** 2, 0) / sample.length;
  assert.ok(Math.abs(mean) < 0.01 && Math.abs(variance - 1) < 0.02, `mean ${mean}, variance ${variance}`);
});
