import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { centredContent, contentMean, createRandom } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { createMatmulPool } from '@lorekeep/graph';
import { groupedLog } from '@lorekeep/testing';
import { leadingFactors, OVERSAMPLING } from '../../src/factors/leading-factors.ts';
import { createThin } from '../../src/factors/thin-matrices.ts';
import { interactionsOf } from '../../src/solve/gram.ts';
import { solveItems } from '../../src/solve/solve.ts';
import { at } from '../../src/solve/tiles.ts';

const PASSES = 12;
const pool = createMatmulPool(2);
const thin = createThin(1);
after(() => Promise.all([pool.close(), thin.close()]));

describe('leading factors of the linear model', () => {
  const { log, content } = groupedLog();
  const items = log.itemIds.length;
  const interactions = interactionsOf(leaveOneOut(log));
  const centred = centredContent(content, contentMean(content, items, content.length / items));
  const settings = { lambda: 5, beta: 2 };

  /** F with more columns than are used, so that the used ones have converged. */
  const factors = async (rank: number, seed = 42, round = () => {}) =>
    leadingFactors(
      interactions,
      centred,
      settings,
      Math.min(items, rank + OVERSAMPLING),
      PASSES,
      createRandom(seed),
      thin,
      round,
    );

  test('give the exact model at full rank, except for the diagonal, and approach it with the rank', async () => {
    const inverse = await solveItems(interactions, centred, settings, { pool });
    const errors: number[] = [];
    for (const rank of [4, 16, items]) {
      const { values, width } = await factors(rank);
      const inner = (i: number, j: number) => {
        let sum = 0;
        for (let k = 0; k < rank; k++) sum += values[i * width + k] * values[j * width + k];
        return sum;
      };
      let worst = 0;
      for (let i = 0; i < items; i++) {
        for (let j = 0; j < items; j++) {
          if (i === j) continue;
          const approximate = inner(i, j) / (1 - inner(j, j));
          worst = Math.max(worst, Math.abs(approximate + at(inverse, i, j) / at(inverse, j, j)));
        }
      }
      errors.push(worst);
    }
    assert.ok(errors[0] > errors[1] && errors[1] > errors[2], String(errors));
    assert.ok(errors[2] < 1e-5, String(errors));
  });

  test('depend only on the seed, and report every pass', async () => {
    let passes = 0;
    const first = await factors(5, 7, () => passes++);
    assert.equal(passes, PASSES);
    assert.deepEqual(await factors(5, 7), first);
  });
});
