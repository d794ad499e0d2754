import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { centredContent, contentMean, errorCode } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { createMatmulPool } from '@lorekeep/graph';
import { groupedLog } from '@lorekeep/testing';
import { type TwinFactors, twinFactors } from '../../src/factors/twin-factors.ts';
import { interactionsOf } from '../../src/solve/gram.ts';
import { solveItems } from '../../src/solve/solve.ts';
import { at } from '../../src/solve/tiles.ts';

const pool = createMatmulPool(2);
after(() => pool.close());

describe('the linear model as two towers', () => {
  const { log, content } = groupedLog();
  const items = log.itemIds.length;
  const interactions = interactionsOf(leaveOneOut(log));
  const centred = centredContent(content, contentMean(content, items, content.length / items));
  const settings = { lambda: 5, beta: 2 };
  const score = ({ inputs, vectors, rank }: TwinFactors, from: number, to: number) => {
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += inputs[from * rank + k] * vectors[to * rank + k];
    return sum;
  };

  test('equals the exact model at full rank, except for the diagonal, and approaches it with the rank', async () => {
    const inverse = await solveItems(interactions, centred, settings, { pool });
    const errors: number[] = [];
    for (const rank of [4, 16, items]) {
      const twin = await twinFactors(interactions, centred, settings, { rank, threads: 1 });
      assert.equal(twin.rank, rank);
      let worst = 0;
      for (let i = 0; i < items; i++)
        for (let j = 0; j < items; j++)
          if (i !== j) worst = Math.max(worst, Math.abs(score(twin, i, j) + at(inverse, i, j) / at(inverse, j, j)));
      errors.push(worst);
    }
    assert.ok(errors[0] > errors[1] && errors[1] > errors[2], String(errors));
    assert.ok(errors[2] < 1e-5, String(errors));
  });

  test('depends only on the seed, can be aborted, and refuses an invalid rank', async () => {
    const options = { rank: 5, threads: 1, seed: 7 };
    const twin = await twinFactors(interactions, undefined, { lambda: 5, beta: 0 }, options);
    assert.deepEqual(await twinFactors(interactions, undefined, { lambda: 5, beta: 0 }, options), twin);
    const controller = new AbortController();
    const progress = () => controller.abort(new Error('enough'));
    await assert.rejects(
      twinFactors(interactions, centred, settings, { ...options, progress, signal: controller.signal }),
      /enough/,
    );
    for (const rank of [0, 2049, 1.5])
      await assert.rejects(
        twinFactors(interactions, centred, settings, { rank }),
        (error) => errorCode(error) === 'OPTION_INVALID',
      );
  });
});
