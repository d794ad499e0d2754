import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { popularityWeights, predictedPopularity } from '../../src/reranker/new-items/popularity.ts';

/** Solves A·x = b by Gaussian elimination with pivots, in float64. */
function solve(a: number[][], b: number[]): number[] {
  const n = b.length;
  const rows = a.map((row, i) => [...row, b[i]]);
  for (let k = 0; k < n; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(rows[best][k]) ? k + i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    let sum = rows[k][n];
    for (let j = k + 1; j < n; j++) sum -= rows[k][j] * x[j];
    x[k] = sum / rows[k][k];
  }
  return x;
}

test('the weights of predicted popularity solve the normal equations of the ridge regression', () => {
  const [items, dim, ridge] = [60, 5, 3];
  const random = createRandom(3);
  const vectors = Array.from({ length: items }, () => Float32Array.from({ length: dim }, () => random.normal()));
  const counts = Float32Array.from(vectors, (vector) => Math.max(0, Math.round(Math.exp(2 + vector[0]))));
  const known = Array.from(vectors.keys()).filter((row) => row % 4 !== 0);
  const of = (row: number) => (row === 5 ? undefined : vectors[row]);
  const weights = popularityWeights({ dim, of }, counts, known);

  const used = known.filter((row) => row !== 5);
  const values = used.map((row) => Math.log1p(counts[row]));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const normal = Array.from({ length: dim }, (_, i) =>
    Array.from(
      { length: dim },
      (__, j) => used.reduce((sum, row) => sum + vectors[row][i] * vectors[row][j], 0) + (i === j ? ridge : 0),
    ),
  );
  const right = Array.from({ length: dim }, (_, i) =>
    used.reduce((sum, row, at) => sum + vectors[row][i] * (values[at] - mean), 0),
  );
  const wanted = solve(normal, right);
  weights.forEach((weight, k) => {
    assert.ok(Math.abs(weight - wanted[k]) < 1e-4, `${weight} and ${wanted[k]}`);
  });
  const predicted = wanted.reduce((sum, weight, k) => sum + weight * vectors[0][k], 0);
  assert.ok(Math.abs(predictedPopularity(weights)(vectors[0]) - predicted) < 1e-3);
});
