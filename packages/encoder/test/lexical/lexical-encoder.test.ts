import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import {
  createLexicalEncoder,
  loadLexicalEncoder,
  loadOnnxEncoder,
  openEncoder,
  saveLexicalEncoder,
} from '../../src/index.ts';
import { rightSingularVectors } from '../../src/lexical/svd.ts';
import { TINY_BERT } from '../support/fixtures.ts';
import { temporaryFolder } from '../support/machine.ts';
import { cosine, rowOf } from '../support/vectors.ts';

const KINDS = [
  'desk lamp with warm light',
  'cordless drill with battery',
  'wool socks for winter',
  'coffee mug, ceramic',
];
const COLOURS = ['red', 'blue', 'green', 'black', 'white', 'grey'];
const TEXTS = KINDS.flatMap((kind) => COLOURS.map((colour) => `Title: ${colour} ${kind}.`));

test('the same texts give the same encoder, bit for bit', async () => {
  const [one, two] = [createLexicalEncoder(TEXTS), createLexicalEncoder(TEXTS)];
  assert.equal(one.id, two.id);
  assert.deepEqual(await one.encode(TEXTS), await two.encode(TEXTS));
  assert.notEqual(createLexicalEncoder(TEXTS.slice(1)).id, one.id);
  assert.equal(one.isLanguageModel, false);
});

test('texts with common words are closer than others, unseen and misspelt texts too', async () => {
  const encoder = createLexicalEncoder(TEXTS);
  const vectors = await encoder.encode(['lamp for a desk', 'red desk lamps', 'blue battery drill', 'cordles dril']);
  const row = (at: number) => rowOf(vectors, at, encoder.dim);
  assert.ok(cosine(row(0), row(1)) > cosine(row(0), row(2)) + 0.3);
  assert.ok(cosine(row(2), row(3)) > cosine(row(1), row(3)) + 0.3);
  for (let at = 0; at < 4; at++) assert.ok(Math.abs(Math.hypot(...row(at)) - 1) < 1e-6);
});

test('scripts without spaces are split into characters', async () => {
  const encoder = createLexicalEncoder(['高品质台灯', '台灯，白色', '无线电钻', '电钻电池', 'โคมไฟตั้งโต๊ะ']);
  const vectors = await encoder.encode(['台灯', '白色台灯', '电钻']);
  const row = (at: number) => rowOf(vectors, at, encoder.dim);
  assert.ok(cosine(row(0), row(1)) > cosine(row(0), row(2)) + 0.3);
});

test('a text without a known word and the empty text have the zero vector', async () => {
  const encoder = createLexicalEncoder(TEXTS);
  const vectors = await encoder.encode(['', 'ξ', '!?', '\ud800']);
  assert.ok(vectors.every((value) => value === 0));
});

test('a saved encoder is loaded unchanged', async (t) => {
  const path = join(await temporaryFolder(t), 'lexical.safetensors');
  const encoder = createLexicalEncoder(TEXTS, { dim: 8, seed: 3 });
  await saveLexicalEncoder(encoder, path);
  const loaded = await loadLexicalEncoder(path);
  assert.equal(loaded.id, encoder.id);
  assert.equal(loaded.dim, 8);
  assert.deepEqual(
    await loaded.encode(['a new red lamp', ...TEXTS]),
    await encoder.encode(['a new red lamp', ...TEXTS]),
  );
  await saveLexicalEncoder(loaded, path);
});

test('a file that is not a saved encoder or was altered is refused', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'lexical.safetensors');
  await saveLexicalEncoder(createLexicalEncoder(TEXTS, { dim: 4 }), path);
  const bytes = await readFile(path);
  bytes[bytes.length - 2] ^= 1;
  await writeFile(path, bytes);
  await assert.rejects(loadLexicalEncoder(path), { code: 'LEXICAL_BAD_FILE', message: /altered/ });
  await writeFile(path, bytes.subarray(0, 500));
  await assert.rejects(loadLexicalEncoder(path), { code: 'LEXICAL_BAD_FILE' });
  await assert.rejects(loadLexicalEncoder(join(TINY_BERT, 'model.safetensors')), { code: 'LEXICAL_BAD_FILE' });
  await assert.rejects(loadLexicalEncoder(join(folder, 'none')), { code: 'LEXICAL_BAD_FILE', message: /ENOENT/ });
});

test('fitting needs a text with a word, and only a lexical encoder can be saved', async (t) => {
  assert.throws(() => createLexicalEncoder([]), { code: 'LEXICAL_NO_TEXTS' });
  assert.throws(() => createLexicalEncoder(['', '!']), { code: 'LEXICAL_NO_TEXTS' });
  assert.throws(() => createLexicalEncoder(TEXTS, { dim: 0 }), { code: 'ENCODER_BAD_OPTION' });
  await assert.rejects(openEncoder('lexical'), { code: 'LEXICAL_NO_TEXTS' });
  assert.equal((await openEncoder('lexical', { corpusTexts: ['one text'] })).name, 'lexical');
  const bert = await loadOnnxEncoder(TINY_BERT);
  t.after(() => bert.close());
  await assert.rejects(saveLexicalEncoder(bert, 'nowhere'), { code: 'ENCODER_BAD_OPTION' });
});

test('the singular vectors of a matrix with a known decomposition are found', () => {
  // A = Σ σₖ uₖ vₖᵀ with orthogonal cosine bases: independent of the code under test.
  const [rows, columns] = [40, 30];
  const sigmas = [9, 5, 3, 1];
  const basis = (size: number, k: number) =>
    Array.from({ length: size }, (_, i) => Math.sqrt(2 / size) * Math.cos((Math.PI * (i + 0.5) * (k + 1)) / size));
  const values = new Float32Array(rows * columns);
  sigmas.forEach((sigma, k) => {
    const [u, v] = [basis(rows, k), basis(columns, k)];
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) values[i * columns + j] += sigma * u[i] * v[j];
  });
  const matrix = {
    columnCount: columns,
    offsets: Uint32Array.from({ length: rows + 1 }, (_, i) => i * columns),
    columns: Uint32Array.from(values, (_, at) => at % columns),
    values,
  };
  const found = rightSingularVectors(matrix, 6, createRandom(1));
  for (let k = 0; k < 6; k++) {
    const column = Float32Array.from({ length: columns }, (_, j) => found[j * 6 + k]);
    if (k < sigmas.length)
      assert.ok(Math.abs(cosine(column, Float32Array.from(basis(columns, k)))) > 0.99999, `vector ${k}`);
  }
});
