/** Training: gradients, reproducibility, resuming, and failures. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '@lorekeep/core';
import {
  type Arrays,
  inference,
  namedArray,
  type Tensors,
  type Trainer,
  type TrainerOptions,
  tf,
} from '../../src/index.ts';
import { assertClose, eagerly } from '../compare.ts';
import { lineBatch, lineStart, network, networkBatch, networkStart, withTrainer } from './models.ts';

describe('a trainer', () => {
  it('computes the gradients of eager tfjs, without dropout', async () => {
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

  it('computes the same in micro-batches, and rejects a batch that does not split evenly', async () => {
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

  it('reduces the loss', () =>
    withTrainer({ loss: network, parameters: networkStart(), optimiser: { learningRate: 0.02 } }, async (trainer) => {
      const batch = networkBatch(4, 64);
      const before = (await trainer.gradients(batch)).loss;
      for (let i = 0; i < 150; i++) await trainer.step(batch);
      assert.ok((await trainer.gradients(batch)).loss < 0.6 * before);
    }));

  it('repeats a run if the seeds are equal, and only then', async () => {
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

  it('resumes bit for bit from its state', async () => {
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

  it('returns copies: a change to them does not change the trainer', () =>
    withTrainer({}, async (trainer) => {
      (trainer.parameters().w.data as Float32Array).fill(9);
      (trainer.state().m.w.data as Float32Array).fill(9);
      assert.deepEqual(trainer.parameters(), lineStart());
    }));

  it('does not apply a step that is not finite', () =>
    withTrainer({ loss: (p, { x }) => tf.mean(tf.log(tf.sum(tf.mul(tf.square(p.w), x)))) }, async (trainer) => {
      const good = { x: namedArray([3, 2], new Float32Array(6).fill(1)) };
      const bad = { x: namedArray([3, 2], new Float32Array(6)) };
      await trainer.step(good);
      const before = trainer.state();
      await assert.rejects(trainer.step(bad), { code: 'GRAPH_NOT_FINITE' });
      assert.deepEqual(trainer.state(), before);
      await trainer.step(good);
    }));

  it('rejects a step whose loss has diverged, names the step, and keeps the previous parameters', async () => {
    const diverging: Partial<TrainerOptions> = {
      loss: (p, { scale }) => tf.mul(tf.mean(tf.square(p.w)), scale).asScalar(),
      optimiser: { learningRate: 1e-4 },
    };
    const scaled = (value: number) => ({ scale: namedArray([], Float32Array.of(value)) });
    await withTrainer({ ...diverging, averageDecay: 0.9 }, async (trainer) => {
      for (let i = 0; i < 10; i++) await trainer.step(scaled(i === 3 ? 50 : 1));
      await trainer.step(scaled(40));
      const before = trainer.state();
      await assert.rejects(
        trainer.step(scaled(80)),
        (error: Error & { code: string }) => error.code === 'GRAPH_DIVERGED' && error.message.startsWith('Step 12:'),
      );
      assert.deepEqual(trainer.state(), before);
      // The losses of the first steps are part of the state.
      await withTrainer(diverging, async (other) => {
        other.restore(before);
        await assert.rejects(other.step(scaled(80)), { code: 'GRAPH_DIVERGED' });
        await other.step(scaled(1));
      });
    });
    await withTrainer({ ...diverging, divergenceFactor: Number.POSITIVE_INFINITY }, async (trainer) => {
      for (let i = 0; i < 12; i++) await trainer.step(scaled(10 ** i));
    });
  });

  it('keeps a parameter in steps whose loss does not depend on it', () =>
    withTrainer({ loss: (p, { x, y }) => tf.sum(tf.mul(p.w, y ?? x)).add(y ? tf.sum(p.b) : 0) }, async (trainer) => {
      const one = namedArray([], Float32Array.of(1));
      await trainer.step({ y: one });
      const moved = trainer.parameters().b;
      for (let i = 0; i < 3; i++) {
        await trainer.step({ x: one });
        assert.deepEqual(trainer.parameters().b, moved);
      }
    }));

  it('runs overlapping steps one after another', () =>
    withTrainer({}, async (trainer) => {
      const all = await Promise.all([1, 2, 3].map((seed) => trainer.step(lineBatch(4, seed))));
      assert.equal(trainer.state().step, 3);
      assert.equal(all.length, 3);
    }));

  it('rejects losses that are not a scalar of the parameters', async () => {
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

  it('rejects invalid options, batches and states', async () => {
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
