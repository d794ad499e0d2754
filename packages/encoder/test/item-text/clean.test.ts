import assert from 'node:assert/strict';
import { test } from 'node:test';
import { itemText } from '../../src/index.ts';

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
