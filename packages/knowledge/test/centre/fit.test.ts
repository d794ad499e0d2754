import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { bestAssignment } from '../../src/centre/alignment/assignment.ts';
import { fitAlignment } from '../../src/centre/alignment/fit.ts';
import { addRow, createMoments, residualOf } from '../../src/centre/alignment/moments.ts';
import { orthogonalFactor } from '../../src/centre/alignment/orthogonal.ts';
import { ridgeMap } from '../../src/centre/alignment/ridge.ts';
import { addShared, createSharedEntries } from '../../src/centre/alignment/shared-entries.ts';
import { knowledgeLayout } from '../../src/centre/schema/layout.ts';

const random = createRandom(11);
const draw = (count: number) => Float64Array.from({ length: count }, () => random.normal());

/** A · B, or Aᵀ · B. */
function product(a: Float64Array, b: Float64Array, dim: number, isTransposed = false): Float64Array {
  const result = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++)
    for (let k = 0; k < dim; k++)
      for (let j = 0; j < dim; j++)
        result[i * dim + j] += (isTransposed ? a[k * dim + i] : a[i * dim + k]) * b[k * dim + j];
  return result;
}

function assertMatrix(actual: Float64Array, wanted: (i: number, j: number) => number, dim: number, tolerance: number) {
  for (let i = 0; i < dim; i++)
    for (let j = 0; j < dim; j++) {
      const error = Math.abs(actual[i * dim + j] - wanted(i, j));
      assert.ok(error <= tolerance, `(${i}, ${j}) is off by ${error}`);
    }
}

const identity = (i: number, j: number) => (i === j ? 1 : 0);

for (const dim of [1, 2, 5, 48, 64])
  test(`the orthogonal factor of a ${dim} × ${dim} matrix: orthogonal, and the rest is symmetric and positive`, () => {
    const matrix = draw(dim * dim);
    const factor = orthogonalFactor(matrix, dim);
    assertMatrix(product(factor, factor, dim, true), identity, dim, 1e-12);
    // M = R·P with P = RᵀM symmetric and positive semi-definite defines the polar factor R.
    const rest = product(factor, matrix, dim, true);
    assertMatrix(rest, (i, j) => rest[j * dim + i], dim, 1e-11 * dim);
    for (let trial = 0; trial < 20; trial++) {
      const x = draw(dim);
      let form = 0;
      for (let i = 0; i < dim; i++) for (let j = 0; j < dim; j++) form += x[i] * rest[i * dim + j] * x[j];
      assert.ok(form >= -1e-10, `the rest is not positive: ${form}`);
    }
  });

test('a matrix without full rank, and zero, still give an orthogonal factor', () => {
  const dim = 6;
  const [u, v] = [draw(dim), draw(dim)];
  const one = Float64Array.from({ length: dim * dim }, (_, at) => u[Math.floor(at / dim)] * v[at % dim]);
  for (const matrix of [one, new Float64Array(dim * dim)]) {
    const factor = orthogonalFactor(matrix, dim);
    assertMatrix(product(factor, factor, dim, true), identity, dim, 1e-12);
  }
});

test('no rotation leaves less than the Procrustes map', () => {
  const dim = 4;
  const moments = createMoments(dim);
  for (let row = 0; row < 50; row++) addRow(moments, Float32Array.from(draw(dim)), Float32Array.from(draw(dim)));
  const best = residualOf(moments, orthogonalFactor(moments.cross, dim), dim);
  for (let trial = 0; trial < 200; trial++) {
    const other = residualOf(moments, orthogonalFactor(draw(dim * dim), dim), dim);
    assert.ok(other >= best - 1e-12, `${other} is less than ${best}`);
  }
});

test('the residual from sums is the one from rows', () => {
  const dim = 3;
  const [moments, map] = [createMoments(dim), draw(dim * dim)];
  let [error, norm] = [0, 0];
  for (let row = 0; row < 30; row++) {
    const [a, b] = [Float32Array.from(draw(dim)), Float32Array.from(draw(dim))];
    addRow(moments, a, b);
    for (let j = 0; j < dim; j++) {
      let value = -b[j];
      for (let i = 0; i < dim; i++) value += a[i] * map[i * dim + j];
      error += value ** 2;
      norm += b[j] ** 2;
    }
  }
  assert.ok(Math.abs(residualOf(moments, map, dim) - Math.sqrt(error / norm)) < 1e-12);
});

test('the ridge map solves its equations', () => {
  const dim = 7;
  const moments = createMoments(dim);
  for (let row = 0; row < 40; row++) addRow(moments, Float32Array.from(draw(dim)), Float32Array.from(draw(dim)));
  const map = ridgeMap(moments.gram, moments.cross, dim);
  let trace = 0;
  for (let j = 0; j < dim; j++) trace += moments.gram[j * dim + j];
  const left = product(moments.gram, map, dim);
  for (let at = 0; at < left.length; at++) left[at] += ((1e-3 * trace) / dim) * map[at];
  assertMatrix(left, (i, j) => moments.cross[i * dim + j], dim, 1e-9);
});

test('the assignment is the best of all', () => {
  const size = 6;
  const orders = (left: number[]): number[][] =>
    left.length === 0
      ? [[]]
      : left.flatMap((one) => orders(left.filter((x) => x !== one)).map((rest) => [one, ...rest]));
  const all = orders([0, 1, 2, 3, 4, 5]);
  for (let trial = 0; trial < 20; trial++) {
    const scores = draw(size * size);
    const total = (order: ArrayLike<number>) =>
      Array.from(order).reduce((sum, column, row) => sum + scores[row * size + column], 0);
    const found = bestAssignment(scores, size);
    assert.equal(new Set(found).size, size);
    assert.ok(Math.abs(total(found) - Math.max(...all.map(total))) < 1e-12);
  }
});

test('a block that was not only turned gets a ridge map, which leaves less on entries that it has not seen', () => {
  const dim = 4;
  const layout = knowledgeLayout({ user: [{ name: 'block', dim }], item: [], interactions: [], userCategory: [] });
  const mixing = draw(dim * dim);
  const rows = Array.from({ length: 400 }, () => Float32Array.from(draw(dim)));
  const former = rows.map((row) =>
    Float32Array.from({ length: dim }, (_, j) => row.reduce((sum, value, i) => sum + value * mixing[i * dim + j], 0)),
  );
  const entries = {
    kind: 'user' as const,
    ids: rows.map((_, at) => `u${at}`),
    values: Float32Array.from(rows.flatMap((row) => [...row])),
  };
  const shared = createSharedEntries(layout);
  addShared(shared, layout, entries, (row) => former[row]);
  const [turned, mixed] = [fitAlignment(layout, shared, 10), fitAlignment(layout, shared, 0.05)];
  assert.deepEqual([turned.maps.block, mixed.maps.block], ['orthogonal', 'ridge']);
  assert.ok(mixed.residual < 0.02 && turned.residual > 0.1, `${mixed.residual}, ${turned.residual}`);
});
