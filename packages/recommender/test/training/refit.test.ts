import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { leaveOneOut } from '@lorekeep/evaluation';
import type { InteractionLog } from '@lorekeep/store';
import { configOf, contentInfo, groupedLog } from '@lorekeep/testing';
import { openBundle } from '../../src/bundle/load.ts';
import { writeBundle } from '../../src/bundle/write.ts';
import { evaluateBundle } from '../../src/evaluation/evaluate-bundle.ts';
import { evaluateTrained } from '../../src/evaluation/evaluate-trained.ts';
import { type Selected, trainRecommender } from '../../src/training/train.ts';

const { log, content } = groupedLog({ users: 400, groups: 6, perGroup: 12 });
const split = leaveOneOut(log);

test('the default serves from its bundle what was evaluated in training, and names who orders', async () => {
  const config = configOf('learn', { dim: 16, hidden: 8, epochs: 0, maxHistory: 8 });
  const trained = await trainRecommender({ log, content, contentInfo, config, seed: 3 });
  assert.ok(trained.linear !== undefined && trained.reranker?.parts !== undefined);
  trained.reranker.report.towerWeight = 1;
  const { metrics, ranks } = await evaluateTrained(trained, 'test');
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-refit-'));
  const path = join(directory, 'v1');
  const manifest = await writeBundle(path, trained, { valid: metrics, test: metrics, baselines: {} });
  assert.deepEqual(manifest.reranker, trained.reranker.report);
  const bundle = await openBundle(path);
  try {
    assert.deepEqual((await evaluateBundle(bundle, split, 'test', content)).ranks, ranks);
  } finally {
    await bundle.close();
  }
  await writeFile(join(path, 'reranker.safetensors'), 'x', { flag: 'a' });
  await assert.rejects(openBundle(path), { code: 'BUNDLE_CORRUPT' });
  await rm(directory, { recursive: true });
});

test('trained once more with what was chosen: on the validation events, and blind to the test events', async () => {
  const config = configOf('learn', { dim: 16, hidden: 8, epochs: 2, maxHistory: 8 });
  const how = { contentInfo, config, content, seed: 3 };
  const first = await trainRecommender({ log, ...how });
  assert.ok(first.linear !== undefined && first.reranker?.parts !== undefined);
  const selected: Selected = {
    version: 'first',
    // The training must take the given number of epochs, also if validation had chosen another.
    training: { bestEpoch: 2, records: first.towers.records },
    linear: { ...first.linear.settings, search: first.linear.search },
    reranker: first.reranker.report,
  };
  const again = (of: InteractionLog) => trainRecommender({ log: of, ...how, fitOn: 'valid', selected });
  const refit = await again(log);
  assert.deepEqual(refit.refit, { on: 'valid', from: 'first' });
  assert.equal(refit.towers.bestEpoch, 2);
  assert.deepEqual(refit.linear?.settings, first.linear.settings);
  assert.equal(refit.reranker?.report.towerWeight, first.reranker.report.towerWeight);
  assert.ok(refit.split.trainEvents > first.split.trainEvents);

  /** Another item where the event `back` from the end of each history was. */
  const changed = (back: number): InteractionLog => {
    const items = log.items.slice();
    for (const target of split.heldOut.test.targets)
      items[target + 1 - back] = (items[target + 1 - back] + 1) % log.itemIds.length;
    return { ...log, items };
  };
  const unseen = await again(changed(1));
  assert.deepEqual(unseen.towers.parameters, refit.towers.parameters);
  assert.deepEqual(unseen.linear, refit.linear);
  assert.deepEqual(unseen.reranker, refit.reranker);
  const seen = await again(changed(2));
  assert.notDeepEqual(seen.towers.parameters['id/table'], refit.towers.parameters['id/table']);
  assert.notDeepEqual(seen.linear, refit.linear);

  const { metrics } = await evaluateTrained(refit, 'test');
  assert.equal(metrics.users, split.heldOut.test.users.length);
  assert.equal((await evaluateTrained(refit, 'valid')).metrics.users, 0);
  const all = await trainRecommender({ log, ...how, fitOn: 'all', selected });
  assert.equal(all.split.trainEvents, log.items.length);
  await assert.rejects(trainRecommender({ log, ...how, fitOn: 'valid' }), { code: 'REFIT_WITHOUT_CHOICE' });
  await assert.rejects(trainRecommender({ log, ...how, selected }), { code: 'REFIT_WITHOUT_CHOICE' });
});
