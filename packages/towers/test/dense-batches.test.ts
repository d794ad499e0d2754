import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { logOf } from '@lorekeep/testing';
import { type DensePlan, denseBatch, planDenseEpoch, recencyWeights } from '../src/training/dense-batches.ts';
import { paper } from './loss-fixtures.ts';

test('recency weights are those of LEARN', () => {
  assert.deepEqual(Array.from(recencyWeights(1)), [1]);
  const expected = [Math.log(10), Math.log(10 + 9990 / 2), Math.log(10_000)].map((w) => w / Math.log(10_000));
  recencyWeights(3).forEach((weight, i) => {
    assert.ok(Math.abs(weight - expected[i]) < 1e-12);
  });
});

test('a dense batch has history before the cut and targets after it, draws recent positions more often, and no own negatives', () => {
  const long = leaveOneOut(
    logOf(
      Array.from({ length: 40 }, (_, user) => Array.from({ length: 62 }, (_, at) => (user * 7 + at) % 100)),
      100,
    ),
  );
  const config = paper({ kind: 'dense', maxHistory: 30, targetLength: 20, actions: 5, batchPositions: 300 });
  const draws = createRandom(2);
  const oldest = { drawn: 0, offered: 0 };
  const newest = { drawn: 0, offered: 0 };
  let users = 0;
  for (let epoch = 0; epoch < 10; epoch++)
    for (const plan of planDenseEpoch(long, config, draws) as DensePlan[]) {
      const batch = denseBatch(long, plan, config, draws);
      const columns = plan.size * config.loss.actions;
      plan.users.forEach((user, row) => {
        users++;
        const cut = plan.cuts[row];
        const historyLength = Math.min(cut, batch.historyLength);
        const history = batch.history.subarray(row * batch.historyLength, row * batch.historyLength + historyLength);
        const first = (user * 7) % 100;
        const positionOf = (item: number) => (item - first + 100) % 100;
        const positions = Array.from(history, positionOf);
        assert.deepEqual(
          positions,
          [...positions].sort((a, b) => a - b),
          'in order',
        );
        assert.ok(
          positions.every((at) => at < cut),
          'history is before the cut',
        );
        const ownTargets = new Set<number>();
        for (let at = row * batch.targetLength; at < (row + 1) * batch.targetLength; at++) {
          if (batch.weights[at] === 0) continue;
          ownTargets.add(batch.targets[at]);
          assert.ok(positionOf(batch.targets[at]) >= cut, 'targets are after the cut');
        }
        for (let column = 0; column < columns; column++) {
          const item = batch.targets[batch.itemAt[column]];
          const other = Math.floor(column / config.loss.actions) !== row && batch.itemWeights[column] === 1;
          assert.equal(batch.negatives[row * columns + column] === 1, other && !ownTargets.has(item));
        }
        if (historyLength < 10) return;
        const drawn = Array.from(batch.userAt.subarray(row * 5, row * 5 + 5), (at) => at - row * batch.historyLength);
        assert.equal(new Set(drawn).size, 5, 'without replacement');
        oldest.offered += 1;
        oldest.drawn += drawn.filter((at) => at === 0).length;
        newest.offered += 1;
        newest.drawn += drawn.filter((at) => at === historyLength - 1).length;
      });
    }
  assert.equal(users, 400, 'every user once per epoch');
  const [ofOldest, ofNewest] = [oldest.drawn / oldest.offered, newest.drawn / newest.offered];
  assert.ok(ofOldest > 0 && ofNewest > 2 * ofOldest, `newest ${ofNewest}, oldest ${ofOldest}`);
});
