/** Every architecture against sentence-transformers, on small models of random weights (`fixtures/make_models.py`). */
import { test } from 'node:test';
import { assertVectors, folderOf, readCases } from './reference.ts';

const { texts, cases } = await readCases('models.json');

for (const one of cases)
  test(`${one.name} gives the vectors of sentence-transformers`, async (t) => {
    await assertVectors(await folderOf(t, one), texts, one.vectors);
  });
