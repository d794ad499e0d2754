import assert from 'node:assert/strict';
import test from 'node:test';
import { leaveOneOut, trainItems } from '@lorekeep/evaluation';
import { logOf } from '@lorekeep/testing';
import { temporalOrder } from '../src/reranker/statistics/temporal-order.ts';
import { split } from './example-statistics.ts';

test('the temporal order solves its normal equations', () => {
  const times = temporalOrder(split);
  const residual = new Float64Array(times.length);
  let size = 0;
  for (let item = 0; item < times.length; item++) residual[item] = 0.3 * times[item];
  for (let user = 0; user < split.trainLengths.length; user++) {
    const events = trainItems(split, user);
    for (let at = 1; at < events.length; at++) {
      if (events[at] === events[at - 1]) continue;
      const error = times[events[at]] - times[events[at - 1]] - 1;
      residual[events[at]] += error;
      residual[events[at - 1]] -= error;
      size++;
    }
  }
  assert.ok(Math.sqrt(residual.reduce((sum, r) => sum + r * r, 0)) < 0.01 * Math.sqrt(size));
  // The later item of a chain has the greater time.
  const chain = temporalOrder(
    leaveOneOut(
      logOf(
        Array.from({ length: 9 }, () => [0, 1, 2, 3, 3, 3]),
        4,
      ),
    ),
  );
  assert.ok(chain[0] < chain[1] && chain[1] < chain[2] && chain[2] < chain[3]);
});
