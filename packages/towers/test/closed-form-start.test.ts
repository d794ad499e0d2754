import assert from 'node:assert/strict';
import test from 'node:test';
import { centredContent, contentMean, createRandom } from '@lorekeep/core';
import { leaveOneOut, trainItems } from '@lorekeep/evaluation';
import { symmetricEigen } from '@lorekeep/linear';
import { CONTENT_DIM, groupedLog } from '@lorekeep/testing';
import { closedFormStart } from '../src/model/closed-form-start.ts';

test('eigenpairs satisfy A·v = λ·v and are orthonormal, also for repeated and zero eigenvalues', () => {
  const n = 40;
  const matrices = {
    random: (i: number, j: number) => Math.sin(1 + Math.min(i, j) * 50 + Math.max(i, j) * 3),
    diagonal: (i: number, j: number) => (i === j ? i % 3 : 0),
    zero: () => 0,
    lowRank: (i: number, j: number) => Math.cos(i) * Math.cos(j) + (i % 2) * (j % 2),
  };
  for (const [name, entry] of Object.entries(matrices)) {
    const a = Float64Array.from({ length: n * n }, (_, at) => entry(Math.floor(at / n), at % n));
    const { values, vectors } = symmetricEigen(a, n);
    for (let e = 0; e < n; e++)
      for (let i = 0; i < n; i++) {
        let product = 0;
        let inner = 0;
        for (let k = 0; k < n; k++) {
          product += a[i * n + k] * vectors[e * n + k];
          inner += vectors[i * n + k] * vectors[e * n + k];
        }
        assert.ok(Math.abs(product - values[e] * vectors[e * n + i]) < 1e-9, `${name}: pair ${e}`);
        assert.ok(Math.abs(inner - (i === e ? 1 : 0)) < 1e-9, `${name}: vectors ${e} and ${i}`);
      }
  }
});

test('at full width the start has the off-diagonal scores of the dense closed form and a diagonal near zero', async () => {
  const { log, content } = groupedLog();
  const items = log.itemIds.length;
  const split = leaveOneOut(log);
  const centred = centredContent(content, contentMean(content, items, CONTENT_DIM));
  const { linear, table, mix } = await closedFormStart(split, centred, CONTENT_DIM, items, createRandom(2));
  const score = (i: number, j: number) => {
    let sum = 0;
    for (let k = 0; k < items; k++) {
      let a = table[i * items + k];
      let b = table[j * items + k];
      for (let c = 0; c < CONTENT_DIM; c++) {
        a += centred[i * CONTENT_DIM + c] * linear[c * items + k];
        b += centred[j * CONTENT_DIM + c] * linear[c * items + k];
      }
      sum += a * b * (1 + mix[k * items + k]);
    }
    return sum;
  };

  // The dense closed form: A = XᵀX + 10·C·Cᵀ and G = A·(A + 300·I)⁻¹, by eigenvectors of A.
  const a = new Float64Array(items * items);
  for (let user = 0; user < log.userIds.length; user++) {
    const touched = [...new Set(trainItems(split, user))];
    for (const i of touched) for (const j of touched) a[i * items + j] += 1;
  }
  for (let i = 0; i < items; i++)
    for (let j = 0; j < items; j++)
      for (let c = 0; c < CONTENT_DIM; c++)
        a[i * items + j] += 10 * centred[i * CONTENT_DIM + c] * centred[j * CONTENT_DIM + c];
  const { values, vectors } = symmetricEigen(a, items);
  const dense = (i: number, j: number) => {
    let sum = 0;
    for (let e = 0; e < items; e++)
      sum +=
        (Math.max(values[e], 0) / (Math.max(values[e], 0) + 300)) * vectors[e * items + i] * vectors[e * items + j];
    return sum;
  };
  let product = 0;
  let ours = 0;
  let theirs = 0;
  let diagonal = 0;
  for (let i = 0; i < items; i++) {
    diagonal += score(i, i) ** 2;
    for (let j = 0; j < items; j++) {
      if (i === j) continue;
      product += score(i, j) * dense(i, j);
      ours += score(i, j) ** 2;
      theirs += dense(i, j) ** 2;
    }
  }
  assert.ok(product / Math.sqrt(ours * theirs) > 0.9999, `correlation ${product / Math.sqrt(ours * theirs)}`);
  assert.ok(diagonal < 1e-3 * ours, `diagonal ${diagonal} of ${ours}`);
});
