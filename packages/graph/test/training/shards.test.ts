/**
 * Shards of a batch on several threads: the same numbers as from one session, and threads that end.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { createRandom } from '@lorekeep/core';
import {
  type Arrays,
  namedArray,
  softmaxCrossEntropy,
  type Trainer,
  type TrainerOptions,
  tf,
} from '../../src/index.ts';
import { startShardThread } from '../../src/training/shard-thread.ts';
import { assertClose, randomArrays } from '../compare.ts';
import { withTrainer } from './models.ts';

/** A table, dropout, a softmax, and an array that every row of the batch uses. */
const network: TrainerOptions['loss'] = (p, { ids, labels, shift }, context) => {
  const embedded = context.dropout(tf.gather(p.table, ids as never), 0.2);
  const hidden = context.dropout(tf.relu(tf.add(tf.matMul(embedded, p.hidden), shift)), 0.5);
  return tf.mean(softmaxCrossEntropy(tf.matMul(hidden, p.table, false, true), labels));
};
const start = () => randomArrays({ table: { shape: [11, 6] }, hidden: { shape: [6, 6] }, idle: { shape: [3] } }, 3);
const batchOf = (seed: number, rows = 12) =>
  randomArrays(
    {
      ids: { shape: [rows], dtype: 'int32', range: [0, 11] },
      labels: { shape: [rows], dtype: 'int32', range: [0, 11] },
      shift: { shape: [6] },
    },
    seed,
  );

const withShards = <T>(options: Partial<TrainerOptions>, use: (trainer: Trainer) => Promise<T>) =>
  withTrainer({ loss: network, parameters: start(), threads: 2, replicated: ['shift'], ...options }, use);

describe('shards of a batch', () => {
  it('give the same gradients and steps as one session', async () => {
    const results = await Promise.all(
      [{ shards: 1 }, { shards: 2 }, { shards: 3, microBatches: 2 }].map((options) =>
        // Dropout differs between numbers of shards, so the steps are computed without it.
        withShards({ ...options, loss: (p, b) => network(p, b, { training: false, dropout: (x) => x }) }, async (t) => {
          const { loss, gradients } = await t.gradients(batchOf(1));
          const steps = [];
          for (let i = 0; i < 4; i++) steps.push(await t.step(batchOf(i, i % 2 === 0 ? 12 : 24)));
          return { loss, gradients, steps, parameters: t.parameters() };
        }),
      ),
    );
    const [one, ...others] = results;
    assert.deepEqual(Object.keys(one.gradients), ['table', 'hidden']);
    for (const many of others) {
      assert.ok(Math.abs(many.loss - one.loss) < 1e-6);
      for (const name of ['table', 'hidden']) {
        assertClose(many.gradients[name], one.gradients[name], 1e-6, name);
        assertClose(many.parameters[name], one.parameters[name], 1e-5, name);
      }
      for (const [i, { loss, gradientNorm }] of many.steps.entries()) {
        assert.ok(Math.abs(loss - one.steps[i].loss) < 1e-5);
        assert.ok(Math.abs(gradientNorm - one.steps[i].gradientNorm) < 1e-5);
      }
    }
  });

  it('repeat a run bit for bit, and resume from a state', async () => {
    const run = async (trainer: Trainer, from: number, to: number) => {
      for (let i = from; i < to; i++) await trainer.step(batchOf(i, i % 2 === 0 ? 12 : 8));
    };
    const options = { shards: 2, averageDecay: 0.9 };
    const whole = await withShards(options, async (trainer) => {
      await run(trainer, 0, 6);
      return trainer.state();
    });
    const middle = await withShards(options, async (trainer) => {
      await run(trainer, 0, 3);
      return trainer.state();
    });
    const resumed = await withShards({ ...options, random: createRandom(77) }, async (trainer) => {
      await run(trainer, 10, 12);
      trainer.restore(middle);
      await run(trainer, 3, 6);
      return trainer.state();
    });
    assert.deepEqual(resumed, whole);
  });

  it('drop different elements, at the requested rate', () =>
    withShards(
      {
        shards: 2,
        parameters: { w: namedArray([1], Float32Array.of(1)) },
        optimiser: { learningRate: 0, weightDecay: 0 },
        loss: (p, { x }, context) => tf.mean(context.dropout(tf.mul(x, p.w), 0.5)),
        replicated: [],
      },
      async (trainer) => {
        const x = namedArray([2000], new Float32Array(2000).fill(1));
        const losses: number[] = [];
        for (let i = 0; i < 20; i++) losses.push((await trainer.step({ x })).loss);
        // If both shards dropped the same elements, the number of kept elements would always be
        // even.
        assert.ok(losses.some((loss) => Math.round(loss * 1000) % 2 === 1));
        const mean = losses.reduce((a, b) => a + b) / losses.length;
        assert.ok(Math.abs(mean - 1) < 0.03, `${mean}`);
      },
    ));

  it('reject batches that do not split evenly, and invalid numbers of shards', async () => {
    await withShards({ shards: 2, microBatches: 2 }, async (trainer) => {
      await assert.rejects(trainer.step(batchOf(1, 6)), { code: 'GRAPH_BAD_FEED' });
      const { ids, ...others } = batchOf(1);
      await assert.rejects(trainer.step({ ...others, ids: { ...ids, data: new Int32Array(5) } }), {
        code: 'GRAPH_BAD_FEED',
      });
      await trainer.step(batchOf(1));
    });
    for (const shards of [0, 1.5, 257])
      await assert.rejects(
        withShards({ shards }, async () => {}),
        { code: 'GRAPH_BAD_OPTION' },
      );
  });

  it('fail a step if a thread ends during it, and continue with another thread from the same state', async () => {
    const disturbed = async (trainer: Trainer, disturb: () => Promise<unknown>) => {
      await trainer.step(batchOf(1));
      const before = trainer.state();
      const running = trainer.step(batchOf(2));
      await Promise.all([assert.rejects(running, { code: 'GRAPH_RUN' }), disturb()]);
      assert.deepEqual(trainer.state(), before);
      await trainer.step(batchOf(2));
      return trainer.parameters();
    };
    let thread: Worker | undefined;
    process.once('worker', (worker) => (thread = worker));
    const after = await withShards({ shards: 2 }, (trainer) => disturbed(trainer, () => thread!.terminate()));
    const undisturbed = await withShards({ shards: 2 }, async (trainer): Promise<Arrays> => {
      await trainer.step(batchOf(1));
      await trainer.step(batchOf(2));
      return trainer.parameters();
    });
    assert.deepEqual(after, undisturbed);
  });

  it('distinguish a thread that ends from a graph that is rejected', async () => {
    const graph = { id: 0, onnx: new Uint8Array(3), threads: 1, feeds: {}, sets: [], into: {}, sites: [] };
    const ending = startShardThread(
      'test',
      new URL(
        'data:text/javascript,import { parentPort } from "node:worker_threads"; parentPort.once("message", () => process.exit(3));',
      ),
    );
    await assert.rejects(ending.load(graph), { code: 'GRAPH_RUN' });
    assert.equal(ending.alive, false);
    await assert.rejects(ending.run({ id: 0, set: 0, seeds: [] }), { code: 'GRAPH_RUN' });
    const real = startShardThread('test');
    await assert.rejects(real.load(graph), { code: 'GRAPH_SESSION' });
    assert.equal(real.alive, true);
    await real.close();
    await assert.rejects(real.run({ id: 0, set: 0, seeds: [] }), { code: 'GRAPH_CLOSED' });
  });

  it('give the same bits if the process is killed during a step and resumes', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lorekeep-shards-'));
    /** Kills the run at the given step; `undefined` lets it end. */
    const run = (file: string, killAt?: number) =>
      new Promise<string>((resolve) => {
        const script = fileURLToPath(new URL('resumable-run.ts', import.meta.url));
        const child = spawn(process.execPath, [script, join(directory, file)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let output = '';
        child.stdout.on('data', (text) => {
          output += text;
          if (killAt !== undefined && output.includes(`step ${killAt}\n`)) child.kill('SIGKILL');
        });
        child.on('close', () => resolve(output));
      });
    try {
      await Promise.all([run('whole'), run('killed', 5)]);
      const rest = await run('killed');
      assert.ok(/^step [46]\n/.test(rest), rest);
      assert.deepEqual(await readFile(join(directory, 'killed')), await readFile(join(directory, 'whole')));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
