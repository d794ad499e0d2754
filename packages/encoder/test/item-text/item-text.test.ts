import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineTemplate, ITEM_TEMPLATES, itemText, templateFor } from '../../src/index.ts';
import { shareTokens, truncateTokens } from '../../src/item-text/budget.ts';
import { estimateTokens } from '../../src/item-text/estimate-tokens.ts';
import { loadTokenizer } from '../../src/runtime/tokenise.ts';
import { realModel } from '../support/support.ts';

test('an item reads as its title, brand and categories', () => {
  const item = { id: '1', title: 'Desk lamp', brand: 'Lux', categories: ['Home', 'Lamps'], description: 'Bright.' };
  assert.equal(itemText(item), 'Title: Desk lamp. Brand: Lux. Category: Home Lamps.');
  assert.equal(itemText(item, 'title'), 'Desk lamp');
  assert.equal(itemText(item, 'full'), 'Title: Desk lamp. Brand: Lux. Category: Home Lamps. Description: Bright..');
  assert.equal(itemText({ id: '1', brand: 'Lux' }), 'Brand: Lux.');
  assert.equal(itemText({ id: '1', description: 'Only this' }, 'full'), 'Description: Only this.');
});

test('an item without any text has the empty text', () => {
  for (const item of [
    { id: '1' },
    { id: '1', title: ' \t\u0000', brand: '<br>', categories: [] },
    { id: '1', title: '&nbsp;', categories: ['', '  '], fields: { note: '' } },
  ])
    for (const template of [...Object.keys(ITEM_TEMPLATES), 'title@1', 'Made by {brand}, {maker}: {title}!'])
      assert.equal(itemText(item, template), '');
});

test('fields are cleaned of everything that is not text', () => {
  const cases: [string, string][] = [
    ['Lamp &amp; shade &eacute; &#39;x&#39; &lt;b&gt;', "Lamp & shade é 'x' <b>"],
    ['<b>Bold</b><br/>new<!-- hidden --> line', 'Bold new line'],
    ['<SCRIPT>alert("<b>")</Script>Lamp<style media=x>p{}</style >', 'Lamp'],
    ['<script>never closed', 'never closed'],
    ['<!-- never closed', '<!-- never closed'],
    ['<a href="x">link</a> <unclosed', 'link <unclosed'],
    ['2 < 3 and 5 > 4', '2 < 3 and 5 > 4'],
    ['a\u0000b\u0007c\u009fd', 'abcd'],
    ['  a\r\n\t b\u00a0\u2003c ', 'a b c'],
    ['half \ud83d pair', 'half \ufffd pair'],
    ['other \udca1 half', 'other \ufffd half'],
    ['soft\u00adhy\u200bphen \u202eevil\u202c \u2067rtl\u2069', 'softhyphen evil rtl'],
    ['👩\u200d🔧 שלום 灯具', '👩\u200d🔧 שלום 灯具'],
    ['whole 💡 pair', 'whole 💡 pair'],
    ['&notanentity; &', '&notanentity; &'],
  ];
  for (const [dirty, clean] of cases) assert.equal(itemText({ id: '1', title: dirty }, 'title'), clean);
});

test('a hostile field of a megabyte is cleaned in linear time', () => {
  for (const title of [
    '<'.repeat(1 << 20),
    '<!--'.repeat(1 << 18),
    '<script>'.repeat(1 << 17),
    '<a'.repeat(1 << 19),
    `${'<a'.repeat(1 << 19)}>`,
    '</script'.repeat(1 << 17),
    '<script></script'.repeat(1 << 16),
  ])
    assert.equal(typeof itemText({ id: '1', title }), 'string');
});

test('one sentence a field, with every further field of the item', () => {
  const item = {
    id: '1',
    title: 'Desk lamp',
    brand: 'Lux',
    categories: ['Home', 'Lamps'],
    price: 12.5,
    description: 'Bright',
    fields: { colour: 'red', dimmable: true, rooms: ['office', 'study'], note: '<br>' },
  };
  assert.equal(
    itemText(item, 'sentences'),
    'The title is Desk lamp. The category is Home, Lamps. The brand is Lux. The price is 12.5. ' +
      'The colour is red. The dimmable is yes. The rooms is office, study. The description is Bright.',
  );
});

test('a pattern names any field of the item; words before a field go with it', () => {
  const item = {
    id: 'B1',
    title: 'Desk &amp; lamp',
    categories: ['Home', 'Lamps'],
    price: 3,
    fields: { colour: 'red' },
  };
  const cases: [string, string][] = [
    ['{title}. {brand}. {categories}', 'Desk & lamp. Home, Lamps'],
    ['Brand: {brand}. Title: {title}.', 'Title: Desk & lamp.'],
    ['{ colour } {{{id}}} costs {price} EUR', 'red {B1} costs 3 EUR'],
    ['{size}, {toString}, {colour}', 'red'],
    ['{size} only', ''],
  ];
  for (const [pattern, text] of cases) assert.equal(itemText(item, pattern), text, pattern);
});

test('a function of your own is a template by its name', () => {
  const template = defineTemplate('lamps-1', (item) => [
    ['Lamp', item.title],
    ['Watts', item.fields?.watts],
  ]);
  assert.equal(itemText({ id: '1', title: '<i>Sun</i>', fields: { watts: 40 } }, template), 'Lamp: Sun. Watts: 40.');
  defineTemplate('lamps-1', (item) => `a lamp, ${item.id}\u0000`);
  assert.equal(itemText({ id: '1' }, 'lamps-1'), 'a lamp, 1');
  assert.equal(itemText({ id: '1' }, 'lamps-1@2'), 'a lamp');
  for (const name of ['title', '1st', 'a b', ''])
    assert.throws(() => defineTemplate(name, () => ''), { code: 'ENCODER_BAD_OPTION' });
});

test('a description of any length leaves title and brand whole', () => {
  const item = { id: '1', title: 'Desk lamp', brand: 'Lux', description: 'bright light '.repeat(80_000) };
  for (const template of ['full', 'full@30', '{description}. By {brand}. Called {title}.']) {
    const text = itemText(item, template);
    assert.match(text, /Desk lamp\..*Lux|Lux.*Desk lamp/);
    const most = Number(/@(\d+)/.exec(template)?.[1] ?? 254);
    assert.ok(estimateTokens(text) <= most && estimateTokens(text) > most - 6, `${template}: ${estimateTokens(text)}`);
    assert.doesNotMatch(text, /brigh\b|ligh\b/, 'cut between words');
  }
  assert.equal(
    itemText(item, 'full@0').length,
    'Title: Desk lamp. Brand: Lux. Description: .'.length + 13 * 80_000 - 1,
  );
});

test('tokens are shared as water fills vessels', () => {
  const words = (count: number) => Array(count).fill('word').join(' ');
  const lengths = (counts: number[], budget: number) =>
    shareTokens(counts.map(words), budget).map((value) => estimateTokens(value));
  assert.deepEqual(lengths([2, 100, 3], 300), [2, 100, 3]);
  assert.deepEqual(lengths([2, 100, 3], 50), [2, 45, 3]);
  assert.deepEqual(lengths([40, 100, 3, 100], 63), [20, 20, 3, 20]);
  assert.deepEqual(lengths([10, 10], 1), [1, 1]);
});

test('a cut falls between words, else between characters, never inside one', () => {
  assert.equal(truncateTokens('one two, three four', 3), 'one two');
  assert.equal(truncateTokens('新款 很长的描述没有空格', 6), '新款 很长的描');
  assert.equal(truncateTokens('💡💡💡', 2), '💡💡');
  assert.equal(truncateTokens('abcdefghijklmnop', 2), 'abcdefghijkl');
  assert.equal(truncateTokens('fits', 1), 'fits');
});

test('tokens are estimated near what a real tokenizer counts', async (t) => {
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

test('a template takes the number of tokens that its encoder reads', () => {
  assert.equal(templateFor('full', { maxLength: 256 }), 'full');
  assert.equal(templateFor('full', { maxLength: 128 }), 'full@126');
  assert.equal(templateFor('{title}', { maxLength: 8192 }), '{title}@510');
  assert.equal(templateFor('full@100', { maxLength: 8192 }), 'full@100');
  assert.equal(templateFor('full', {}), 'full');
});

test('a template that is none is refused', () => {
  for (const template of ['toString', '', 'title@9999999', '{title', 'title}', '{}', '{ }', '{{title}}', 'a {b{c}}'])
    assert.throws(() => itemText({ id: '1' }, template), { code: 'ENCODER_BAD_OPTION' }, template);
});
