import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { createThin, orthonormal } from '../../src/factors/thin-matrices.ts';

const thin = createThin(1);
after(() => thin.close());

const ROWS = 60;

/** `[ROWS × width]` columns that are sums of `rank` random ones. */
function columnsOfRank(rank: number, width: number): Float32Array {
  const random = createRandom(3);
  const draw = (length: number) => Float32Array.from({ length }, () => random.normal());
  const [left, right] = [draw(ROWS * rank), draw(rank * width)];
  return Float32Array.from({ length: ROWS * width }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += left[Math.floor(at / width) * rank + k] * right[k * width + (at % width)];
    return sum;
  });
}

test('independent columns become orthonormal', async () => {
  const width = 12;
  const basis = await orthonormal(columnsOfRank(width, width), ROWS, width, thin);
  for (let i = 0; i < width; i++)
    for (let j = 0; j <= i; j++) {
      let product = 0;
      for (let row = 0; row < ROWS; row++) product += basis[row * width + i] * basis[row * width + j];
      assert.ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-5, `${i}, ${j}: ${product}`);
    }
});

test('columns of any rank stay finite, and no column becomes longer than 1; zeros stay zero', async () => {
  for (const scale of [1, 1e-18, 1e12])
    for (const rank of [0, 1, 3, 20]) {
      const width = 40;
      const columns = columnsOfRank(rank, width).map((value) => value * scale);
      const basis = await orthonormal(columns, ROWS, width, thin);
      for (let k = 0; k < width; k++) {
        let squares = 0;
        for (let row = 0; row < ROWS; row++) squares += basis[row * width + k] ** 2;
        assert.ok(squares < 1.01, `rank ${rank}, scale ${scale}, column ${k}: ${squares}`);
      }
      assert.equal(
        basis.some((value) => value !== 0),
        rank > 0,
      );
    }
});
