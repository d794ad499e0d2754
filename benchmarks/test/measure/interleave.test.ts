import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interleave, median } from '@lorekeep/benchmarks';

test('contestants take turns in rotating order, and warm-up rounds do not count', async () => {
  const calls: string[] = [];
  const contestant = <Name extends string>(name: Name) => ({
    name,
    run: async () => {
      calls.push(name);
      return calls.length;
    },
  });
  const timings = await interleave([contestant('a'), contestant('b')], { rounds: 3, warmup: 1 });
  assert.deepEqual(calls, ['a', 'b', 'b', 'a', 'a', 'b', 'b', 'a']);
  assert.deepEqual(timings.a, { median: 5, best: 4, samples: [4, 5, 8] });
  assert.deepEqual(timings.b.samples, [3, 6, 7]);
});

test('a contestant that returns no measurement is timed by the clock', async () => {
  const timings = await interleave([{ name: 'a', run: async () => {} }], { rounds: 2, warmup: 0 });
  assert.equal(timings.a.samples.length, 2);
  assert.ok(timings.a.median >= 0);
});

test('no contestant, a repeated name and invalid counts of rounds are refused', async () => {
  const a = { name: 'a', run: async () => {} };
  await assert.rejects(interleave([]), { code: 'BENCH_BAD_ROUNDS' });
  await assert.rejects(interleave([a, a]), { code: 'BENCH_BAD_ROUNDS' });
  await assert.rejects(interleave([a], { rounds: 0 }), { code: 'BENCH_BAD_ROUNDS' });
  await assert.rejects(interleave([a], { warmup: -1 }), { code: 'BENCH_BAD_ROUNDS' });
});

test('the median is the middle value, or the mean of the two middle values', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});
