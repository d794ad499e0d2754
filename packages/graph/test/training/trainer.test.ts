/** Training: the optimiser against PyTorch's, reproducibility, resumption, and what happens when it goes wrong. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { createRandom } from '@lorekeep/core';
import {
  type Arrays,
  createTrainer,
  inference,
  namedArray,
  softmaxCrossEntropy,
  type Tensors,
  type Trainer,
  type TrainerOptions,
  tf,
} from '../../src/index.ts';
import { maskSeed } from '../../src/training/dropout.ts';
import { fillMask } from '../../src/training/dropout-mask.ts';
import { assertClose, eagerly, randomArrays } from '../compare.ts';

const line: TrainerOptions['loss'] = (p, { x, y }) =>
  tf.mul(tf.mean(tf.squaredDifference(tf.add(tf.matMul(x, p.w), p.b), y)), 3);
const lineBatch = (rows = 4, seed = 1) => randomArrays({ x: { shape: [rows, 3] }, y: { shape: [rows, 2] } }, seed);
const lineStart = () => randomArrays({ w: { shape: [3, 2] }, b: { shape: [2] } }, 2);

/** A small network with everything a real one has: a table, dropout, a softmax. */
const network: TrainerOptions['loss'] = (p, { ids, labels }, context) => {
  const embedded = context.dropout(tf.gather(p.table, ids as never), 0.2);
  const hidden = context.dropout(tf.relu(tf.matMul(embedded, p.hidden)), 0.5);
  return tf.mean(softmaxCrossEntropy(tf.matMul(hidden, p.table, false, true), labels));
};
const networkStart = () => randomArrays({ table: { shape: [11, 6] }, hidden: { shape: [6, 6] } }, 3);
const networkBatch = (seed: number, rows = 8) =>
  randomArrays(
    {
      ids: { shape: [rows], dtype: 'int32', range: [0, 11] },
      labels: { shape: [rows], dtype: 'int32', range: [0, 11] },
    },
    seed,
  );

async function withTrainer(options: Partial<TrainerOptions>, use: (trainer: Trainer) => Promise<void>): Promise<void> {
  const trainer = await createTrainer({
    loss: line,
    parameters: lineStart(),
    optimiser: { learningRate: 0.05 },
    random: createRandom(5),
    threads: 1,
    ...options,
  });
  try {
    await use(trainer);
  } finally {
    await trainer.close();
  }
}

describe('the optimiser', () => {
  it('is PyTorch’s AdamW with clipping, warm-up, cosine and running averages, step for step', async () => {
    const reference = JSON.parse(await readFile(new URL('../fixtures/adamw.json', import.meta.url), 'utf8'));
    const array = (shape: number[], values: number[]) => namedArray(shape, Float32Array.from(values));
    const parameters = { w: array([3, 2], reference.initial.w), b: array([2], reference.initial.b) };
    const batch = { x: array([6, 3], reference.x), y: array([6, 2], reference.y) };
    const optimiser = {
      learningRate: 0.05,
      beta2: 0.999,
      weightDecay: 0.2,
      clipNorm: 1.5,
      schedule: { kind: 'cosine', warmupSteps: 3, totalSteps: 12, floor: 0.1 },
    } as const;
    await withTrainer({ parameters, optimiser, averageDecay: 0.6 }, async (trainer) => {
      for (const [i, expected] of reference.steps.entries()) {
        const actual = await trainer.step(batch);
        for (const key of ['loss', 'gradientNorm', 'learningRate'] as const)
          assert.ok(
            Math.abs(actual[key] - expected[key]) < 2e-6 * Math.max(1, expected[key]),
            `step ${i}: ${key} ${actual[key]}, ${expected[key]}`,
          );
      }
      const final = trainer.parameters();
      const averages = trainer.averages();
      for (const name of ['w', 'b']) {
        assertClose(final[name], array(final[name].shape, reference.final[name]), 2e-6, name);
        assertClose(averages[name], array(final[name].shape, reference.averages[name]), 2e-6, name);
      }
    });
  });

  it('leaves alone what the loss does not reach', async () => {
    const parameters: Arrays = { ...lineStart(), idle: namedArray([2, 2], Float32Array.of(1, 2, 3, 4)) };
    await withTrainer({ parameters }, async (trainer) => {
      await trainer.step(lineBatch());
      await trainer.step(lineBatch());
      assert.deepEqual([...trainer.parameters().idle.data], [1, 2, 3, 4]);
      assert.deepEqual(Object.keys((await trainer.gradients(lineBatch())).gradients), ['w', 'b']);
    });
  });

  it('lets decays choose, and Infinity switch clipping off', async () => {
    const batch = lineBatch();
    const zero = { x: namedArray([4, 3], new Float32Array(12)), y: namedArray([4, 2], new Float32Array(8)) };
    const start: Arrays = { ...lineStart(), b: namedArray([2], new Float32Array(2)) };
    const optimiser = { learningRate: 0.1, weightDecay: 0.5, clipNorm: Number.POSITIVE_INFINITY };
    await withTrainer({ parameters: start, optimiser }, async (trainer) => {
      await trainer.step(zero);
      for (const [i, value] of trainer.parameters().w.data.entries())
        assert.ok(Math.abs(Number(value) - 0.95 * Number(start.w.data[i])) < 1e-6);
    });
    await withTrainer({ parameters: start, optimiser: { ...optimiser, decays: () => false } }, async (trainer) => {
      await trainer.step(zero);
      assert.deepEqual(trainer.parameters().w, start.w);
      assert.ok((await trainer.step(batch)).gradientNorm > 1);
    });
  });
});

describe('a trainer', () => {
  it('gives the gradients of eager tfjs, dropout off', async () => {
    const batch = networkBatch(4);
    const start = networkStart();
    await withTrainer({ loss: network, parameters: start }, async (trainer) => {
      const { loss, gradients } = await trainer.gradients(batch);
      const eager = await eagerly(
        (inputs: Tensors) => {
          const names = Object.keys(start);
          const own = names.map((name) => inputs[name]);
          const run = (...given: Tensors[string][]) =>
            network(Object.fromEntries(names.map((name, i) => [name, given[i]])), inputs, inference);
          const found = tf.grads(run)(own);
          return { loss: run(...own), ...Object.fromEntries(names.map((name, i) => [`d/${name}`, found[i]])) };
        },
        { ...start, ...batch },
      );
      assert.ok(Math.abs(loss - Number(eager.loss.data[0])) < 1e-6);
      for (const name of Object.keys(start)) assertClose(gradients[name], eager[`d/${name}`], 1e-6, name);
    });
  });

  it('computes the same in micro-batches, and refuses a batch they do not divide', async () => {
    const batch = lineBatch(12);
    const results: Arrays[] = [];
    for (const microBatches of [1, 3])
      await withTrainer({ microBatches }, async (trainer) => {
        results.push((await trainer.gradients(batch)).gradients);
        await trainer.step(batch);
        results.push(trainer.parameters());
        if (microBatches > 1) await assert.rejects(trainer.step(lineBatch(7)), { code: 'GRAPH_BAD_FEED' });
      });
    for (const name of ['w', 'b']) {
      assertClose(results[2][name], results[0][name], 1e-6, name);
      assertClose(results[3][name], results[1][name], 1e-6, name);
    }
    await assert.rejects(
      withTrainer({ microBatches: 0 }, async () => {}),
      { code: 'GRAPH_BAD_OPTION' },
    );
  });

  it('learns', () =>
    withTrainer({ loss: network, parameters: networkStart(), optimiser: { learningRate: 0.02 } }, async (trainer) => {
      const batch = networkBatch(4, 64);
      const before = (await trainer.gradients(batch)).loss;
      for (let i = 0; i < 150; i++) await trainer.step(batch);
      assert.ok((await trainer.gradients(batch)).loss < 0.6 * before);
    }));

  it('repeats itself for equal seeds, not for others', async () => {
    const losses = async (seed: number) => {
      const seen: number[] = [];
      await withTrainer({ loss: network, parameters: networkStart(), random: createRandom(seed) }, async (trainer) => {
        for (let i = 0; i < 5; i++) seen.push((await trainer.step(networkBatch(i))).loss);
      });
      return seen;
    };
    const first = await losses(1);
    assert.deepEqual(await losses(1), first);
    assert.notDeepEqual(await losses(2), first);
  });

  it('goes on bit for bit from its state', async () => {
    const options = {
      loss: network,
      parameters: networkStart(),
      optimiser: { learningRate: 0.05, schedule: { kind: 'cosine', warmupSteps: 2, totalSteps: 9 } },
    } as const;
    let final: Arrays = {};
    let middle: ReturnType<Trainer['state']> | undefined;
    await withTrainer(options, async (trainer) => {
      for (let i = 0; i < 8; i++) {
        if (i === 5) middle = trainer.state();
        await trainer.step(networkBatch(i, i % 2 === 0 ? 8 : 5));
      }
      final = trainer.parameters();
    });
    await withTrainer({ ...options, random: createRandom(99) }, async (trainer) => {
      await trainer.step(networkBatch(50));
      trainer.restore(middle!);
      for (let i = 5; i < 8; i++) await trainer.step(networkBatch(i, i % 2 === 0 ? 8 : 5));
      assert.deepEqual(trainer.parameters(), final);
    });
  });

  it('gives copies: changing them changes nothing', () =>
    withTrainer({}, async (trainer) => {
      (trainer.parameters().w.data as Float32Array).fill(9);
      (trainer.state().m.w.data as Float32Array).fill(9);
      assert.deepEqual(trainer.parameters(), lineStart());
    }));

  it('does not take a step that is not finite', () =>
    withTrainer({ loss: (p, { x }) => tf.mean(tf.log(tf.sum(tf.mul(tf.square(p.w), x)))) }, async (trainer) => {
      const good = { x: namedArray([3, 2], new Float32Array(6).fill(1)) };
      const bad = { x: namedArray([3, 2], new Float32Array(6)) };
      await trainer.step(good);
      const before = trainer.state();
      await assert.rejects(trainer.step(bad), { code: 'GRAPH_NOT_FINITE' });
      assert.deepEqual(trainer.state(), before);
      await trainer.step(good);
    }));

  it('ends a run whose loss explodes, names the step, and keeps the parameters of before', async () => {
    const explode: Partial<TrainerOptions> = {
      loss: (p, { scale }) => tf.mul(tf.mean(tf.square(p.w)), scale).asScalar(),
      optimiser: { learningRate: 1e-4 },
    };
    const scaled = (value: number) => ({ scale: namedArray([], Float32Array.of(value)) });
    await withTrainer({ ...explode, averageDecay: 0.9 }, async (trainer) => {
      for (let i = 0; i < 10; i++) await trainer.step(scaled(i === 3 ? 50 : 1));
      await trainer.step(scaled(40));
      const before = trainer.state();
      await assert.rejects(
        trainer.step(scaled(80)),
        (error: Error & { code: string }) => error.code === 'GRAPH_DIVERGED' && error.message.startsWith('Step 12:'),
      );
      assert.deepEqual(trainer.state(), before);
      // What counts as usual is part of the state.
      await withTrainer(explode, async (other) => {
        other.restore(before);
        await assert.rejects(other.step(scaled(80)), { code: 'GRAPH_DIVERGED' });
        await other.step(scaled(1));
      });
    });
    await withTrainer({ ...explode, divergenceFactor: Number.POSITIVE_INFINITY }, async (trainer) => {
      for (let i = 0; i < 12; i++) await trainer.step(scaled(10 ** i));
    });
  });

  it('keeps parameters that some batches reach and others do not', () =>
    withTrainer({ loss: (p, { x, y }) => tf.sum(tf.mul(p.w, y ?? x)).add(y ? tf.sum(p.b) : 0) }, async (trainer) => {
      const one = namedArray([], Float32Array.of(1));
      await trainer.step({ y: one });
      const moved = trainer.parameters().b;
      for (let i = 0; i < 3; i++) {
        await trainer.step({ x: one });
        assert.deepEqual(trainer.parameters().b, moved);
      }
    }));

  it('queues steps that overlap', () =>
    withTrainer({}, async (trainer) => {
      const all = await Promise.all([1, 2, 3].map((seed) => trainer.step(lineBatch(4, seed))));
      assert.equal(trainer.state().step, 3);
      assert.equal(all.length, 3);
    }));

  it('refuses losses that are none', async () => {
    const losses: TrainerOptions['loss'][] = [
      (p) => p.w,
      () => tf.scalar(1),
      (p) => tf.cast(tf.sum(p.w), 'int32'),
      () => 3 as never,
    ];
    for (const loss of losses)
      await withTrainer({ loss }, async (trainer) => {
        await assert.rejects(trainer.step(lineBatch()), { code: 'GRAPH_BAD_LOSS' });
      });
  });

  it('refuses impossible options, batches and states', async () => {
    const create = (options: Partial<TrainerOptions>) => withTrainer(options, async () => {});
    for (const optimiser of [
      { learningRate: Number.NaN },
      { learningRate: 1, beta1: 1 },
      { learningRate: 1, clipNorm: 0 },
      { learningRate: 1, schedule: { kind: 'cosine', warmupSteps: 5, totalSteps: 5 } },
    ] as const)
      await assert.rejects(create({ optimiser }), { code: 'GRAPH_BAD_OPTION' });
    for (const option of [{ averageDecay: 1 }, { divergenceFactor: 1 }, { threads: 0 }, { parameters: {} }])
      await assert.rejects(
        withTrainer(option, async (trainer) => void (await trainer.step(lineBatch()))),
        { code: 'GRAPH_BAD_OPTION' },
      );
    await withTrainer({}, async (trainer) => {
      assert.throws(() => trainer.averages(), { code: 'GRAPH_BAD_OPTION' });
    });
    await assert.rejects(create({ parameters: { w: namedArray([2], Int32Array.of(1, 2)) } }), {
      code: 'GRAPH_BAD_FEED',
    });
    await withTrainer(
      { loss: (p, { x }, context) => tf.sum(tf.matMul(context.dropout(x, 1), p.w)) },
      async (trainer) => {
        await assert.rejects(trainer.step(lineBatch()), { code: 'GRAPH_BAD_OPTION' });
      },
    );
    await withTrainer({}, async (trainer) => {
      const { x, y } = lineBatch();
      await assert.rejects(trainer.step({ x, y: { ...y, data: new Float32Array(3) } }), { code: 'GRAPH_BAD_FEED' });
      const state = trainer.state();
      const { w, ...others } = state.parameters;
      assert.throws(() => trainer.restore({ ...state, parameters: others }), { code: 'GRAPH_BAD_STATE' });
      assert.throws(() => trainer.restore({ ...state, m: { ...state.m, z: w } }), { code: 'GRAPH_BAD_STATE' });
      assert.throws(() => trainer.restore({ ...state, v: { ...state.v, w: namedArray([6], w.data) } }), {
        code: 'GRAPH_BAD_STATE',
      });
      await trainer.close();
      await assert.rejects(trainer.step({ x, y }), { code: 'GRAPH_CLOSED' });
    });
  });
});

describe('dropout', () => {
  it('drops at its rate, every lane of a word alike', () => {
    for (const dropped of [1, 26, 128, 255]) {
      const mask = new Uint8Array(400_000);
      fillMask(mask, dropped, maskSeed(createRandom(dropped)));
      for (let lane = 0; lane < 4; lane++) {
        let kept = 0;
        for (let i = lane; i < mask.length; i += 4) {
          assert.ok(mask[i] <= 1);
          kept += mask[i];
        }
        const rate = (256 - dropped) / 256;
        assert.ok(Math.abs(kept / 100_000 - rate) < 5 * Math.sqrt((rate * (1 - rate)) / 100_000));
      }
    }
  });
  it('keeps the expectation, and the same elements backward as forward', async () => {
    const parameters = { w: namedArray([999], new Float32Array(999).fill(1)) };
    const optimiser = { learningRate: 0, weightDecay: 0, clipNorm: Number.POSITIVE_INFINITY };
    await withTrainer(
      { parameters, optimiser, loss: (p, _, context) => tf.sum(context.dropout(p.w, 0.25)) },
      async (trainer) => {
        let total = 0;
        for (let i = 0; i < 50; i++) {
          const { loss, gradientNorm } = await trainer.step({});
          total += loss;
          // Loss = kept · 4/3, squared gradient norm = kept · 16/9.
          assert.ok(Math.abs(gradientNorm ** 2 - (loss * 4) / 3) < 1e-2);
        }
        assert.ok(Math.abs(total / 50 / 999 - 1) < 0.02);
      },
    );
  });
});
