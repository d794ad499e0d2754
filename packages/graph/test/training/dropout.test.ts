/** Dropout: its rate, and the same mask forward and backward. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { namedArray, tf } from '../../src/index.ts';
import { maskSeed } from '../../src/training/dropout.ts';
import { fillMask } from '../../src/training/dropout-mask.ts';
import { withTrainer } from './models.ts';

describe('dropout', () => {
  it('drops elements at its rate, in every byte of a word', () => {
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
  it('keeps the expected value, and drops the same elements forward and backward', async () => {
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
