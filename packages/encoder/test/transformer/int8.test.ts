/** Compares int8 with the same arithmetic in PyTorch (`fixtures/make_int8.py`), and with fp32. */
import assert from 'node:assert/strict';
import { copyFile, cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadOnnxEncoder, openEncoder, type Precision } from '../../src/index.ts';
import { FIXTURES, realModel, TINY_BERT } from '../support/fixtures.ts';
import { temporaryFolder } from '../support/machine.ts';
import { cosine, decodeVector, rowOf } from '../support/vectors.ts';

const reference = JSON.parse(await readFile(join(FIXTURES, 'int8.json'), 'utf8'));
const tiny = JSON.parse(await readFile(join(FIXTURES, 'tiny-bert.json'), 'utf8'));

test('int8 gives the vectors of the same arithmetic in PyTorch, for every batch size', async () => {
  for (const batchTokens of [1, 20, 4096]) {
    const encoder = await loadOnnxEncoder(TINY_BERT, { precision: 'int8', batchTokens, threads: 1 });
    const vectors = await encoder.encode(tiny.texts);
    tiny.texts.forEach((text: string, row: number) => {
      const vector = rowOf(vectors, row, encoder.dim);
      assert.ok(cosine(vector, decodeVector(reference.tinyBert[row])) > 0.99999, text);
      const exact = cosine(vector, decodeVector(tiny.mean[row]));
      assert.ok(exact > 0.99 && exact < 0.999999, `${exact}`);
    });
    await encoder.close();
  }
});

test('all-MiniLM-L6-v2 in int8 matches the same arithmetic in PyTorch, and is close to fp32', async (t) => {
  const model = await realModel(t);
  if (model === undefined) return;
  const { texts, vectors } = reference.miniLM;
  const open = (precision: Precision) => openEncoder(model.directory, { precision, threads: 1 });
  const [int8, fp32] = await Promise.all([open('int8'), open('fp32')]);
  t.after(() => Promise.all([int8.close(), fp32.close()]));
  const [quantised, exact] = await Promise.all([int8.encode(texts), fp32.encode(texts)]);
  const toReference: number[] = [];
  const toExact: number[] = [];
  texts.forEach((_: string, row: number) => {
    const vector = rowOf(quantised, row, 384);
    toReference.push(cosine(vector, decodeVector(vectors[row])));
    toExact.push(cosine(vector, rowOf(exact, row, 384)));
  });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(mean(toExact) >= 0.99, `${toExact}`);
  // The last bits of float32 decide some roundings, which affect the following ones (a change of
  // the embeddings by 1e-6 moves PyTorch's own vectors as much). No text may move more, and without
  // such a rounding the vectors are equal.
  assert.ok(Math.min(...toReference) > 0.99 && mean(toReference) > mean(toExact), `${toReference}`);
  assert.ok(Math.max(...toReference) > 0.9999, `${toReference}`);
});

test('the precision is part of the id and of the settings that reopen the encoder', async () => {
  const ids = new Set<string>();
  for (const precision of ['fp32', 'int8'] as const) {
    const encoder = await openEncoder(TINY_BERT, { precision, threads: 1 });
    const again = await openEncoder(TINY_BERT, { ...encoder.settings, threads: 1 });
    assert.equal(again.id, encoder.id);
    ids.add(encoder.id);
    await Promise.all([encoder.close(), again.close()]);
  }
  const plain = await openEncoder(TINY_BERT, { threads: 1 });
  await plain.close();
  assert.ok(ids.has(plain.id));
  assert.equal(ids.size, 2);
});

test('an unknown precision, or one that a model does not support, is refused', async (t) => {
  const refused = { code: 'ENCODER_BAD_OPTION', kind: 'usage', message: /precision/ };
  await assert.rejects(loadOnnxEncoder(TINY_BERT, { precision: 'int4' as Precision }), refused);
  const exported = join(await temporaryFolder(t), 'exported');
  await cp(TINY_BERT, exported, { recursive: true });
  await rm(join(exported, 'model.safetensors'));
  await copyFile(join(FIXTURES, 'exported-onnx/tokens.onnx'), join(exported, 'model.onnx'));
  await assert.rejects(loadOnnxEncoder(exported, { precision: 'int8' }), refused);
  for (const model of ['lexical', 'endpoint:some', 'transformers:some'])
    await assert.rejects(openEncoder(model, { precision: 'int8' }), refused);
});
