import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { hasCode, put } from '../import/harness.ts';
import { readFile } from './read-file.ts';

/** Only what the first bytes of each kind are. */
const KINDS: [name: string, content: string | Uint8Array, kind: RegExp, hint: RegExp][] = [
  ['shop.csv', 'SQLite format 3\0…', /SQLite/, /sqlite3 .*shop\.csv/],
  ['a.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /Excel/, /CSV/],
  ['a.pdf', '%PDF-1.7\n', /PDF/, /CSV/],
  ['a.csv.bz2', 'BZh91AY&SY', /bzip2/, /bunzip2 --keep a\.csv\.bz2/],
  ['a.csv.xz', Buffer.from('fd377a585a00', 'hex'), /xz/, /unxz/],
  ['a.tar', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\x0000')]), /tar archive/, /tar -xf a\.tar/],
  ['a.tgz', gzipSync(Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\x0000')])), /tar archive/, /tar -xf/],
  ['a.pkl', Buffer.from('80049500', 'hex'), /pickle/, /read_pickle\('a\.pkl'\)\.to_parquet/],
  ['a.feather', 'ARROW1\0\0', /Feather/, /read_feather/],
  ['a.orc', 'ORC…', /ORC/, /read_orc/],
  ['a.avro', 'Obj\x01', /Avro/, /avro-tools/],
  ['a.csv', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', /Git LFS/, /git lfs pull --include a\.csv/],
  ['a.csv', '<!DOCTYPE html>\n<html><body>Not found</body></html>', /web page/, /Download/],
  ['a.csv', '\ufeff<html><head>', /web page/, /Download/],
  ['feed.xml', '<?xml version="1.0"?>\n<rss version="2.0">', /feed in XML/, /TSV/],
  ['a.xml', '<?xml version="1.0"?>\n<items><item/></items>', /XML/, /CSV/],
  ['a.sql', '-- MySQL dump 10.13\n\nDROP TABLE IF EXISTS `x`;\n', /SQL dump/, /CSV/],
  ['a.parquet', 'PAREPARE', /encrypted Parquet/, /without encryption/],
  ['a.parquet.gz', gzipSync('PAR1PAR1'), /Parquet file compressed with gzip/, /gunzip/],
];

for (const [name, content, kind, hint] of KINDS) {
  test(`${name} that is no table is refused with what it is (${kind.source})`, async () => {
    await assert.rejects(readFile(await put(name, content)), (error: { message: string; hint: string }) => {
      hasCode('IMPORT_UNSUPPORTED_FORMAT')(error);
      assert.match(error.message, kind);
      assert.match(error.hint, hint);
      return true;
    });
  });
}

test('a ZIP archive is refused with the names in it', async () => {
  const file = await put('ratings.csv', 'user,item\n');
  const script = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1], "w"); [z.write(f) for f in sys.argv[2:]]';
  execFileSync('python3', ['-c', script, 'ml.zip', 'ratings.csv'], { cwd: dirname(file) });
  await assert.rejects(readFile(join(dirname(file), 'ml.zip')), (error: { message: string; hint: string }) => {
    hasCode('IMPORT_UNSUPPORTED_FORMAT')(error);
    assert.match(error.message, /a ZIP archive of ratings\.csv/);
    assert.match(error.hint, /unzip -p ml\.zip ratings\.csv > ratings\.csv/);
    return true;
  });
});

test('all members of a compressed file are read, and a member that is cut short is refused', async () => {
  const parts = ['item,title\n', `a,${'x'.repeat(300_000)}\n`, 'b,y\n'];
  const skippable = Buffer.from('502a4d180400000061626364', 'hex');
  const whole = [
    ['i.csv.gz', Buffer.concat(parts.map((part) => gzipSync(part)))],
    ['i.csv.zst', Buffer.concat([skippable, ...parts.map((part) => zstdCompressSync(part)), skippable])],
  ] as const;
  for (const [name, bytes] of whole) {
    assert.deepEqual(
      (await readFile(await put(name, bytes))).rows.map(([id]) => id),
      ['a', 'b'],
      name,
    );
    for (const cut of [bytes.length - 14, bytes.length - 26]) {
      const short = name.endsWith('zst') ? bytes.subarray(0, cut - 4) : bytes.subarray(0, cut);
      await assert.rejects(readFile(await put(name, short)), hasCode('IMPORT_FILE_UNREADABLE'), `${name} ${cut}`);
    }
  }
});
