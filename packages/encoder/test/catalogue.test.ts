import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ProgressEvent, sha256 } from '@lorekeep/core';
import { type Item, openStore } from '@lorekeep/store';
import { catalogueVectors, encodeCatalogue, itemText, loadOnnxEncoder } from '../src/index.ts';
import { rowOf, TINY_BERT, temporaryFolder } from './support.ts';

const words = ['steel', 'screw', 'lamp', 'the end', '4', '42', 'a'];
const ITEMS: Item[] = Array.from({ length: 3000 }, (_, i) => ({
  id: `item ${i}`,
  // Base-7 digits of the row as words: all titles differ.
  title: [...i.toString(7)].map((digit) => words[Number(digit)]).join(' '),
}));

test('each distinct text is encoded once; a second run finds all of them', async (t) => {
  const store = await openStore(':memory:');
  const encoder = await loadOnnxEncoder(TINY_BERT);
  t.after(() => Promise.all([store.close(), encoder.close()]));
  await store.upsertItems([
    { id: '1', title: 'a lamp' },
    { id: '2', title: '<b>a lamp</b>' },
    { id: '3' },
    { id: '4', title: 'steel' },
  ]);
  const events: ProgressEvent[] = [];
  const first = await encodeCatalogue({ store, encoder, progress: (event) => events.push(event) });
  assert.deepEqual({ ...first, seconds: 0 }, { texts: 2, encoded: 2, reused: 0, textlessItems: 1, seconds: 0 });
  assert.deepEqual(
    events.map(({ stage, done, total, unit }) => ({ stage, done, total, unit })),
    [0, 2].map((done) => ({ stage: 'encode', done, total: 2, unit: 'items' })),
  );
  await store.upsertItems([{ id: '5', title: 'screw' }]);
  const second = await encodeCatalogue({ store, encoder });
  assert.deepEqual({ ...second, seconds: 0 }, { texts: 3, encoded: 1, reused: 2, textlessItems: 1, seconds: 0 });

  const vectors = await catalogueVectors({ store, encoder }, ['3', '2', '1', '5']);
  const [none, lamp, sameLamp, screw] = [0, 1, 2, 3].map((row) => rowOf(vectors, row, encoder.dim));
  assert.ok(none.every((value) => value === 0));
  assert.deepEqual(lamp, sameLamp);
  assert.notDeepEqual(lamp, screw);
  assert.deepEqual(await catalogueVectors({ store, encoder }, [{ id: 'x', title: 'a lamp' }]), lamp);

  await assert.rejects(catalogueVectors({ store, encoder }, ['1', 'none']), { code: 'ENCODER_UNKNOWN_ITEMS' });
  await assert.rejects(catalogueVectors({ store, encoder, template: 'title' }, ['1']), { code: 'EMBEDDING_MISSING' });
});

test('an empty catalogue is done at once', async (t) => {
  const store = await openStore(':memory:');
  const encoder = await loadOnnxEncoder(TINY_BERT);
  t.after(() => Promise.all([store.close(), encoder.close()]));
  const done = await encodeCatalogue({ store, encoder });
  assert.deepEqual({ ...done, seconds: 0 }, { texts: 0, encoded: 0, reused: 0, textlessItems: 0, seconds: 0 });
  assert.equal((await catalogueVectors({ store, encoder }, [])).length, 0);
});

test('an aborted run keeps what it has done, and the next one does the rest only', async (t) => {
  const store = await openStore(':memory:');
  const encoder = await loadOnnxEncoder(TINY_BERT);
  t.after(() => Promise.all([store.close(), encoder.close()]));
  await store.upsertItems(ITEMS);
  const controller = new AbortController();
  const reason = new Error('enough');
  const progress = ({ done }: ProgressEvent) => {
    if (done > 0) controller.abort(reason);
  };
  await assert.rejects(encodeCatalogue({ store, encoder, progress, signal: controller.signal }), reason);
  const [{ texts: kept }] = await store.embeddingModels();
  assert.ok(kept > 0 && kept < ITEMS.length);
  const rest = await encodeCatalogue({ store, encoder });
  assert.deepEqual([rest.reused, rest.encoded], [kept, ITEMS.length - kept]);
});

test('a run that is killed loses nothing that it had stored, and does nothing twice', async (t) => {
  const path = join(await temporaryFolder(t), 'store.db');
  const store = await openStore(path);
  await store.upsertItems(ITEMS);
  await store.close();

  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./encode-child.ts', import.meta.url)), path, TINY_BERT],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await closed;

  const again = await openStore(path);
  const encoder = await loadOnnxEncoder(TINY_BERT);
  t.after(() => Promise.all([again.close(), encoder.close()]));
  const hashes = ITEMS.map((item) => sha256(itemText(item)));
  const missing = new Set(await again.missingEmbeddings(encoder.id, hashes));
  const kept = hashes.filter((hash) => !missing.has(hash));
  assert.ok(kept.length > 0 && missing.size > 0, `${kept.length} kept, ${missing.size} missing`);
  const before = (await again.getEmbeddings(encoder.id, kept)).vectors;

  const rest = await encodeCatalogue({ store: again, encoder });
  assert.deepEqual([rest.texts, rest.reused, rest.encoded], [ITEMS.length, kept.length, missing.size]);
  assert.deepEqual((await again.getEmbeddings(encoder.id, kept)).vectors, before);

  const whole = await encoder.encode(ITEMS.map((item) => itemText(item)));
  const vectors = await catalogueVectors({ store: again, encoder }, ITEMS);
  for (let i = 0; i < whole.length; i++) assert.ok(Math.abs(whole[i] - vectors[i]) < 2e-6);
});
