import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createRandom, errorCode } from '@lorekeep/core';
import { createMatmulPool } from '@lorekeep/graph';
import { invertTiles } from '../../src/solve/inverse.ts';
import { addAt, at, createTiles } from '../../src/solve/tiles.ts';

const pool = createMatmulPool(2);
after(() => pool.close());

/** Gauss–Jordan elimination with row exchange, in float64. */
function gaussJordan(matrix: number[][]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[best][k])) best = i;
    [rows[k], rows[best]] = [rows[best], rows[k]];
    const pivot = rows[k][k];
    for (let j = 0; j < 2 * n; j++) rows[k][j] /= pivot;
    for (let i = 0; i < n; i++) {
      const factor = rows[i][k];
      if (i === k || factor === 0) continue;
      for (let j = 0; j < 2 * n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return rows.map((row) => row.slice(n));
}

function positiveDefinite(n: number, block: number, seed = 3) {
  const random = createRandom(seed);
  const factors = Array.from({ length: n }, () => Array.from({ length: n }, () => random.normal()));
  const matrix = factors.map((a, i) =>
    factors.map((b, j) => a.reduce((sum, value, k) => sum + value * b[k], i === j ? n : 0)),
  );
  const tiles = createTiles(n, block);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) addAt(tiles, i, j, matrix[i][j]);
  return { matrix, tiles };
}

describe('the inverse of a tiled matrix', () => {
  for (const [n, block] of [
    [1, 1],
    [12, 12],
    [30, 10],
    [61, 8],
  ])
    test(`equals Gauss–Jordan for ${n} rows in tiles of ${block}`, async () => {
      const { matrix, tiles } = positiveDefinite(n, block);
      const expected = gaussJordan(matrix);
      const stages: number[] = [];
      await invertTiles(tiles, pool, { progress: ({ done }) => stages.push(done) });
      const largest = Math.max(...expected.flat().map(Math.abs));
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++)
          assert.ok(Math.abs(at(tiles, i, j) - expected[i][j]) < 3e-6 * largest, `element ${i}, ${j}`);
      assert.equal(stages.at(-1), Math.ceil(n / block));
    });

  test('is refused for a matrix that is not positive definite', async () => {
    const tiles = createTiles(4, 2);
    for (let row = 0; row < 4; row++) addAt(tiles, row, row, row === 2 ? -1 : 1);
    await assert.rejects(invertTiles(tiles, pool), (error) => errorCode(error) === 'LINEAR_NOT_DEFINITE');
  });

  test('can be aborted', async () => {
    const { tiles } = positiveDefinite(30, 10);
    const controller = new AbortController();
    const progress = () => controller.abort(new Error('enough'));
    await assert.rejects(invertTiles(tiles, pool, { progress, signal: controller.signal }), /enough/);
  });
});
