/** The optimiser against PyTorch's, and its options. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { type Arrays, namedArray } from '../../src/index.ts';
import { assertClose } from '../compare.ts';
import { lineBatch, lineStart, withTrainer } from './models.ts';

describe('the optimiser', () => {
  it('matches PyTorch’s AdamW with clipping, warm-up, cosine and running averages in every step', async () => {
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

  it('does not change parameters on which the loss does not depend', async () => {
    const parameters: Arrays = { ...lineStart(), idle: namedArray([2, 2], Float32Array.of(1, 2, 3, 4)) };
    await withTrainer({ parameters }, async (trainer) => {
      await trainer.step(lineBatch());
      await trainer.step(lineBatch());
      assert.deepEqual([...trainer.parameters().idle.data], [1, 2, 3, 4]);
      assert.deepEqual(Object.keys((await trainer.gradients(lineBatch())).gradients), ['w', 'b']);
    });
  });

  it('applies weight decay as `decays` says, and does not clip if `clipNorm` is Infinity', async () => {
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
