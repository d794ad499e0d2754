/** Programs that store scenarios at the same moment: no version and no name is lost. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openStore } from '@lorekeep/store';
import { createScenarios } from '../../src/scenarios/scenarios.ts';

const CHILD = fileURLToPath(new URL('./put-child.ts', import.meta.url));
const EACH = 9;

test('every version that was acknowledged is there, with a number of its own', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'lorekeep-scenarios-'));
  const file = join(dir, 'lorekeep.sqlite');
  await (await openStore(file)).close();
  const marks = ['left', 'right'];
  const outputs = await Promise.all(
    marks.map((mark) => promisify(execFile)(process.execPath, [CHILD, file, 'home', String(EACH), mark])),
  );
  const numbers = outputs.flatMap(({ stdout }) => stdout.trim().split('\n').map(Number)).sort((a, b) => a - b);
  assert.deepEqual(
    numbers,
    Array.from({ length: 2 * EACH }, (_, at) => at + 1),
  );
  const store = await openStore(file);
  t.after(async () => {
    await store.close();
    await rm(dir, { recursive: true });
  });
  const scenarios = createScenarios(store);
  const versions = await scenarios.versions('home');
  assert.deepEqual(
    versions.map(({ version }) => version),
    numbers.toReversed(),
  );
  for (const mark of marks)
    assert.equal(versions.filter(({ settings }) => settings.surface === mark).length, EACH, mark);
  const names = (await scenarios.list()).map(({ name }) => name);
  assert.equal(names.length, 1 + 2 * EACH);
});
