import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { EMPTY, folder, put, putCatalogue } from './harness.ts';

/** Enough lines that an import can be stopped in the middle. */
const putLargeLog = async () => {
  const lines = Array.from({ length: 60_000 }, (_, i) => `u${i % 900}\ta\t${i}`);
  return {
    items: [await putCatalogue()],
    events: [await put('log.tsv', `user\titem\ttimestamp\n${lines.join('\n')}`)],
  };
};

test('an import that is stopped rejects with the reason and leaves nothing', async () => {
  const files = await putLargeLog();
  const temporaryDirectory = join(folder, 'staging');
  await mkdir(temporaryDirectory);
  for (const stop of ['lines', 'items', 'events'] as const) {
    const store = await openStore(join(folder, `stopped-${stop}.db`));
    const controller = new AbortController();
    const progress = ({ unit, done }: { unit: string; done: number }) => {
      if (unit === stop && (done > 10_000 || unit !== 'lines')) controller.abort(new Error('enough'));
    };
    await assert.rejects(
      importFiles({ ...files, store, temporaryDirectory, progress, signal: controller.signal }),
      (error: Error) => error.message === 'enough',
    );
    assert.deepEqual(await store.counts(), EMPTY);
    assert.deepEqual(await readdir(temporaryDirectory), []);
    assert.equal((await importFiles({ ...files, store })).events, 60_000);
    await store.close();
  }
});

test('an import that is killed while writing leaves nothing, and the next import is complete', async () => {
  const files = await putLargeLog();
  const path = join(folder, 'killed.db');
  const script = fileURLToPath(new URL('import-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, path, folder, files.items[0], files.events[0]], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.once('data', () => child.kill('SIGKILL'));
  const [, signal] = await once(child, 'exit');
  assert.equal(signal, 'SIGKILL');
  const store = await openStore(path);
  assert.deepEqual(await store.counts(), EMPTY);
  assert.deepEqual(await store.imports(), []);
  assert.equal((await importFiles({ ...files, store })).unchanged, false);
  assert.deepEqual(await store.counts(), { items: 3, users: 900, events: 60_000 });
  await store.close();
});
