/**
 * Training, evaluation, publication and recommendation through the library, on a small simulated
 * shop.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Warning } from '@lorekeep/core';
import { openWorkspace, type TrainResult, type Workspace } from '@lorekeep/workspace';
import { sampleRows } from '../src/training/item-sample.ts';
import { createShopFolder, type ShopFolder } from './shop.ts';

const OPTIONS = { config: { training: { epochs: 2 }, network: { dim: 32, hidden: 16 } } };

let folder: ShopFolder;
let workspace: Workspace;
let first: TrainResult;

async function openEncoded(name: string): Promise<Workspace> {
  const opened = await openWorkspace(join(folder.dir, name), { create: true });
  await opened.import({ items: [folder.items], events: [folder.events] });
  await opened.encode({ model: 'lexical' });
  return opened;
}

before(async () => {
  folder = await createShopFolder({ events: 8000, users: 80, items: 200 });
  workspace = await openEncoded('shop-workspace');
  first = await workspace.train(OPTIONS);
});
after(async () => {
  await workspace.close();
  await folder.remove();
});

describe('train', () => {
  test('gives a version with its metrics, which is the newest, and is not repeated for the same inputs', async () => {
    assert.equal(first.unchanged, false);
    assert.ok(first.metrics.test['ndcg@10'] > first.metrics.baselines.popularity['ndcg@10']);
    assert.equal(await workspace.latestModel(), first.version);
    const stages = new Set<string>();
    const again = await workspace.train(OPTIONS, { progress: ({ stage }) => stages.add(stage) });
    assert.deepEqual([again.unchanged, again.version], [true, first.version]);
    assert.equal(stages.size, 0);
  });

  test('resumes after an abort and gives the same parameters as an uninterrupted training', async (t) => {
    const other = await openEncoded('aborted');
    t.after(() => other.close());
    const stop = new AbortController();
    const reason = new Error('enough');
    const progress = ({ stage, done }: { stage: string; done: number }) => {
      if (stage === 'train' && done > 0) stop.abort(reason);
    };
    await assert.rejects(other.train(OPTIONS, { progress, signal: stop.signal }), reason);
    assert.deepEqual(await other.modelVersions(), []);
    const resumed = await other.train(OPTIONS);
    assert.deepEqual(resumed.metrics, first.metrics);
    assert.equal(resumed.manifest.files['towers.safetensors'], first.manifest.files['towers.safetensors']);
  });

  test('with refit keeps both versions and says what can be measured', async () => {
    const valid = await workspace.train({ ...OPTIONS, refit: 'valid' });
    assert.deepEqual(valid.manifest.refit, { on: 'valid', from: first.version });
    assert.notDeepEqual(valid.metrics.test, first.metrics.test);
    const measured = await workspace.evaluate({ against: first.version });
    assert.deepEqual([measured.version, measured.valid.metrics.users], [valid.version, 0]);
    assert.equal(measured.test.metrics.users, first.metrics.test.users);
    assert.deepEqual(measured.against[first.version].metrics, first.metrics.test);
    const baselines = Object.fromEntries(
      Object.entries(measured.baselines).map(([name, { metrics }]) => [name, metrics]),
    );
    assert.deepEqual(baselines, valid.metrics.baselines);
    assert.notDeepEqual(baselines, first.metrics.baselines);

    const all = await workspace.train({ ...OPTIONS, refit: 'all' });
    assert.deepEqual(all.manifest.refit, { on: 'all', from: first.version });
    assert.deepEqual(all.metrics, first.metrics);
    await assert.rejects(workspace.evaluate(), {
      code: 'MODEL_SAW_EVERYTHING',
      details: { version: all.version, from: first.version },
    });
    const repeated = await workspace.train({ ...OPTIONS, refit: 'all' });
    assert.deepEqual([repeated.unchanged, repeated.version], [true, all.version]);
    assert.equal((await workspace.train(OPTIONS)).version, first.version);
    assert.equal(await workspace.latestModel(), first.version, 'the newest again');
    assert.deepEqual(await workspace.modelVersions(), [first.version, valid.version, all.version].sort());
  });
});

describe('evaluate', () => {
  test('gives the metrics that training gave, from the saved model, with baselines and intervals', async () => {
    const { test: tested, valid, ...result } = await workspace.evaluate({ model: first.version, itemSample: 50 });
    for (const [set, evaluation] of Object.entries({ valid, test: tested })) {
      for (const [metric, value] of Object.entries(first.metrics[set as 'valid' | 'test'])) {
        const measured = evaluation.metrics[metric as keyof typeof evaluation.metrics];
        assert.ok(Math.abs(measured - value) < 2e-3, `${set} ${metric}`);
      }
    }
    const [low, high] = tested.intervals['ndcg@10'];
    assert.ok(low <= tested.metrics['ndcg@10'] && tested.metrics['ndcg@10'] <= high);
    assert.deepEqual(
      Object.fromEntries(Object.entries(result.baselines).map(([name, { metrics }]) => [name, metrics])),
      first.metrics.baselines,
    );
    assert.equal(tested.seenExcluded.metrics.users, tested.metrics.users);
    assert.equal(result.differences.popularity['ndcg@10'].interval.length, 2);
    assert.deepEqual([result.trainedOnThisData, result.data.items], [true, 200]);
    assert.deepEqual(
      [result.itemSample?.items.length, result.itemSample?.vectors.length],
      [50, 50 * first.manifest.towers.dim],
    );
  });

  test('compared with itself, a model has no differences', async () => {
    const {
      against,
      test: tested,
      differences,
    } = await workspace.evaluate({
      model: first.version,
      against: first.version,
    });
    assert.deepEqual(against[first.version].metrics, tested.metrics);
    assert.deepEqual(differences[first.version].mrr, { difference: 0, interval: [0, 0] });
  });

  test('with another protocol warns that the model has seen some of the test events', async () => {
    const warnings: Warning[] = [];
    const options = { model: first.version, protocol: 'temporal' } as const;
    const result = await workspace.evaluate(options, { warn: (warning) => warnings.push(warning) });
    assert.deepEqual([result.protocol, result.trainedOnThisData], ['temporal', false]);
    assert.ok(result.valid.metrics.users !== result.test.metrics.users);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['PROTOCOL_DIFFERS'],
    );
    assert.match(warnings[0].message, /seen some of the temporal/);
  });

  test('a sample of the catalogue is spread evenly', () => {
    assert.deepEqual([sampleRows(0, 1200), sampleRows(3, 1200)], [[], [0, 1, 2]]);
    assert.equal(sampleRows(5000, 1200).length, 1200);
    assert.deepEqual(sampleRows(10, 5), [0, 2, 4, 6, 8]);
  });
});

describe('publish and recommend', () => {
  test('the live version answers with items of the catalogue', async () => {
    const published = await workspace.publish({ model: first.version, index: 'exact' });
    assert.deepEqual([published.unchanged, published.manifest.model], [false, first.version]);
    const engine = await workspace.engine();
    try {
      assert.equal(engine.stats().version, published.version);
      const history = ['sim-item-000003', 'no-such-item'];
      const { items, unknownItems } = await engine.recommend({ history, k: 7 });
      assert.equal(items.length, 7);
      assert.deepEqual(unknownItems, ['no-such-item']);
      assert.ok(!items.some(({ id }) => id === 'sim-item-000003'));
      assert.equal((await engine.recommend({ user: 'unknown-user' })).source, 'popularity');
      assert.equal((await engine.similar('sim-item-000003', { k: 3 })).items.length, 3);
      await assert.rejects(engine.similar('nothing'), { code: 'ITEM_NOT_FOUND' });
    } finally {
      await engine.close();
    }
    await assert.rejects(async () => engine.recommend({ user: 'x' }), { code: 'ENGINE_CLOSED' });
  });

  test('skipIfLive publishes again only if model, index kind or data have changed', async () => {
    const live = await workspace.publish({ model: first.version, skipIfLive: true });
    assert.equal(live.unchanged, false, 'the index kind has changed');
    const again = await workspace.publish({ model: first.version, skipIfLive: true });
    assert.deepEqual(again, { ...live, unchanged: true });
    await workspace.store.upsertItems([{ id: 'new-item', title: 'A new thing' }]);
    const changed = await workspace.publish({ model: first.version, skipIfLive: true });
    assert.deepEqual([changed.unchanged, changed.manifest.data.items], [false, 201]);
  });
});
