/** Tables that the database reads: the result is that of the reader that knows every line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { badLinesOf, importInto, put, putCatalogue } from '../import/harness.ts';

const LINES = 120_000;
const HEADER = 'user,note,item,position';
const row = (i: number) => `u${i % 977},x${i},${'abc'[i % 3]},${i}`;
const rows = Array.from({ length: LINES }, (_, i) => row(i));
const tableOf = (lines: readonly string[]) => `${HEADER}\n${lines.join('\n')}`;

test('a plain table gives every row in the order of its lines', async () => {
  const items = [await putCatalogue()];
  const text = tableOf(rows);
  for (const file of [await put('log.csv', `${text}\n`), await put('log.csv.gz', gzipSync(`\ufeff${text}`))]) {
    const { events } = await importInto({ items, events: [file] });
    assert.equal(events.length, LINES);
    const wrong = events.findIndex(
      ({ user, item, position, timestamp }, i) =>
        user !== `u${i % 977}` || item !== 'abc'[i % 3] || position !== i || timestamp !== i,
    );
    assert.equal(wrong, -1);
  }
});

test('a bad line is named by its number, also after blank lines', async () => {
  const items = [await putCatalogue()];
  const changed = (change: (lines: string[]) => void) => {
    const lines = [...rows];
    change(lines);
    return put('log.csv', tableOf(lines));
  };
  const cases: [file: string, bad: string[]][] = [
    [await changed((lines) => lines.splice(100_000, 1, 'u,x,a')), ['100002: has 3 columns, the header has 4']],
    [await changed((lines) => lines.splice(100_000, 1, 'u,x,a,1,2')), ['100002: has 5 columns, the header has 4']],
    [await changed((lines) => lines.splice(5, 1, '', '', 'u,x,zz,1')), ['9: item "zz" is not in the catalogue']],
    [await changed((lines) => lines.push('', 'u,x,zz,1')), [`${LINES + 3}: item "zz" is not in the catalogue`]],
    [await changed((lines) => lines.splice(7, 1, 'u,x\ra,zz,1')), ['9: item "zz" is not in the catalogue']],
    [await changed((lines) => lines.splice(7, 1, 'u,x,a,1,')), ['9: has 5 columns, the header has 4']],
    [await changed((lines) => lines.splice(7, 1, ',x,,1')), ['9: user id is empty']],
  ];
  for (const [file, bad] of cases) assert.deepEqual(await badLinesOf({ items, events: [file] }), bad);
});

test('cells of a plain table are read as those of any other', async () => {
  const log = await put('log.txt', 'user\titem\ttype\tsurface\n~\ta\t`view`\t \n# u\ta\t  \t\\N\n');
  const { events } = await importInto({ items: [await putCatalogue()], events: [log] });
  assert.deepEqual(
    events.map(({ user, type, surface }) => [user, type, surface]),
    [
      ['~', '`view`', undefined],
      ['# u', 'interaction', undefined],
    ],
  );
});
