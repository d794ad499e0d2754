import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ProgressEvent } from '@lorekeep/core';
import { baselines, evaluationCases, leaveOneOut } from '@lorekeep/evaluation';
import { readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { CONTENT_DIM, contentInfo, grouped, groupedLog, logOf } from '@lorekeep/testing';
import { openBundle } from '../../src/bundle/load.ts';
import { readManifest } from '../../src/bundle/read-manifest.ts';
import { writeBundle } from '../../src/bundle/write.ts';
import { evaluateTrained } from '../../src/evaluation/evaluate-trained.ts';
import { type Preset, presets } from '../../src/options/presets.ts';
import { resolveConfig } from '../../src/options/resolve-config.ts';
import { type TrainedRecommender, type TrainOptions, trainRecommender } from '../../src/training/train.ts';
import { killable } from './killed.ts';

const KILLED = fileURLToPath(new URL('killed.ts', import.meta.url));

const small = {
  dim: 24,
  hidden: 16,
  heads: 2,
  layers: 1,
  maxHistory: 8,
  epochs: 2,
  batchPositions: 128,
  patience: 20,
  neighboursPerItem: 0,
  enabled: false,
};

async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-towers-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function optionsOf(preset = 'learn', overrides: Record<string, unknown> = {}): TrainOptions {
  return {
    ...groupedLog(),
    contentInfo,
    preset,
    // The paper's form is given vectors as wide as its blocks, which the item tower `adaptor`
    // needs.
    config: resolveConfig(
      preset,
      grouped({
        ...small,
        ...(presets[preset as Preset].network?.residual === false ? { dim: 16 } : {}),
        ...overrides,
      }),
    ),
    seed: 3,
  };
}

function assertSame(actual: TrainedRecommender, expected: TrainedRecommender): void {
  assert.deepEqual(actual.towers.records, expected.towers.records);
  const [own, wanted] = [actual.towers.parameters, expected.towers.parameters];
  assert.deepEqual(Object.keys(own), Object.keys(wanted));
  for (const name of Object.keys(wanted)) assert.deepEqual(own[name].data, wanted[name].data, name);
}

for (const [preset, overrides] of [
  ['learn', {}],
  ['learn', { start: 'random', epochs: 12, learningRate: 0.01, itemTower: 'shared', similarity: 'cosine' }],
  ['content-only', {}],
  ['id-only', { start: 'random', epochs: 12, learningRate: 0.01, layers: 0 }],
  ['id-only', {}],
  ['learn', { kind: 'sampled', negatives: 64, epochs: 4, dim: 16 }],
  ['learn-paper', { kind: 'in-batch', itemTower: 'sequence', learningRate: 0.01, epochs: 12 }],
  ['learn-paper', { kind: 'dense', id: true, alignment: 0.1, learningRate: 0.01, epochs: 20, actions: 4 }],
  ['learn-paper', { itemTower: 'content-space', whitening: 'zca', learningRate: 0.01, epochs: 12 }],
  ['sasrec', { learningRate: 0.01, epochs: 12 }],
] as const)
  test(`towers beat popularity and repeat-last where behaviour has structure: ${preset} ${JSON.stringify(overrides)}`, async () => {
    const options = optionsOf(preset, overrides);
    const trained = await trainRecommender(
      options.config!.items.content ? options : { ...options, content: undefined },
    );
    const { metrics } = await evaluateTrained(trained, 'test');
    const others = await baselines(trained.split, 'test', options.content);
    assert.equal(metrics.nonFinite, 0);
    assert.equal(metrics.users, trained.split.heldOut.test.users.length);
    for (const name of ['popularity', 'repeat-last'] as const)
      assert.ok(metrics['ndcg@10'] > 1.5 * others[name]!.metrics['ndcg@10'], `${metrics['ndcg@10']} against ${name}`);
  });

test('training lowers the loss', async () => {
  const {
    towers: { records },
  } = await trainRecommender(optionsOf('learn', { start: 'random', epochs: 6, learningRate: 0.01 }));
  assert.ok(records[6].loss! < 0.9 * records[1].loss!, JSON.stringify(records));
});

test('the same seed gives the same numbers, another seed others', async () => {
  const [first, second, other] = [
    await trainRecommender(optionsOf()),
    await trainRecommender(optionsOf()),
    await trainRecommender({ ...optionsOf(), seed: 4 }),
  ];
  assertSame(second, first);
  assert.notDeepEqual(other.towers.records, first.towers.records);
});

test('a run that was stopped twice, in an epoch and before the first, goes on to the very same bits', async () => {
  const whole = await trainRecommender(optionsOf());
  await inDirectory(async (workDir) => {
    for (const steps of [1, 5]) {
      const controller = new AbortController();
      let seen = 0;
      const stopped = trainRecommender({
        ...optionsOf(),
        workDir,
        signal: controller.signal,
        progress: ({ unit }) => {
          if (unit === 'steps' && ++seen > steps) controller.abort(new Error('Ctrl-C'));
        },
      });
      await assert.rejects(stopped, /Ctrl-C/);
    }
    assertSame(await trainRecommender({ ...optionsOf(), workDir }), whole);
    // Finished: run again, it is only read.
    assertSame(await trainRecommender({ ...optionsOf(), workDir }), whole);
  });
});

test('a process killed in the middle of a step leaves a run that ends in the very same bits', async () => {
  const whole = await trainRecommender(killable());
  await inDirectory(async (workDir) => {
    for (const steps of [3, 14]) {
      const child = spawn(process.execPath, [KILLED, workDir, String(steps)], { stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout.once('data', () => child.kill('SIGKILL'));
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      assert.equal(signal, 'SIGKILL');
    }
    const last = (await readFile(join(workDir, 'checkpoint.safetensors'))).length;
    assert.ok(last > 0);
    assertSame(await trainRecommender({ ...killable(), workDir }), whole);
  });
});

test('an exploding loss is a coded error, and the last good epoch stays as it was', async () => {
  await inDirectory(async (workDir) => {
    const options = { ...optionsOf('id-only', { start: 'random', layers: 0, batchPositions: 64 }), workDir };
    const controller = new AbortController();
    const progress = ({ note }: ProgressEvent) => {
      if (note?.startsWith('epoch 2')) controller.abort(new Error('Ctrl-C'));
    };
    await assert.rejects(trainRecommender({ ...options, progress, signal: controller.signal }), /Ctrl-C/);
    const file = join(workDir, 'checkpoint.safetensors');
    const { arrays, metadata } = await readSafetensors(file);
    (arrays['parameters:user/recency'].data as Float32Array).fill(1e5);
    await saveSafetensors(file, arrays, metadata);
    const before = await readFile(file);
    await assert.rejects(trainRecommender(options), {
      code: 'TOWERS_DIVERGED',
      message: /epoch 2, step 1: .*has grown to/,
    });
    assert.deepEqual(await readFile(file), before);
  });
});

test('with averageDecay the average is what is validated and kept', async () => {
  const overrides = { start: 'random', averageDecay: 0.9, epochs: 1 };
  const [plain, averaged] = [
    await trainRecommender(optionsOf('learn', { ...overrides, averageDecay: 0 })),
    await trainRecommender(optionsOf('learn', overrides)),
  ];
  assert.deepEqual(averaged.towers.records[1].loss, plain.towers.records[1].loss, 'training itself is the same');
  assert.notDeepEqual(averaged.towers.parameters['user/in'].data, plain.towers.parameters['user/in'].data);
});

test('a checkpoint of other settings, or a damaged one, is not gone on from', async () => {
  await inDirectory(async (workDir) => {
    await trainRecommender({ ...optionsOf('learn', { epochs: 1 }), workDir });
    const whole = await trainRecommender(optionsOf('learn', { epochs: 2 }));
    assertSame(await trainRecommender({ ...optionsOf('learn', { epochs: 2 }), workDir }), whole);
    await writeFile(join(workDir, 'checkpoint.safetensors'), 'not a checkpoint');
    assertSame(await trainRecommender({ ...optionsOf('learn', { epochs: 2 }), workDir }), whole);
  });
});

test('a loss that is no number is a coded error, and the last good epoch stays as it was', async () => {
  await inDirectory(async (workDir) => {
    const options = { ...optionsOf(), workDir };
    await assert.rejects(
      trainRecommender({ ...options, content: Float32Array.from(options.content!).fill(Number.NaN, 30, 31) }),
      { code: 'CONTENT_INVALID' },
    );
    const controller = new AbortController();
    const progress = ({ stage, done }: ProgressEvent) => {
      if (stage === 'train' && done === 1) controller.abort(new Error('Ctrl-C'));
    };
    await assert.rejects(trainRecommender({ ...options, progress, signal: controller.signal }), /Ctrl-C/);
    const file = join(workDir, 'checkpoint.safetensors');
    const { arrays, metadata } = await readSafetensors(file);
    (arrays['parameters:user/recency'].data as Float32Array).fill(3e38);
    await saveSafetensors(file, arrays, metadata);
    const before = await readFile(file);
    await assert.rejects(trainRecommender(options), { code: 'TOWERS_LOSS_NOT_FINITE', message: /epoch 1, step 1/ });
    assert.deepEqual(await readFile(file), before);
  });
});

test('nothing to learn from is a coded error; two events of one user are enough', async () => {
  const content = new Float32Array(3 * CONTENT_DIM).fill(1);
  const run = (histories: number[][]) =>
    trainRecommender({
      log: logOf(histories, 3),
      content,
      contentInfo,
      config: resolveConfig('learn', grouped(small)),
    });
  await assert.rejects(run([]), { code: 'TRAINING_NO_EVENTS' });
  await assert.rejects(run([[0], [1, 2, 0]]), { code: 'TOWERS_NO_TRANSITIONS' });
  const trained = await run([[0, 1]]);
  const { metrics } = await evaluateTrained(trained, 'test');
  assert.equal(metrics.users, 0);
});

test('ten users, some with one event, one item without text: trains, ranks, saves and serves', async () => {
  const histories = [
    [0, 1, 2],
    [3],
    [1, 2, 3, 4],
    [0, 4],
    [2, 3, 4],
    [5, 0, 1],
    [6],
    [1, 0, 2],
    [4, 5, 6, 0, 1],
    [2, 4, 6],
  ];
  const content = Float32Array.from({ length: 7 * CONTENT_DIM }, (_, at) => Math.sin(at));
  content.fill(0, 0, CONTENT_DIM);
  const trained = await trainRecommender({
    log: logOf(histories, 7),
    content,
    contentInfo,
    config: resolveConfig('learn', grouped(small)),
  });
  const { metrics } = await evaluateTrained(trained, 'test');
  assert.equal(metrics.users, 7);
  await inDirectory(async (directory) => {
    await writeBundle(join(directory, 'v1'), trained, { valid: metrics, test: metrics, baselines: {} });
    const towers = await openBundle(join(directory, 'v1'));
    const { inputs, vectors } = await towers.adaptItems(content.subarray(0, 2 * CONTENT_DIM), Int32Array.of(-1, 1));
    assert.ok(inputs.every(Number.isFinite) && vectors.every(Number.isFinite));
    assert.ok((await towers.encodeUsers([inputs])).every(Number.isFinite));
    await towers.close();
  });
});

for (const [preset, overrides] of [
  ['learn', { itemTower: 'shared' }],
  ['learn', {}],
  ['content-only', { similarity: 'cosine' }],
  ['id-only', {}],
  ['learn-paper', { id: true, itemTower: 'sequence', kind: 'dense', positions: 'learned', dim: 24 }],
  ['learn-paper', { id: true, itemTower: 'content-space', whitening: 'pca' }],
  ['sasrec', {}],
] as const)
  test(`a loaded bundle ranks exactly as training's evaluation did: ${preset} ${JSON.stringify(overrides)}`, async () => {
    const options = optionsOf(preset, overrides);
    const trained = await trainRecommender(options);
    const { metrics, ranks } = await evaluateTrained(trained, 'test');
    await inDirectory(async (directory) => {
      const path = join(directory, 'v1');
      const manifest = await writeBundle(path, trained, { valid: metrics, test: metrics, baselines: {} });
      assert.deepEqual(await readManifest(path), manifest);
      await assert.rejects(writeBundle(path, trained, manifest.metrics), { code: 'BUNDLE_EXISTS' });
      const towers = await openBundle(path);
      try {
        const { log, content } = options;
        const items = log.itemIds.length;
        assert.deepEqual(towers.itemIds, log.itemIds);
        const { inputs, vectors } = await towers.adaptItems(
          content!,
          Int32Array.from({ length: items }, (_, row) => row),
        );
        const width = towers.inputDim;
        const split = leaveOneOut(log);
        const cases = evaluationCases(split, 'test');
        const histories = cases.map(({ history }) =>
          Float32Array.from([...history].flatMap((item) => [...inputs.subarray(item * width, (item + 1) * width)])),
        );
        const users = await towers.encodeUsers(histories);
        let different = 0;
        cases.forEach(({ target }, user) => {
          const score = (item: number) => {
            let sum = 0;
            for (let k = 0; k < towers.dim; k++) sum += users[user * towers.dim + k] * vectors[item * towers.dim + k];
            return sum;
          };
          const own = score(target);
          let rank = 1;
          for (let item = 0; item < items; item++) {
            if (item === target) continue;
            const above = score(item) - own;
            rank += above > 1e-6 ? 1 : above < -1e-6 ? 0 : 0.5;
          }
          if (Math.abs(rank - ranks[user]) > 0.5) different++;
        });
        // Rounding differs between batch sizes: at most a stray tie may fall the other way.
        assert.ok(different <= 1, `${different} of ${cases.length} ranks differ`);
        const alone = await towers.encodeUsers([histories[0]]);
        for (let k = 0; k < towers.dim; k++) assert.ok(Math.abs(alone[k] - users[k]) < 1e-4);
      } finally {
        await towers.close();
      }
    });
  });

test('a new item is adapted from its text alone, a long history keeps its recent end', async () => {
  const options = optionsOf();
  const trained = await trainRecommender(options);
  const { metrics } = await evaluateTrained(trained, 'valid');
  await inDirectory(async (directory) => {
    await writeBundle(join(directory, 'v1'), trained, { valid: metrics, test: metrics, baselines: {} });
    const towers = await openBundle(join(directory, 'v1'));
    try {
      // Text of group 0, never seen: its nearest known items are of group 0.
      const text = new Float32Array(CONTENT_DIM);
      text[0] = 1;
      const fresh = await towers.adaptItems(text, Int32Array.of(-1));
      const items = options.log.itemIds.length;
      const known = await towers.adaptItems(
        options.content!,
        Int32Array.from({ length: items }, (_, row) => row),
      );
      const user = await towers.encodeUsers([fresh.inputs]);
      const scores = Array.from({ length: items }, (_, item) => {
        let sum = 0;
        for (let k = 0; k < towers.dim; k++) sum += user[k] * known.vectors[item * towers.dim + k];
        return { group: Math.floor(item / 8), sum };
      }).sort((a, b) => b.sum - a.sum);
      assert.equal(scores.slice(0, 3).filter(({ group }) => group === 0).length, 3, JSON.stringify(scores.slice(0, 5)));

      const long = known.inputs.subarray(0, 12 * towers.inputDim);
      const recent = long.subarray(-towers.maxHistory * towers.inputDim);
      assert.deepEqual(await towers.encodeUsers([long]), await towers.encodeUsers([recent]));
      await assert.rejects(towers.encodeUsers([new Float32Array(0)]), { code: 'RECOMMENDER_INPUT_INVALID' });
      await assert.rejects(towers.adaptItems(text, Int32Array.of(items)), { code: 'RECOMMENDER_INPUT_INVALID' });
    } finally {
      await towers.close();
    }
    await assert.rejects(towers.encodeUsers([]), { code: 'RECOMMENDER_CLOSED' });
  });
});

test('missing, damaged and foreign bundles are coded errors', async () => {
  const trained = await trainRecommender(optionsOf('learn', { epochs: 0 }));
  const { metrics } = await evaluateTrained(trained, 'valid');
  await inDirectory(async (directory) => {
    const path = join(directory, 'v1');
    await assert.rejects(openBundle(path), { code: 'BUNDLE_MISSING', kind: 'usage' });
    const manifest = await writeBundle(path, trained, { valid: metrics, test: metrics, baselines: {} });
    const write = (facts: unknown) => writeFile(join(path, 'manifest.json'), JSON.stringify(facts));
    await write({ ...manifest, format: 99 });
    await assert.rejects(openBundle(path), { code: 'BUNDLE_FORMAT' });
    await write({ ...manifest, kind: 'ranker' });
    await assert.rejects(openBundle(path), { code: 'BUNDLE_CORRUPT' });
    await writeFile(join(path, 'manifest.json'), '{');
    await assert.rejects(openBundle(path), { code: 'BUNDLE_CORRUPT' });
    await write(manifest);
    const graph = await readFile(join(path, 'user-tower-1.onnx'));
    graph[graph.length >> 1] ^= 1;
    await writeFile(join(path, 'user-tower-1.onnx'), graph);
    await assert.rejects(openBundle(path), { code: 'BUNDLE_CORRUPT', message: /user-tower-1\.onnx/ });
    await rm(join(path, 'item-ids.json'));
    await assert.rejects(openBundle(path), { code: 'BUNDLE_MISSING' });
  });
});
