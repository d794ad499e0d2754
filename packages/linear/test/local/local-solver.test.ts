/** Columns solved on their regressors, compared with an inverse in float64 and with ridge regression. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { centredContent, contentMean, createRandom } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { CONTENT_DIM, groupedLog } from '@lorekeep/testing';
import { openLocalSolver } from '../../src/local/local-solver.ts';
import { neighbourRows } from '../../src/local/neighbour-rows.ts';
import type { Columns } from '../../src/local/shared-data.ts';
import { type GramSettings, type Interactions, interactionsOf } from '../../src/solve/gram.ts';
import { dense } from '../dense.ts';
import { gramOf, inverseOf, solutionOf } from './dense-solution.ts';

const { log, content: raw } = groupedLog();
const items = log.itemIds.length;
const random = createRandom(5);
const noisy = raw.map((value) => value + 0.3 * random.normal());
const centred = centredContent(noisy, contentMean(noisy, items, CONTENT_DIM));
const interactions = interactionsOf(leaveOneOut(log));
const settings = { lambda: 5, beta: 2 };

async function columnsOf(
  { regressors, threads = 1, rows }: { regressors: number; threads?: number; rows?: Int32Array },
  content: Float32Array | undefined = centred,
  { lambda, beta }: GramSettings = settings,
  x: Interactions = interactions,
): Promise<Columns> {
  const solver = await openLocalSolver(x, content, { regressors, threads });
  try {
    return await solver.solve({ lambda, beta }, rows);
  } finally {
    await solver.close();
  }
}

const near = (actual: number, expected: number, what: string, tolerance = 1e-5) =>
  assert.ok(Math.abs(actual - expected) < tolerance, `${what}: ${actual}, not ${expected}`);

describe('a column solved on its regressors', () => {
  test('is that of the inverse if all other items are regressors', async () => {
    const inverse = inverseOf(gramOf(interactions, centred, settings));
    const columns = await columnsOf({ regressors: items });
    const rows = dense(neighbourRows(columns, items, items));
    for (let item = 0; item < items; item++) {
      near(columns.diagonal[item], inverse[item][item], `P of ${item}`);
      for (let other = 0; other < items; other++) {
        const exact = item === other ? 0 : -inverse[other][item] / inverse[item][item];
        near(rows[other][item], Math.max(0, exact), `weight from ${other} to ${item}`);
      }
    }
  });

  test('is ridge regression on the strongest items', async () => {
    const gram = gramOf(interactions, centred, settings);
    const columns = await columnsOf({ regressors: 12 });
    for (const item of [0, 17, items - 1]) {
      const strongest = gram[item]
        .map((value, other) => ({ other, size: other === item ? 0 : Math.abs(value) }))
        .sort((a, b) => b.size - a.size)
        .slice(0, 12)
        .map(({ other }) => other);
      const own = [...columns.ids.subarray(item * 12, item * 12 + columns.lengths[item])];
      assert.deepEqual(new Set(own), new Set(strongest));
      const block = own.map((a) => own.map((b) => gram[a][b]));
      const weights = solutionOf(
        block,
        own.map((a) => gram[a][item]),
      );
      weights.forEach((weight, at) => {
        near(columns.weights[item * 12 + at], weight, `weight of ${own[at]}`);
      });
      const rest = own.reduce((sum, a, at) => sum - gram[a][item] * weights[at], gram[item][item]);
      near(columns.diagonal[item], 1 / rest, 'P');
    }
  });
});
