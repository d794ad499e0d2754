import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareTokens, truncateTokens } from '../../src/item-text/budget.ts';
import { estimateTokens } from '../../src/item-text/estimate-tokens.ts';
import { loadTokenizer } from '../../src/runtime/tokenise.ts';
import { realModel } from '../support/fixtures.ts';

test('tokens are shared max-min fairly', () => {
  const words = (count: number) => Array(count).fill('word').join(' ');
  const lengths = (counts: number[], budget: number) =>
    shareTokens(counts.map(words), budget).map((value) => estimateTokens(value));
  assert.deepEqual(lengths([2, 100, 3], 300), [2, 100, 3]);
  assert.deepEqual(lengths([2, 100, 3], 50), [2, 45, 3]);
  assert.deepEqual(lengths([40, 100, 3, 100], 63), [20, 20, 3, 20]);
  assert.deepEqual(lengths([10, 10], 1), [1, 1]);
});

test('a text is truncated between words, else between characters, never inside a character', () => {
  assert.equal(truncateTokens('one two, three four', 3), 'one two');
  assert.equal(truncateTokens('新款 很长的描述没有空格', 6), '新款 很长的描');
  assert.equal(truncateTokens('💡💡💡', 2), '💡💡');
  assert.equal(truncateTokens('abcdefghijklmnop', 2), 'abcdefghijkl');
  assert.equal(truncateTokens('fits', 1), 'fits');
});

test('estimated tokens are close to those of a real tokenizer', async (t) => {
  const model = await realModel(t);
  if (model === undefined) return;
  const tokenizer = await loadTokenizer(model.directory, { maxLength: 512, lowerCase: false, prompt: '' });
  const texts = [
    'Title: PORTER-CABLE 740000801 4 1/2-Inch x 10yd 80 Grit Adhesive-Backed Sanding Roll. Brand: PORTER-CABLE.',
    'This superior quality, clog- and loading-resistant sandpaper can be used on a wide variety of materials.',
    'Nothing has changed since its introduction: it still uses Reverse Polish Notation, is easy and versatile.',
    'HP 12C Financial Calculator',
  ];
  const real = texts.reduce((sum, text) => sum + tokenizer.tokenise(text).length - 2, 0);
  const estimated = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
  assert.ok(Math.abs(estimated / real - 1) < 0.15, `${estimated} estimated, ${real} counted`);
});
