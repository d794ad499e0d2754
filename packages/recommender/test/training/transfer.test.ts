import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { configOf, contentInfo, groupedLog } from '@lorekeep/testing';
import type { InitialTowers } from '@lorekeep/towers';
import { readInitialTowers } from '../../src/bundle/initial-towers.ts';
import { openBundle } from '../../src/bundle/load.ts';
import { readManifest } from '../../src/bundle/read-manifest.ts';
import { writeBundle } from '../../src/bundle/write.ts';
import { evaluateTrained } from '../../src/evaluation/evaluate-trained.ts';
import { type TrainOptions, trainRecommender } from '../../src/training/train.ts';

const config = (overrides: Record<string, unknown> = {}) =>
  configOf('learn-paper', {
    id: true,
    idDropout: 0.3,
    dim: 16,
    hidden: 16,
    heads: 2,
    layers: 1,
    maxHistory: 8,
    batchPositions: 128,
    learningRate: 0.01,
    epochs: 8,
    ...overrides,
  });

/** Another catalogue and other users, of the same world: texts mean the same, no item is shared. */
const target = groupedLog({ seed: 99, users: 120 });

async function pretrained<T>(use: (initial: InitialTowers, path: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-transfer-'));
  try {
    const trained = await trainRecommender({ ...groupedLog({ seed: 7, users: 300 }), contentInfo, config: config() });
    const { metrics } = await evaluateTrained(trained, 'valid');
    const path = join(directory, 'v1');
    await writeBundle(path, trained, { valid: metrics, test: metrics, baselines: {} });
    return await use(await readInitialTowers(path), path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('a pre-trained bundle is a start on another catalogue: zero-shot, fine-tuned, resumable, and on record', async () => {
  await pretrained(async (initial, path) => {
    const options: TrainOptions = { ...target, contentInfo, seed: 3 };
    const run = (overrides: Record<string, unknown>, more: Partial<TrainOptions> = {}) =>
      trainRecommender({ ...options, config: config(overrides), initial, ...more });

    const zeroShot = await run({ epochs: 0 });
    const untrained = await trainRecommender({ ...options, config: config({ epochs: 0 }) });
    const [known, guessed] = [zeroShot.towers.records[0].ndcg, untrained.towers.records[0].ndcg];
    assert.ok(known > 1.1 * guessed, `zero-shot ${known}, untrained ${guessed}`);
    assert.ok((zeroShot.towers.parameters['id/table'].data as Float32Array).every((value) => value === 0));
    assert.deepEqual(zeroShot.towers.parameters['content/mean'], initial.parameters['content/mean']);

    // The same numbers as the pre-trained bundle itself gives for a catalogue that it has never
    // seen.
    const towers = await openBundle(path);
    const items = target.log.itemIds.length;
    const served = await towers.adaptItems(target.content, new Int32Array(items).fill(-1));
    await towers.close();
    const own = join(path, '..', 'v2');
    const manifest = await writeBundle(own, zeroShot, (await readManifest(path)).metrics);
    assert.deepEqual(manifest.initialFrom, initial.from);
    const loaded = await openBundle(own);
    assert.deepEqual((await loaded.adaptItems(target.content, new Int32Array(items).fill(-1))).vectors, served.vectors);
    await loaded.close();

    const tuned = await run({ epochs: 4 });
    assert.equal(tuned.towers.records[0].ndcg, zeroShot.towers.records[0].ndcg);
    assert.ok(Math.max(...tuned.towers.records.map(({ ndcg }) => ndcg)) > zeroShot.towers.records[0].ndcg);

    const workDir = join(path, '..', 'work');
    const controller = new AbortController();
    const stopped = run(
      { epochs: 4 },
      {
        workDir,
        signal: controller.signal,
        progress: ({ unit, done }) => {
          if (unit === 'steps' && done > 12) controller.abort(new Error('Ctrl-C'));
        },
      },
    );
    await assert.rejects(stopped, /Ctrl-C/);
    assert.deepEqual((await run({ epochs: 4 }, { workDir })).towers.records, tuned.towers.records);
  });
});

test('towers that do not fit are refused, with what does not fit', async () => {
  await pretrained(async (initial) => {
    const run = (overrides: Record<string, unknown>, more: Partial<TrainOptions> = {}) =>
      trainRecommender({ ...target, contentInfo, config: config(overrides), initial, ...more });
    const refused = (message: RegExp) => ({ code: 'TOWERS_INIT_MISMATCH', kind: 'usage', message });
    await assert.rejects(run({ hidden: 32 }), refused(/hidden is 16, this run's is 32/));
    await assert.rejects(run({ whitening: 'zca' }), refused(/whitening/));
    await assert.rejects(run({ content: false }), refused(/content is false/));
    const other = { ...contentInfo, encoder: 'another', name: 'another' };
    await assert.rejects(run({}, { contentInfo: other }), refused(/made-up.*another/));
    const { 'user/out': _, ...incomplete } = initial.parameters;
    await assert.rejects(run({}, { initial: { ...initial, parameters: incomplete } }), refused(/user\/out/));
  });
  await assert.rejects(readInitialTowers(join(tmpdir(), 'nowhere')), { code: 'BUNDLE_MISSING' });
});
