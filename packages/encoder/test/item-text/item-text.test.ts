import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineTemplate, ITEM_TEMPLATES, itemText, templateFor } from '../../src/index.ts';
import { estimateTokens } from '../../src/item-text/estimate-tokens.ts';

test('the text of an item is its title, brand and categories', () => {
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

test('sentences has one sentence per field, with all further fields of the item', () => {
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

test('a pattern may contain any field of the item; the text before a field belongs to it', () => {
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

test('a function can be a template with a name', () => {
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

test('a long description does not truncate title and brand', () => {
  const item = { id: '1', title: 'Desk lamp', brand: 'Lux', description: 'bright light '.repeat(80_000) };
  for (const template of ['full', 'full@30', '{description}. By {brand}. Called {title}.']) {
    const text = itemText(item, template);
    assert.match(text, /Desk lamp\..*Lux|Lux.*Desk lamp/);
    const most = Number(/@(\d+)/.exec(template)?.[1] ?? 254);
    assert.ok(estimateTokens(text) <= most && estimateTokens(text) > most - 6, `${template}: ${estimateTokens(text)}`);
    assert.doesNotMatch(text, /brigh\b|ligh\b/, 'truncated between words');
  }
  assert.equal(
    itemText(item, 'full@0').length,
    'Title: Desk lamp. Brand: Lux. Description: .'.length + 13 * 80_000 - 1,
  );
});

test('a template gets the number of tokens that its encoder reads', () => {
  assert.equal(templateFor('full', { maxLength: 256 }), 'full');
  assert.equal(templateFor('full', { maxLength: 128 }), 'full@126');
  assert.equal(templateFor('{title}', { maxLength: 8192 }), '{title}@510');
  assert.equal(templateFor('full@100', { maxLength: 8192 }), 'full@100');
  assert.equal(templateFor('full', {}), 'full');
});

test('an invalid template is refused', () => {
  for (const template of ['toString', '', 'title@9999999', '{title', 'title}', '{}', '{ }', '{{title}}', 'a {b{c}}'])
    assert.throws(() => itemText({ id: '1' }, template), { code: 'ENCODER_BAD_OPTION' }, template);
});
