/** A bucket of tokens, on a clock of the test. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRateLimiter } from '../../src/access/rate-limit.ts';

test('a key may send its burst at once, then its rate; keys do not share', () => {
  let time = 100;
  const take = createRateLimiter(() => time);
  const rate = { perSecond: 2, burst: 3 };
  assert.deepEqual(
    [1, 2, 3].map(() => take('a', rate)),
    [0, 0, 0],
  );
  assert.equal(take('a', rate), 0.5);
  assert.equal(take('b', rate), 0);
  time += 0.25;
  assert.equal(take('a', rate), 0.25);
  time += 0.25;
  assert.equal(take('a', rate), 0);
  assert.equal(take('a', rate), 0.5);
  time += 1e6;
  const given = Array.from({ length: 10 }, () => take('a', rate)).filter((wait) => wait === 0);
  assert.equal(given.length, 3, 'a long pause gives no more than the burst');
});

test('over a long time a key gets its rate, whatever it tries', () => {
  let time = 0;
  const take = createRateLimiter(() => time);
  let given = 0;
  for (; time < 100; time += 0.01) if (take('a', { perSecond: 7, burst: 5 }) === 0) given++;
  assert.ok(Math.abs(given - 705) <= 1, `${given}`);
});
