import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sha256, sha256OfFile, writeDirectoryAtomic, writeFileAtomic } from '@lorekeep/core';

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lorekeep-core-'));
});
after(() => rm(directory, { recursive: true }));

test('writeFileAtomic replaces content and leaves no temporary file', async () => {
  const path = join(directory, 'a', 'file.txt');
  await writeFileAtomic(path, 'one');
  await writeFileAtomic(path, 'two');
  assert.equal(await readFile(path, 'utf8'), 'two');
  assert.deepEqual(await readdir(join(directory, 'a')), ['file.txt']);
});

test('if filling a directory fails, nothing is left behind', async () => {
  const path = join(directory, 'versions', 'v1');
  await assert.rejects(
    writeDirectoryAtomic(path, async (temporary) => {
      await writeFile(join(temporary, 'half'), 'x');
      throw new Error('disk full');
    }),
    /disk full/,
  );
  assert.deepEqual(await readdir(join(directory, 'versions')), []);
});

test('a directory that exists is not replaced', async () => {
  const path = join(directory, 'versions', 'v2');
  const fill = (content: string) => (temporary: string) => writeFile(join(temporary, 'file'), content);
  await writeDirectoryAtomic(path, fill('first'));
  await assert.rejects(writeDirectoryAtomic(path, fill('second')));
  assert.equal(await readFile(join(path, 'file'), 'utf8'), 'first');
});

test('sha256 agrees with the published vector for "abc", in memory and from a file', async () => {
  const vector = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  await writeFile(join(directory, 'abc'), 'abc');
  assert.equal(sha256('abc'), vector);
  assert.equal(await sha256OfFile(join(directory, 'abc')), vector);
});
