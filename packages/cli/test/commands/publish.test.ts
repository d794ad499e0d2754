/** A kind of index that a program registers works on the command line, and its absence is explained. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openWorkspace } from '../../src/index.ts';
import { lorekeep, MAIN } from '../command.ts';

const run = promisify(execFile);
const EXAMPLES = fileURLToPath(new URL('../../../../examples/', import.meta.url));

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-kind-'));
  const workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  const data = join(EXAMPLES, 'data');
  await workspace.import({ items: [join(data, 'items.csv')], events: [join(data, 'events.csv')] });
  await workspace.encode({ model: 'lexical' });
  await workspace.train({ preset: 'linear' });
  await workspace.close();
});
after(() => rm(dir, { recursive: true }));

/** With the program that registers the kind `map`. */
const registered = (...words: string[]) =>
  run(process.execPath, ['--import', join(EXAMPLES, 'vector-index', 'register.ts'), MAIN, ...words], {
    cwd: dir,
    env: { ...process.env, INIT_CWD: dir },
  });

test('a registered kind is published and served by every command', async () => {
  const shop = ['--workspace', 'shop'];
  const refused = await lorekeep(['publish', '--index', 'map', ...shop], dir);
  assert.deepEqual([refused.code, /Allowed choices are usearch, hnswlib, exact\./.test(refused.stderr)], [2, true]);
  assert.match((await registered('publish', '--index', 'map', ...shop)).stdout, /80 items in map/);
  assert.match((await registered('recommend', '--user', 'user-02', ...shop)).stdout, /[a-z]/);
  assert.match((await registered('status', ...shop)).stdout, /Next: .* serve/);
});

test('without the program, status, doctor and recommend say what to do', async () => {
  const shop = ['--workspace', 'shop'];
  const { stdout } = await lorekeep(['status', ...shop], dir);
  assert.match(stdout, /!! INDEX_UNKNOWN_KIND: .* has the index kind "map"/);
  assert.match(stdout, /Next: .* publish/);
  const doctor = await lorekeep(['doctor', ...shop], dir);
  assert.match(doctor.stdout, /index .*kind "map"[\s\S]*publish --index usearch/);
  const asked = await lorekeep(['recommend', '--user', 'user-02', ...shop], dir);
  assert.equal(asked.code, 2);
  assert.match(asked.stderr, /INDEX_UNKNOWN_KIND: .*"map"[\s\S]*`lorekeep publish --index usearch`/);
});
