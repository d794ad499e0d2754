/**
 * Compares every architecture with sentence-transformers, on small random models
 * (`fixtures/make_models.py`).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOnnxEncoder } from '../../src/index.ts';
import { assertVectors, folderOf, readCases } from '../support/reference.ts';
import { cosine, decodeVector, rowOf } from '../support/vectors.ts';

const { texts, cases } = await readCases('models.json');

for (const one of cases)
  test(`${one.name} gives the vectors of sentence-transformers`, async (t) => {
    await assertVectors(await folderOf(t, one), texts, one.vectors);
  });

// Random weights are sensitive to quantisation. `bench encode` measures the loss of real models.
test('every architecture also computes in int8, close to the reference', async (t) => {
  for (const one of cases.filter(({ name, model }) => name === model)) {
    const encoder = await loadOnnxEncoder(await folderOf(t, one), { threads: 1, precision: 'int8' });
    const vectors = await encoder.encode(texts);
    await encoder.close();
    texts.forEach((text, row) => {
      const similarity = cosine(rowOf(vectors, row, encoder.dim), decodeVector(one.vectors[row]));
      assert.ok(similarity > 0.95, `${one.name}: ${similarity} for ${JSON.stringify(text.slice(0, 40))}`);
    });
  }
});
