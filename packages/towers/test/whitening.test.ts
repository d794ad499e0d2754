import assert from 'node:assert/strict';
import test from 'node:test';
import { contentMean, createRandom } from '@lorekeep/core';
import { prepareContent } from '../src/model/content.ts';
import { fitWhitening } from '../src/model/whitening.ts';

const DIM = 6;
const ROWS = 3000;

/** Correlated rows with very different variances per direction; every tenth row has no text. */
function unevenRows(): Float32Array {
  const random = createRandom(4);
  const content = new Float32Array(ROWS * DIM);
  for (let row = 0; row < ROWS; row++) {
    if (row % 10 === 9) continue;
    const shared = random.normal();
    for (let k = 0; k < DIM; k++) content[row * DIM + k] = 0.3 + shared + random.normal() * 0.1 * (k + 1);
  }
  return content;
}

function covarianceOf(content: Float32Array, mean: Float32Array, w: Float32Array): number[][] {
  const sums = Array.from({ length: DIM }, () => new Array<number>(DIM).fill(0));
  let rows = 0;
  for (let row = 0; row < ROWS; row++) {
    if (row % 10 === 9) continue;
    rows++;
    const whitened = Array.from({ length: DIM }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < DIM; k++) sum += (content[row * DIM + k] - mean[k]) * w[k * DIM + j];
      return sum;
    });
    for (let i = 0; i < DIM; i++) for (let j = 0; j < DIM; j++) sums[i][j] += whitened[i] * whitened[j];
  }
  return sums.map((line) => line.map((sum) => sum / rows));
}

for (const kind of ['zca', 'pca'] as const)
  test(`${kind}: the whitened catalogue has the same variance in every direction`, async () => {
    const content = unevenRows();
    const mean = contentMean(content, ROWS, DIM);
    const w = await fitWhitening(content, mean, kind);
    const covariance = covarianceOf(content, mean, w);
    for (let i = 0; i < DIM; i++)
      for (let j = 0; j < DIM; j++) {
        // The floor of the eigenvalues lowers the variance of the weakest directions a little.
        if (i === j) assert.ok(covariance[i][j] > 0.4 && covariance[i][j] < 1.01, `${i}: ${covariance[i][j]}`);
        else assert.ok(Math.abs(covariance[i][j]) < (kind === 'pca' ? 0.01 : 0.4), `${i}, ${j}: ${covariance[i][j]}`);
      }
    if (kind === 'zca')
      for (let i = 0; i < DIM; i++)
        for (let j = 0; j < DIM; j++) assert.ok(Math.abs(w[i * DIM + j] - w[j * DIM + i]) < 1e-4, 'symmetric');
  });

test('whitened rows have length 1, rows without text stay zero, and a whitening of other towers is used unchanged', async () => {
  const content = unevenRows();
  const { content: rows, parameters } = await prepareContent(content, ROWS, DIM, 'zca');
  for (let row = 0; row < ROWS; row++) {
    const length = Math.hypot(...rows.subarray(row * DIM, (row + 1) * DIM));
    assert.ok(row % 10 === 9 ? length === 0 : Math.abs(length - 1) < 1e-5, `row ${row}: ${length}`);
  }
  const few = await prepareContent(content.slice(0, 20 * DIM), 20, DIM, 'zca', { fitted: parameters });
  assert.deepEqual(few.content, rows.slice(0, 20 * DIM));
  assert.equal(few.parameters['content/whitening'].data, parameters['content/whitening'].data);
});
