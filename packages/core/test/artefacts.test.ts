import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  checksumsOf,
  currentVersion,
  errorCode,
  findDamage,
  isVersionName,
  newVersion,
  pruneVersions,
  setCurrentVersion,
  sha256,
  versionsIn,
} from '@lorekeep/core';

async function inFolder(work: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'lorekeep-artefacts-'));
  try {
    await work(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

test('version names sort by age and are plain names', () => {
  const older = newVersion(new Date('2026-01-02T03:04:05.006Z'));
  const newer = newVersion(new Date('2026-01-02T03:04:05.007Z'));
  assert.match(older, /^20260102T030405006Z-[0-9a-f]{6}$/);
  assert.ok(older < newer);
  assert.ok(isVersionName(older));
  for (const name of ['..', '../x', 'a/b', '', '.hidden', 'a b']) assert.ok(!isVersionName(name), name);
});

test('the newest versions and the one in use stay, unfinished ones go after a day', async () => {
  await inFolder(async (root) => {
    const folder = { root, pointer: 'current' };
    assert.equal(await currentVersion(folder), undefined);
    assert.deepEqual(await versionsIn({ root: join(root, 'none'), pointer: 'current' }), []);
    for (const name of ['v1', 'v2', 'v3', 'v4', 'v5', 'old.tmp', 'young.tmp']) await mkdir(join(root, name));
    const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
    await utimes(join(root, 'old.tmp'), yesterday, yesterday);
    await setCurrentVersion(folder, 'v2');
    assert.equal(await currentVersion(folder), 'v2');
    await pruneVersions(folder, 3);
    assert.deepEqual((await readdir(root)).sort(), ['current', 'v2', 'v4', 'v5', 'young.tmp']);
    assert.deepEqual(await versionsIn(folder), ['v2', 'v4', 'v5']);
  });
});

test('a changed or missing file is found by its checksum', async () => {
  await inFolder(async (root) => {
    await mkdir(join(root, 'sub'));
    await writeFile(join(root, 'a'), 'one');
    await writeFile(join(root, 'sub', 'b'), 'two');
    const files = await checksumsOf(root);
    assert.deepEqual(files, { a: sha256('one'), 'sub/b': sha256('two') });
    assert.equal(await findDamage(root, files), undefined);
    await writeFile(join(root, 'sub', 'b'), 'three');
    assert.deepEqual(await findDamage(root, files), {
      file: 'sub/b',
      expected: sha256('two'),
      actual: sha256('three'),
    });
    await rm(join(root, 'a'));
    const damage = await findDamage(root, files);
    assert.equal(damage?.file, 'a');
    assert.equal(errorCode(damage?.cause), 'ENOENT');
  });
});
