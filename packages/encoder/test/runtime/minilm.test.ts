/** Compares the real model with vectors of sentence-transformers (`fixtures/make_minilm.py`). */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openEncoder } from '../../src/index.ts';
import { loadTokenizer } from '../../src/runtime/tokenise.ts';
import { FIXTURES, realModel } from '../support/fixtures.ts';
import { cosine, decodeVector, rowOf } from '../support/vectors.ts';

test('all-MiniLM-L6-v2', async (t) => {
  const model = await realModel(t);
  if (model === undefined) return;
  const reference = JSON.parse(await readFile(join(FIXTURES, 'minilm.json'), 'utf8'));
  const texts: string[] = reference.texts;
  const encoder = await openEncoder(model.directory);
  t.after(() => encoder.close());

  await t.test('gives the vectors of sentence-transformers', async () => {
    const vectors = await encoder.encode(texts);
    texts.forEach((text, row) => {
      const similarity = cosine(rowOf(vectors, row, 384), decodeVector(reference.vectors[row]));
      assert.ok(similarity >= 0.99999, `${similarity} for ${JSON.stringify(text)}`);
    });
  });

  await t.test('gives the same numbers of tokens, truncated at the 256 of sentence_bert_config.json', async () => {
    const tokenizer = await loadTokenizer(model.directory, { maxLength: 256, lowerCase: false, prompt: '' });
    assert.deepEqual(
      texts.map((text) => tokenizer.tokenise(text).length),
      reference.tokens,
    );
  });

  await t.test('tokenises a megabyte like its first part', async () => {
    const tokenizer = await loadTokenizer(model.directory, { maxLength: 256, lowerCase: false, prompt: '' });
    const words = 'Screws, of stainless \u0001 steel — A2 ';
    const megabyte = words.repeat(1_000_000 / words.length);
    assert.deepEqual(tokenizer.tokenise(megabyte), tokenizer.tokenise(words.repeat(200)));
  });

  await t.test('gives the same vectors in every batch', async () => {
    const together = await encoder.encode(texts);
    for (const row of [0, 3, 7, 13]) {
      const alone = await encoder.encode([texts[row]]);
      assert.ok(cosine(alone, rowOf(together, row, 384)) >= 0.999999);
    }
  });

  await t.test('gives similar things similar vectors', async () => {
    const [mug, cup, drill] = await Promise.all(
      ['a mug for coffee', 'a cup for tea', 'a cordless drill'].map((text) => encoder.encode([text])),
    );
    assert.ok(cosine(mug, cup) > cosine(mug, drill) + 0.1);
  });

  await t.test('has an id that depends on its settings, not on its folder', async () => {
    const same = await openEncoder('all-MiniLM-L6-v2');
    const shorter = await openEncoder(model.directory, { maxLength: 64 });
    assert.equal(same.id, encoder.id);
    assert.notEqual(shorter.id, encoder.id);
    await Promise.all([same.close(), shorter.close()]);
  });
});
