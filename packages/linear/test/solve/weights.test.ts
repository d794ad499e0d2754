/** Weights of events: the Gram matrix and the factors, compared with plain loops over a dense X. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { createMatmulPool } from '@lorekeep/graph';
import { logOf } from '@lorekeep/testing';
import { gramTiles, interactionsOf } from '../../src/solve/gram.ts';
import { at } from '../../src/solve/tiles.ts';

const ITEMS = 9;
const random = createRandom(4);
const histories = Array.from({ length: 30 }, () => Array.from({ length: 3 + random.int(9) }, () => random.int(ITEMS)));
const weights = Float32Array.from(histories.flat(), () => [0.5, 1, 3][random.int(3)]);
const split = leaveOneOut({ ...logOf(histories, ITEMS), weights });

/** Rows of users: the largest weight of each user's training events with each item. */
function denseX(): number[][] {
  return histories.map((history, user) => {
    const row = new Array<number>(ITEMS).fill(0);
    for (let event = 0; event < history.length - 2; event++)
      row[history[event]] = Math.max(row[history[event]], weights[split.log.offsets[user] + event]);
    return row;
  });
}

test('the Gram matrix of weighted events is that of a dense X', async () => {
  const x = denseX();
  const pool = createMatmulPool(1);
  try {
    const matrix = await gramTiles(interactionsOf(split), undefined, { lambda: 10, beta: 0 }, pool);
    for (let i = 0; i < ITEMS; i++)
      for (let j = 0; j <= i; j++) {
        const expected = x.reduce((sum, row) => sum + row[i] * row[j], i === j ? 10 : 0);
        assert.ok(Math.abs(at(matrix, i, j) - expected) < 1e-4, `element ${i}, ${j}`);
      }
  } finally {
    await pool.close();
  }
});
