/**
 * Compares SentencePiece's character maps with the tokenizers library
 * (`fixtures/make_charsmap.py`).
 */
import assert from 'node:assert/strict';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readCharsmap } from '../../src/runtime/charsmap.ts';
import { loadTokenizer } from '../../src/runtime/tokenise.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { temporaryFolder } from '../support/machine.ts';
import { edit } from '../support/reference.ts';

const { charsmap, texts, normalised } = JSON.parse(await readFile(join(FIXTURES, 'charsmap.json'), 'utf8'));

async function tokenizerWith(t: TestContext, normalizer: unknown) {
  const folder = join(await temporaryFolder(t), 'tokenizer');
  await cp(join(FIXTURES, 'tokenizers/unigram'), folder, { recursive: true });
  await edit(join(folder, 'tokenizer.json'), (definition) => ({ ...definition, normalizer }));
  return loadTokenizer(folder, { maxLength: 64, lowerCase: false, prompt: '' });
}

test('characters are replaced as in the reference', () => {
  assert.deepEqual(texts.map(readCharsmap(charsmap)), normalised);
});

test('a tokenizer uses its own map, alone or with other normalisers', async (t) => {
  const map = { type: 'Precompiled', precompiled_charsmap: charsmap };
  const plain = await tokenizerWith(t, null);
  const alone = await tokenizerWith(t, map);
  const among = await tokenizerWith(t, { type: 'Sequence', normalizers: [map] });
  // The library approximates maps by NFKC, which does not replace the snowman.
  const text = '\u2603 \uff21 the \ufb01ne steel ab\u2026';
  const wanted = plain.tokenise(readCharsmap(charsmap)(text));
  assert.notDeepEqual(plain.tokenise(text), wanted);
  assert.deepEqual(alone.tokenise(text), wanted);
  assert.deepEqual(among.tokenise(text), wanted);
});

test('an invalid map is refused', async (t) => {
  for (const precompiled_charsmap of ['', 'AAAA', '////fwAA', charsmap.slice(0, 100), 5])
    await assert.rejects(tokenizerWith(t, { type: 'Precompiled', precompiled_charsmap }), { code: 'MODEL_BAD_FILE' });
});
