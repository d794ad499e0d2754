import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { leaveOneOut, trainCounts } from '@lorekeep/evaluation';
import { createTrainer, inference } from '@lorekeep/graph';
import { CONTENT_DIM, logOf } from '@lorekeep/testing';
import { trainingLoss } from '../src/losses/loss.ts';
import { createSampler } from '../src/losses/sampler.ts';
import type { TowerConfig } from '../src/options.ts';
import { createBatches } from '../src/training/feeds/create.ts';
import { batchAndParameters, content, evaluated, ITEMS, paper, parametersOf, split } from './loss-fixtures.ts';

test('with logQ the sampled softmax estimates the full one, however unevenly negatives are drawn', async () => {
  const lossOf = async (options: Record<string, unknown>) => {
    const config = paper({ temperature: 1, ...options });
    const { batch, parameters } = batchAndParameters(config);
    const given = { ...parameters, ...batch };
    const { loss } = await evaluated((all) => ({ loss: trainingLoss(all, all, config, inference) }), given);
    return loss[0];
  };
  const full = await lossOf({ kind: 'full' });
  const sampled = await lossOf({ kind: 'sampled', logQ: true, samplingPower: 1, negatives: 20_000 });
  const uncorrected = await lossOf({ kind: 'sampled', logQ: false, samplingPower: 1, negatives: 20_000 });
  assert.ok(Math.abs(sampled - full) < 0.02 * full, `${sampled} is not near ${full}`);
  assert.ok(Math.abs(uncorrected - full) > 0.5 * full, `${uncorrected} is near ${full}`);
});

test('if towers read text, an item that no user has chosen is no negative, neither of the full softmax nor when it is drawn', async () => {
  const fewer = leaveOneOut(
    logOf(
      Array.from({ length: 12 }, (_, user) => Array.from({ length: 6 }, (_, at) => (user * 5 + at * 3) % (ITEMS - 2))),
      ITEMS,
    ),
  );
  const batchOf = (config: TowerConfig) => {
    const batches = createBatches({
      split: fewer,
      config,
      content: config.items.content ? content : undefined,
      contentDim: CONTENT_DIM,
      fixed: {},
    });
    const draws = createRandom(3);
    return batches.feeds(batches.plan(draws)[0], draws);
  };
  const config = paper({ kind: 'full' });
  const { feeds } = batchOf(config);
  const trainer = await createTrainer({
    loss: (learned, given, context) => trainingLoss(learned, given, config, context),
    parameters: parametersOf(config),
    optimiser: { learningRate: 0 },
    random: createRandom(1),
  });
  const table = (await trainer.gradients(feeds)).gradients['id/table'].data as Float32Array;
  await trainer.close();
  const hasGradient = (item: number) => table.subarray(item * 8, (item + 1) * 8).some((value) => value !== 0);
  for (let item = 0; item < ITEMS; item++) assert.equal(hasGradient(item), item < ITEMS - 2, `item ${item}`);
  assert.equal(batchOf(paper({ kind: 'full', content: false })).feeds.columnBias, undefined);

  const { feeds: sampled, items } = batchOf(paper({ kind: 'sampled', negatives: 200 }));
  const drawn = Array.from(sampled.negatives.data as Int32Array, (row) => items![row]);
  assert.ok(drawn.includes(ITEMS - 1), 'it is drawn');
  drawn.forEach((item, column) => {
    assert.equal(Number(sampled.columnBias.data[column]) === -1e4, item >= ITEMS - 2, `item ${item}`);
  });
});

test('in the dense loss, the logit of a negative loses the log of its expected number of draws', () => {
  const counts = trainCounts(split);
  const { batch, rows } = batchAndParameters(paper({ kind: 'dense' }));
  const [itemAt, itemWeights] = [batch.itemAt.data, batch.itemWeights.data].map((data) =>
    Array.from(data as Int32Array),
  );
  const draws = itemWeights.reduce((sum, weight) => sum + weight, 0) - 1;
  itemAt.forEach((at, column) => {
    if (itemWeights[column] === 0) return;
    const item = rows![Number(batch.targets.data[at])];
    const expected = -Math.log((draws * counts[item]) / split.trainEvents);
    assert.ok(Math.abs(Number(batch.columnBias.data[column]) - expected) < 1e-5);
  });
  const { batch: plain } = batchAndParameters(paper({ kind: 'dense', logQ: false }));
  assert.ok((plain.columnBias.data as Float32Array).every((bias) => bias === 0));
});

test('negatives are drawn in proportion to a power of their counts, and logQ is the log of that probability', () => {
  const counts = trainCounts(split);
  const sampler = createSampler(counts, 0.5);
  const drawn = sampler.draw(200_000, createRandom(9));
  const found = new Float64Array(ITEMS);
  for (const item of drawn) found[item]++;
  const total = counts.reduce((sum, count) => sum + Math.sqrt(count + 1), 0);
  counts.forEach((count, item) => {
    const expected = Math.sqrt(count + 1) / total;
    assert.ok(Math.abs(Math.exp(sampler.logQ[item]) - expected) < 1e-6);
    assert.ok(Math.abs(found[item] / 200_000 - expected) < 0.005, `item ${item}`);
  });
});
