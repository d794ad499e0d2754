/** Real failures of the operating system get a code, the path and a remedy. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  checkNodeVersion,
  counted,
  LorekeepError,
  systemError,
  writeDirectoryAtomic,
  writeFileAtomic,
} from '@lorekeep/core';

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lorekeep-core-'));
  await writeFile(join(directory, 'file'), 'x');
});
after(() => rm(directory, { recursive: true }));

async function coded(work: Promise<unknown>): Promise<LorekeepError> {
  const error = await work.then(
    () => undefined,
    (thrown) => systemError(thrown),
  );
  assert.ok(error instanceof LorekeepError, String(error));
  return error;
}

test('an error of the file system names the path and the remedy', async () => {
  const long = 'n'.repeat(300);
  const cases: [() => Promise<unknown>, string, string][] = [
    [() => readFile(join(directory, 'absent')), 'PATH_MISSING', 'absent'],
    [() => readdir(join(directory, 'file')), 'PATH_NOT_A_FOLDER', 'file'],
    [() => mkdir(join(directory, 'file')), 'PATH_NOT_A_FOLDER', 'file'],
    [() => readFile(join(directory, 'file', 'below')), 'PATH_NOT_A_FOLDER', 'file/below'],
    [() => writeFile(directory, ''), 'PATH_NOT_A_FILE', ''],
    [() => writeFile(join(directory, long), ''), 'PATH_INVALID', long],
  ];
  for (const [work, code, name] of cases) {
    const error = await coded(work());
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.includes(join(directory, name)), error.message);
    assert.ok(error.hint !== undefined && error.details.path !== undefined, code);
  }
});

test('a full disk is DISK_FULL with the path that was given', { skip: process.platform !== 'linux' }, async () => {
  // Each write to this device fails as on a full disk.
  const error = await coded(writeFile('/dev/full', 'text'));
  assert.equal(error.code, 'DISK_FULL');
  const thrown = await writeFile('/dev/full', 'text').catch((cause) => cause);
  assert.deepEqual((systemError(thrown, 'report.html') as LorekeepError).details, { path: 'report.html' });
});

test('atomic writes fail with coded errors', async () => {
  const below = join(directory, 'file', 'below', 'model');
  const isCoded = { name: 'LorekeepError', code: 'PATH_NOT_A_FOLDER', details: { path: below } };
  await assert.rejects(writeFileAtomic(below, 'x'), isCoded);
  await assert.rejects(
    writeDirectoryAtomic(below, async () => {}),
    isCoded,
  );
});

test('an address in use is ADDRESS_IN_USE', async (t) => {
  const first = createServer();
  t.after(() => first.close());
  await new Promise<void>((resolve) => first.listen(0, '127.0.0.1', resolve));
  const { port } = first.address() as { port: number };
  const second = new Promise((_, reject) => createServer().once('error', reject).listen(port, '127.0.0.1'));
  const error = await coded(second);
  assert.deepEqual([error.code, error.details], ['ADDRESS_IN_USE', { address: '127.0.0.1', port }]);
});

test('other errors stay as they are', () => {
  const refused = Object.assign(new Error('connect ENOENT'), { code: 'ENOENT', syscall: 'connect' });
  for (const error of [refused, new Error('other'), 'text', new LorekeepError('STORE_BUSY', 'Busy.')])
    assert.equal(systemError(error), error);
});

test('a number agrees with its noun', () => {
  assert.deepEqual(
    [counted(0, 'line'), counted(1, 'line'), counted(2500, 'line'), counted(2, 'history', 'histories')],
    ['0 lines', '1 line', '2,500 lines', '2 histories'],
  );
});

test('a version of Node that is too old is refused with the version that is needed', () => {
  for (const version of ['18.20.8', '20.20.2', '22.17.1'])
    assert.throws(() => checkNodeVersion(version), {
      code: 'NODE_TOO_OLD',
      message: `Lorekeep needs Node 22.18 or newer; this is Node ${version}.`,
    });
  for (const version of ['22.18.0', '24.0.0', '26.1.0']) checkNodeVersion(version);
  checkNodeVersion();
});
