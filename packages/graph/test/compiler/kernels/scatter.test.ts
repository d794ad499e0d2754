/**
 * Many rows are added to few positions on several threads: the gradient of an embedding table is
 * complete.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '@lorekeep/core';
import type { Tensor1D } from '@tensorflow/tfjs';
import { compileGraph, createSession, namedArray, tf } from '../../../src/index.ts';

describe('the gradient of gather', () => {
  for (const [rows, updates, dim] of [
    [7, 6400, 128],
    [1000, 6400, 128],
    [20_000, 6400, 64],
    [20_000, 6401, 33],
    [5, 3, 200_000],
    [30, 100_000, 1],
  ])
    it(`sums ${updates} rows of ${dim} into ${rows}`, async () => {
      const random = createRandom(rows);
      const ids = Int32Array.from({ length: updates }, () => random.int(Math.min(rows, 900)));
      const values = Float32Array.from({ length: updates * dim }, () => random.next() - 0.5);
      const expected = new Float64Array(rows * dim);
      for (let i = 0; i < values.length; i++) expected[ids[Math.floor(i / dim)] * dim + (i % dim)] += values[i];
      const graph = compileGraph(
        ({ table, ids, weights }) => ({
          gradient: tf.grad((own) => tf.sum(tf.mul(tf.gather(own, ids as Tensor1D), weights)))(table),
        }),
        {
          table: { shape: [rows, dim] },
          ids: { shape: [updates], dtype: 'int32' },
          weights: { shape: [updates, dim] },
        },
      );
      const session = await createSession(graph, { threads: 4 });
      for (let trial = 0; trial < 4; trial++) {
        const { gradient } = await session.run({
          table: namedArray([rows, dim], new Float32Array(rows * dim)),
          ids: namedArray([updates], ids),
          weights: namedArray([updates, dim], values),
        });
        let worst = 0;
        for (let i = 0; i < expected.length; i++)
          worst = Math.max(worst, Math.abs(Number(gradient.data[i]) - expected[i]));
        assert.ok(worst < 1e-3, `largest error ${worst}`);
      }
      await session.close();
    });
});
