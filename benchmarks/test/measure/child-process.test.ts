import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChild } from '@lorekeep/benchmarks';

const CHILD = new URL('./fixtures/child.ts', import.meta.url);

test('a child process tells its events, then its result, its time and its own peak memory', async () => {
  // Memory of this process must not count.
  const ballast = Buffer.alloc(400 * 2 ** 20, 1);
  const events: { step: number; seconds: number }[] = [];
  const { result, peakRssMb, seconds } = await runChild<{ sum: number }, { step: number }>(
    CHILD,
    { megabytes: 100, milliseconds: 1500 },
    ({ step }, at) => events.push({ step, seconds: at }),
  );
  assert.deepEqual(result, { sum: 2 });
  assert.deepEqual(
    events.map(({ step }) => step),
    [1, 2],
  );
  assert.ok(events[1].seconds - events[0].seconds > 1.4, JSON.stringify(events));
  assert.ok(seconds >= events[1].seconds);
  assert.ok(peakRssMb > 100 && peakRssMb < 400, `${peakRssMb}`);
  assert.equal(ballast[0], 1);
});

test('a child process that fails is an error with its own message', async () => {
  await assert.rejects(
    runChild(CHILD, { megabytes: 1, milliseconds: 1, fails: true }),
    (error: Error & { code: string }) => {
      assert.equal(error.code, 'BENCH_RUN_FAILED');
      assert.match(error.message, /child\.ts.*INTERNAL: no such option/);
      return true;
    },
  );
});

test('a child process that ends without a result is an error with its exit code', async () => {
  await assert.rejects(runChild(CHILD, { megabytes: 1, milliseconds: 1, exits: 3 }), {
    code: 'BENCH_RUN_FAILED',
    message: /exit code 3/,
  });
});
