/**
 * Weights of events and events that are no targets, in the batches of each loss. That the losses
 * multiply by the weights of a batch is tested with their definition (loss-definition.test.ts), which
 * runs here once more on weighted batches.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { inference } from '@lorekeep/graph';
import { CONTENT_DIM, logOf } from '@lorekeep/testing';
import { trainingLoss } from '../src/losses/loss.ts';
import { createBatches } from '../src/training/feeds/create.ts';
import { planSequenceEpoch, sequenceBatch } from '../src/training/sequence-batches.ts';
import { expectedLoss } from './expected-loss.ts';
import { batchAndParameters, content, evaluated, ITEMS, paper, split } from './loss-fixtures.ts';

const { log } = split;
const types = { names: ['view', 'buy'], of: Uint16Array.from(log.items, (_, event) => (event % 3 === 0 ? 1 : 0)) };
const weights = Float32Array.from(log.items, (_, event) => [1, 3, 0.5, 2][event % 4]);
const weighted = leaveOneOut({ ...log, types, weights }, 'train', { target: ['buy'] });

test('in sequence batches, targets have the weights of their events and context has none', () => {
  const config = paper({ kind: 'full', maxHistory: 50 });
  const plans = planSequenceEpoch(weighted, config, createRandom(1));
  assert.ok(plans.length > 1);
  for (const plan of plans) {
    const batch = sequenceBatch(weighted, plan);
    plan.users.forEach((user, row) => {
      const first = log.offsets[user];
      for (let position = 0; position + 1 < weighted.trainLengths[user]; position++) {
        const event = first + position + 1;
        const expected = event % 3 === 0 ? weights[event] : 0;
        assert.equal(batch.weights[row * plan.length + position], expected);
        assert.equal(batch.targets[row * plan.length + position], log.items[event]);
        assert.equal(batch.history[row * plan.length + position], log.items[event - 1]);
      }
    });
  }
});

for (const kind of ['full', 'sampled', 'in-batch', 'dense'])
  test(`the loss of weighted targets is that of the definition: ${kind}`, async () => {
    const config = paper({ kind });
    const { batch, parameters } = batchAndParameters(config, weighted);
    const found = await evaluated((all) => ({ loss: trainingLoss(all, all, config, inference) }), {
      ...parameters,
      ...batch,
    });
    const expected = await expectedLoss(config, parameters, batch);
    assert.ok(Math.abs(found.loss[0] - expected) < 1e-4 * expected, `${found.loss[0]} is not ${expected}`);
    const values = new Set((kind === 'dense' ? batch.itemWeights : batch.weights).data as Float32Array);
    assert.ok(values.has(3) || values.has(0.5) || values.has(2), [...values].join());
  });

test('dense batches draw targets only', () => {
  const config = paper({ kind: 'dense' });
  const source = { split: weighted, config, content, contentDim: CONTENT_DIM, fixed: {} };
  const batches = createBatches(source);
  const random = createRandom(9);
  const bought = new Set(log.items.filter((_, event) => event % 3 === 0));
  let drawn = 0;
  for (const plan of batches.plan(random)) {
    const { feeds, items } = batches.feeds(plan, random);
    feeds.itemWeights.data.forEach((weight, k) => {
      if (Number(weight) === 0) return;
      drawn++;
      assert.ok(bought.has(items![Number(feeds.targets.data[Number(feeds.itemAt.data[k])])]));
    });
  }
  assert.ok(drawn > 10, String(drawn));
});

test('a user without a target takes no part', () => {
  const rows = logOf(
    [
      [0, 1, 2],
      [3, 4, 5],
    ],
    ITEMS,
  );
  const half = { ...rows, types: { names: ['view', 'buy'], of: Uint16Array.of(1, 0, 0, 0, 1, 0) } };
  const of = leaveOneOut(half, 'train', { target: ['buy'] });
  const users = (plans: { users: number[] }[]) => plans.flatMap((plan) => plan.users);
  assert.deepEqual(users(planSequenceEpoch(of, paper({ kind: 'full' }), createRandom(1))), [1]);
  const dense = createBatches({
    split: of,
    config: paper({ kind: 'dense' }),
    content,
    contentDim: CONTENT_DIM,
    fixed: {},
  });
  assert.deepEqual(users(dense.plan(createRandom(1))), [1]);
});
