import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { EMPTY, type Files, folder, hasCode, put, putCatalogue } from './harness.ts';

const cases: [string, string, () => Promise<Files>][] = [
  ['a missing file', 'IMPORT_FILE_MISSING', async () => ({ items: [join(folder, 'nowhere.csv')] })],
  ['an empty folder', 'IMPORT_FOLDER_EMPTY', async () => ({ items: [await mkdtemp(join(folder, 'empty-'))] })],
  [
    'a folder of several formats',
    'IMPORT_FOLDER_MIXED',
    async () => {
      const file = await put('a.csv', 'item\na\n');
      await writeFile(join(dirname(file), 'b.jsonl'), '{"item":"b"}\n');
      return { items: [dirname(file)] };
    },
  ],
  ['an unknown extension', 'IMPORT_UNKNOWN_FORMAT', async () => ({ items: [await put('items.xlsx', 'x')] })],
  ['an empty table', 'IMPORT_NO_HEADER', async () => ({ items: [await put('items.csv', '\n\n')] })],
  ['a table without header', 'IMPORT_MISSING_COLUMN', async () => ({ items: [await put('items.csv', 'B01,Lamp\n')] })],
  [
    'two columns of the same name',
    'IMPORT_DUPLICATE_COLUMN',
    async () => ({ items: [await put('i.csv', 'item,a,a\nx,1,2\n')] }),
  ],
  ['an empty catalogue', 'IMPORT_EMPTY_CATALOGUE', async () => ({ items: [await put('items.jsonl', '')] })],
  [
    'a catalogue with only a header',
    'IMPORT_EMPTY_CATALOGUE',
    async () => ({ items: [await put('items.csv', 'item\n')] }),
  ],
  ['no file at all', 'IMPORT_EMPTY_CATALOGUE', async () => ({})],
  [
    'an unclosed quote',
    'IMPORT_UNCLOSED_QUOTE',
    async () => ({ items: [await put('i.csv', 'item,title\na,"x\nb,y\n')] }),
  ],
  [
    'a truncated gzip file',
    'IMPORT_FILE_UNREADABLE',
    async () => ({ items: [await put('i.csv.gz', gzipSync('item\na\n').subarray(0, 20))] }),
  ],
  [
    'a broken Parquet file',
    'IMPORT_FILE_UNREADABLE',
    async () => ({ items: [await put('i.parquet', 'PAR1 no PAR1')] }),
  ],
  [
    'a file without line breaks',
    'IMPORT_LINE_TOO_LONG',
    async () => ({ items: [await put('i.tsv', 'x'.repeat(17 << 20))] }),
  ],
  [
    'events without users',
    'IMPORT_MISSING_COLUMN',
    async () => ({ items: [await putCatalogue()], events: [await put('e.tsv', 'item\ttime\na\t1\n')] }),
  ],
  [
    'events without items',
    'IMPORT_MISSING_COLUMN',
    async () => ({ items: [await putCatalogue()], events: [await put('e.tsv', 'user\ttime\nu\t1\n')] }),
  ],
  [
    'an unknown field',
    'IMPORT_OPTION',
    async () => ({ items: [await putCatalogue()], columns: { colour: 'x' } as object }),
  ],
  ['a negative limit', 'IMPORT_OPTION', async () => ({ items: [await putCatalogue()], skipBad: -1 })],
  [
    'no folder for the temporary database',
    'IMPORT_STAGING',
    async () => ({ items: [await putCatalogue()], temporaryDirectory: join(folder, 'no') }),
  ],
];
for (const [what, expected, options] of cases) {
  test(`${what} is refused with ${expected}, and nothing is imported`, async () => {
    const store = await openStore(':memory:');
    await assert.rejects(importFiles({ ...(await options()), store }), hasCode(expected));
    assert.deepEqual(await store.counts(), EMPTY);
    await store.close();
  });
}
