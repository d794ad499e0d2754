import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode, put } from '../import/harness.ts';
import { type ReadFile, readFile } from './read-file.ts';

const read = async (name: string, content: string | Uint8Array, options = {}) =>
  readFile(await put(name, content), options);
const table = ({ names, rows, bad }: ReadFile) => ({ names, rows, bad });
const latin1 = (text: string) => Buffer.from(text, 'latin1');

test('a separator is told by its count in each line, and not by the extension', async () => {
  const expected = { names: ['item', 'title'], rows: [['a', 'x, y'], ['b', 'z']], bad: [] }; // biome-ignore format: a table
  for (const [name, text] of [
    ['i.csv', 'item;title\na;x, y\nb;z\n'],
    ['i.csv', 'item\ttitle\na\tx, y\nb\tz\n'],
    ['i.txt', 'item|title\na|x, y\nb|z\n'],
    ['i.dat', 'item::title\na::x, y\nb::z'],
    ['i', 'item\x01title\na\x01x, y\nb\x01z\n'],
    ['i.tsv', 'item,title\na,"x, y"\nb,z\n'],
    ['i.csv', 'sep=;\r\nitem;title\r\na;x, y\r\nb;z\r\n'],
    ['i.csv', 'item,title\n\na, "x, y"\nb,z\n'],
  ]) {
    const found = await read(name, text);
    assert.deepEqual(table(found), expected, text);
  }
  assert.deepEqual((await read('s.txt', 'who what\nu a\nv b\n')).rows, [['u', 'a'], ['v', 'b']]); // biome-ignore format: a table
  const lines = await read('i.csv', 'sep=;\nitem;title\na;x\nb\n');
  assert.deepEqual([lines.lines, lines.bad], [[3], ['4: has 1 column, the header has 2']]);
});

test('two separators that fit are refused with both; an option decides', async () => {
  const text = '1;2,5\n3;4,5\n';
  await assert.rejects(read('x.txt', text), (error: { details: object }) => {
    hasCode('IMPORT_SEPARATOR_UNCLEAR')(error);
    const candidates = [',', ';'].map((separator) => ({ separator, columns: 2 }));
    assert.deepEqual((error.details as { candidates: object }).candidates, candidates);
    return true;
  });
  const found = await read('x.txt', text, { separator: ';', header: ['item', 'price'] });
  assert.deepEqual(found.rows, [['1', '2,5'], ['3', '4,5']]); // biome-ignore format: a table
});

test('an encoding is told by all bytes of the file', async () => {
  const late = `item,title\n${'a,b\n'.repeat(200_000)}`;
  const western = await read('i.csv', Buffer.concat([latin1(late), latin1('c,Caf\xe9 \x80\n')]));
  assert.equal(western.dialect.encoding, 'windows-1252');
  assert.deepEqual(western.rows.at(-1), ['c', 'Café €']);
  const damaged = await read(
    'i.csv',
    Buffer.concat([Buffer.from(`item,title\na,Café\nb,Tür\n${late}`), latin1('c,Caf\xe9\n')]),
  );
  assert.deepEqual([damaged.dialect.encoding, damaged.bad], ['utf-8', ['200005: is not UTF-8 text']]);
  const wide = Buffer.from('item,title\na,灯\n', 'utf16le');
  const found = await read('i.csv', wide);
  assert.deepEqual([found.dialect.encoding, found.rows], ['utf-16le', [['a', '灯']]]);
  const broken = await read('i.csv', Buffer.concat([wide, Buffer.from([0x00, 0xd8, 0x2c, 0, 0x78, 0])]));
  assert.deepEqual(broken.bad, ['3: is not utf-16le text']);
});

test('a text of another encoding is refused with those that fit; an option decides', async () => {
  // "item,title", then "ランプ" and "ナイフ" in Shift_JIS.
  const bytes = Buffer.from(
    `${Buffer.from('item,title\n1,').toString('hex')}83898393837683698343837 40a`.replaceAll(' ', ''),
    'hex',
  );
  await assert.rejects(read('i.csv', bytes), (error: { details: { candidates: string[] } }) => {
    hasCode('IMPORT_ENCODING_UNCLEAR')(error);
    assert.ok(error.details.candidates.includes('shift_jis'));
    return true;
  });
  assert.deepEqual((await read('i.csv', bytes, { encoding: 'shift_jis' })).rows, [['1', 'ランプナイフ']]);
});

test('a first line that is data is no header', async () => {
  const data = '1::1193::5::978300760\n1::661::3::978302109\n';
  await assert.rejects(read('mine.dat', data), (error: { details: object; message: string }) => {
    hasCode('IMPORT_HEADER_NEEDED')(error);
    assert.match(error.message, /begins with "1::1193::5::978300760"/);
    return true;
  });
  const names = ['user', 'item', 'rating', 'timestamp'];
  const found = await read('mine.dat', data, { header: names });
  assert.deepEqual([found.names, found.rows.length, found.lines], [names, 2, [1, 2]]);
  await assert.rejects(read('mine.dat', data, { header: ['user', 'item'] }), hasCode('IMPORT_HEADER_WIDTH'));
  const known = await read('mine.dat', data, { headerFor: () => names });
  assert.deepEqual([known.dialect.header, known.names], ['known layout', names]);
  // Names of columns that are numbers are names if other columns show it.
  assert.deepEqual((await read('w.csv', 'who,2020,2021\n7,1,2\n8,3,4\n')).names, ['who', '2020', '2021']);
});

test('columns without a name are not read, and a cell too many in every row is accepted', async () => {
  const expected = { names: ['item', 'title'], rows: [['a', 'x'], ['b', '']], bad: [] }; // biome-ignore format: a table
  for (const text of [
    ',item,title\n0,a,x\n1,b,\n',
    'Unnamed: 0,item,title\n0,a,x\n1,b,\n',
    'item,title,\na,x,\nb,,\n',
    'item,title\na,x,\nb,,\n',
    '"item","title"\n"1","a","x"\n"2","b",""\n',
  ]) {
    assert.deepEqual(table(await read('i.csv', text)), expected, text);
  }
  assert.deepEqual((await read('i.csv', 'item,title\na,x,\nb,y\n')).bad, ['2: has 3 columns, the header has 2']);
});

test('quotes and escapes are taken as the lines show', async () => {
  const cases: [name: string, text: string, rows: string[][]][] = [
    // Doubled quotes and backslashes before quotes.
    ['i.csv', 'item,title\na,"6"" wide"\n', [['a', '6" wide']]],
    ['i.csv', 'item,title\na,"6\\" wide"\nb,"C:\\\\x, y"\n', [['a', '6" wide'], ['b', 'C:\\x, y']]],
    ['i.csv', 'item,title\na,"C:\\dir\\"\nb,"x"\n', [['a', 'C:\\dir\\'], ['b', 'x']]],
    ['i.csv', 'item,title\na,x\\, y\nb,z\n', [['a', 'x, y'], ['b', 'z']]],
    // Inches in a TSV file; then a TSV file that is quoted like CSV.
    ['i.tsv', 'item\ttitle\na\t5" pipe\nb\t"tall" lamp\n', [['a', '5" pipe'], ['b', '"tall" lamp']]],
    ['i.tsv', 'item\ttitle\na\t"5"" high, red"\nb\tz\n', [['a', '5" high, red'], ['b', 'z']]],
    ['i.tsv', 'item\ttitle\na\t"x\ty"\nb\t"two\nlines"\n', [['a', 'x\ty'], ['b', 'two\nlines']]],
    // A text dump of MySQL or PostgreSQL, and paths of Windows.
    ['i.tsv', 'item\ttitle\na\t\\N\nb\tx\\ty\\\\z\n', [['a', '\\N'], ['b', 'x\ty\\z']]],
    ['i.tsv', 'item\ttitle\na\tC:\\temp\\x\n', [['a', 'C:\\temp\\x']]],
    ['i.tsv', 'item\ttitle\na\tx\\\ty\nb\tz\\\nw\n', [['a', 'x\ty'], ['b', 'z\nw']]],
  ]; // biome-ignore format: a table
  for (const [name, text, rows] of cases) {
    const found = await read(name, text);
    assert.deepEqual([found.rows, found.bad], [rows, []], text);
  }
  const lines = await read('i.tsv', 'item\ttitle\na\tx\\\ty\nb\tz\\\nw\nc\n');
  assert.deepEqual(lines.bad, ['5: has 1 column, the header has 2']);
});
