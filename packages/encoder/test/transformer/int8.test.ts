/** Our own int8 against the same arithmetic in PyTorch (`fixtures/make_int8.py`), and against fp32. */
import assert from 'node:assert/strict';
import { copyFile, cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadOnnxEncoder, openEncoder, type Precision } from '../../src/index.ts';
import { cosine, decodeVector, FIXTURES, realModel, rowOf, TINY_BERT, temporaryFolder } from '../support/support.ts';

const reference = JSON.parse(await readFile(join(FIXTURES, 'int8.json'), 'utf8'));
const tiny = JSON.parse(await readFile(join(FIXTURES, 'tiny-bert.json'), 'utf8'));

test('int8 gives the vectors of the same arithmetic in PyTorch, whatever shares a batch', async () => {
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

test('all-MiniLM-L6-v2 in int8 is the same arithmetic, and near to fp32', async (t) => {
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
  // The last bits of float32 decide some roundings, and these the next ones (PyTorch's own vectors move as much when its
  // embeddings are changed by 1e-6): no text goes further than that, and where none tips the vectors are equal.
  assert.ok(Math.min(...toReference) > 0.99 && mean(toReference) > mean(toExact), `${toReference}`);
  assert.ok(Math.max(...toReference) > 0.9999, `${toReference}`);
});

test('the precision is part of the id, and what is needed to open the encoder again', async () => {
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

test('a precision that is none, or that a model cannot have, is refused', async (t) => {
  const refused = { code: 'ENCODER_BAD_OPTION', kind: 'usage', message: /precision/ };
  await assert.rejects(loadOnnxEncoder(TINY_BERT, { precision: 'int4' as Precision }), refused);
  const ready = join(await temporaryFolder(t), 'ready');
  await cp(TINY_BERT, ready, { recursive: true });
  await rm(join(ready, 'model.safetensors'));
  await copyFile(join(FIXTURES, 'ready/tokens.onnx'), join(ready, 'model.onnx'));
  await assert.rejects(loadOnnxEncoder(ready, { precision: 'int8' }), refused);
  for (const model of ['lexical', 'endpoint:some', 'transformers:some'])
    await assert.rejects(openEncoder(model, { precision: 'int8' }), refused);
});
