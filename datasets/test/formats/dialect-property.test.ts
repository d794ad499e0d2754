/**
 * Tables written in a thousand ways by a seeded generator: what is read is what was meant, or the
 * file is refused with a code. The writer is independent of the reader.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { createRandom, errorCode } from '@lorekeep/core';
import { folder } from '../import/harness.ts';
import { readFile } from './read-file.ts';

const FILES = 1000;

const WORDS = [
  'lamp',
  'Café',
  'naïve',
  'red',
  'x',
  'It’s',
  '6" wide',
  'a, b',
  'p|q',
  'c; d',
  'über',
  '10%',
  '-',
  '3.5',
];
const CJK = ['灯', '茶碗', '赤い'];

interface Meant {
  names: string[];
  rows: string[][];
}

type Random = ReturnType<typeof createRandom>;
const pick = <T>(random: Random, list: readonly T[]): T => list[random.int(list.length)];

function meantTable(random: Random, wide: boolean, withTabs: boolean): Meant {
  const names = ['item_id', 'title', 'note', 'price'].slice(0, 2 + random.int(3));
  const words = [...WORDS, ...(wide ? CJK : []), ...(withTabs ? ['tab\there', 'two\nlines'] : [])];
  const rows = Array.from({ length: 2 + random.int(12) }, (_, i) =>
    names.map((name) => {
      if (name === 'item_id') return `i${i}`;
      if (name === 'price') return pick(random, ['1.50', '', '12', '0.99']);
      const length = random.int(4);
      return Array.from({ length }, () => pick(random, words)).join(' ');
    }),
  );
  return { names, rows };
}

const QUOTINGS = ['where needed', 'all', 'backslash'] as const;

function write(rows: string[][], separator: string, quoting: (typeof QUOTINGS)[number], newline: string): string {
  const cell = (text: string) => {
    const special = text.includes(separator) || /["\n\r]/.test(text);
    if (quoting === 'backslash' && special) return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
    return quoting === 'all' || special ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(cell).join(separator)).join(newline) + newline;
}

/** The bytes of a text; undefined if the encoding has no such characters. */
function encode(text: string, encoding: string): Buffer | undefined {
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text);
    case 'utf-8 with mark':
      return Buffer.from(`\ufeff${text}`);
    case 'utf-16le':
      return Buffer.from(text, 'utf16le');
    case 'utf-16le with mark':
      return Buffer.from(`\ufeff${text}`, 'utf16le');
    case 'utf-16be with mark':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    case 'utf-32le with mark':
      return Buffer.concat(
        [...`\ufeff${text}`].map((character) => {
          const bytes = Buffer.alloc(4);
          bytes.writeUInt32LE(character.codePointAt(0)!);
          return bytes;
        }),
      );
    default: {
      const single = text.replaceAll('’', '\x92');
      return [...single].every((character) => character.charCodeAt(0) < 256)
        ? Buffer.from(single, 'latin1')
        : undefined;
    }
  }
}

const ENCODINGS = [
  'utf-8',
  'utf-8',
  'utf-8 with mark',
  'utf-16le',
  'utf-16le with mark',
  'utf-16be with mark',
  'utf-32le with mark',
  'windows-1252',
];
const PACKINGS: [name: string, pack: (bytes: Buffer) => Buffer][] = [
  ['', (bytes) => bytes],
  ['.gz', (bytes) => Buffer.concat([gzipSync(bytes.subarray(0, 9)), gzipSync(bytes.subarray(9))])],
  ['.zst', (bytes) => Buffer.concat([zstdCompressSync(bytes.subarray(0, 9)), zstdCompressSync(bytes.subarray(9))])],
];

test('a table in any dialect is read as it was meant, or refused', async () => {
  const random = createRandom(11);
  let refused = 0;
  for (let n = 0; n < FILES; n++) {
    const separator = pick(random, [',', ';', '\t', '|', '::', '\x01']);
    const encoding = pick(random, ENCODINGS);
    const quoting = pick(random, QUOTINGS);
    const newline = pick(random, ['\n', '\r\n']);
    const meant = meantTable(random, encoding !== 'windows-1252', quoting !== 'where needed');
    const withHeader = random.int(4) > 0;
    const text = write(withHeader ? [meant.names, ...meant.rows] : meant.rows, separator, quoting, newline);
    const bytes = encode(text, encoding);
    if (bytes === undefined) continue;
    const [packing, pack] = random.int(5) > 0 ? PACKINGS[0] : pick(random, PACKINGS);
    const extension = pick(random, ['.csv', '.tsv', '.txt', '.dat', '']);
    const path = join(folder, `table-${n}${extension}${extension === '' ? '' : packing}`);
    await writeFile(path, pack(bytes));
    const what = JSON.stringify({ n, separator, encoding, quoting, newline, extension, packing, withHeader, text });
    try {
      const found = await readFile(path, withHeader ? {} : { header: meant.names });
      const { names, rows, bad } = found;
      if (bad.length > 0) {
        refused++;
        continue;
      }
      assert.deepEqual({ names, rows }, meant, what);
    } catch (error) {
      if (!/^IMPORT_/.test(errorCode(error))) throw error;
      refused++;
    }
  }
  assert.ok(refused < FILES / 20, `${refused} files were refused`);
});
