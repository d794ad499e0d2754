import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createRandom, type ProgressEvent, sha256 } from '@lorekeep/core';
import { openStore } from '@lorekeep/store';
import { catalogueVectors, encodeCatalogue, itemText, loadOnnxEncoder, textHash } from '../../src/index.ts';
import { TINY_BERT } from '../support/fixtures.ts';
import { temporaryFolder } from '../support/machine.ts';
import { rowOf } from '../support/vectors.ts';
import { ITEMS, listSensitiveEncoder } from './list-sensitive-encoder.ts';

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

test('vectors that finish while others are committed are stored too', async (t) => {
  const store = await openStore(':memory:');
  t.after(() => store.close());
  const count = 40;
  await store.upsertItems(Array.from({ length: count }, (_, n) => ({ id: String(n), title: `lamp ${n}` })));
  // Its calls take different times, so that units finish during commits.
  const encoder = listSensitiveEncoder(1, { characters: 8, calls: 4 });
  const { encoded } = await encodeCatalogue({ store, encoder, commitSeconds: 0 });
  assert.equal(encoded, count);
  const hashes = Array.from({ length: count }, (_, n) => textHash({ id: String(n), title: `lamp ${n}` }));
  assert.deepEqual(await store.missingEmbeddings(encoder.id, hashes), []);
});

test('an empty catalogue needs no work', async (t) => {
  const store = await openStore(':memory:');
  const encoder = await loadOnnxEncoder(TINY_BERT);
  t.after(() => Promise.all([store.close(), encoder.close()]));
  const done = await encodeCatalogue({ store, encoder });
  assert.deepEqual({ ...done, seconds: 0 }, { texts: 0, encoded: 0, reused: 0, textlessItems: 0, seconds: 0 });
  assert.equal((await catalogueVectors({ store, encoder }, [])).length, 0);
});

test('an aborted run keeps its vectors, and the next run computes only the rest', async (t) => {
  const store = await openStore(':memory:');
  const encoder = await loadOnnxEncoder(TINY_BERT);
  t.after(() => Promise.all([store.close(), encoder.close()]));
  await store.upsertItems(ITEMS);
  const controller = new AbortController();
  const reason = new Error('enough');
  const progress = ({ done }: ProgressEvent) => {
    if (done > 0) controller.abort(reason);
  };
  const { signal } = controller;
  await assert.rejects(encodeCatalogue({ store, encoder, progress, signal, commitSeconds: 0 }), reason);
  const [{ texts: kept }] = await store.embeddingModels();
  assert.ok(kept > 0 && kept < ITEMS.length);
  const rest = await encodeCatalogue({ store, encoder });
  assert.deepEqual([rest.reused, rest.encoded], [kept, ITEMS.length - kept]);
});

test('a run that is killed repeatedly ends with the same bytes as an uninterrupted one', async (t) => {
  const folder = await temporaryFolder(t);
  const fill = async (name: string) => {
    const store = await openStore(join(folder, name));
    await store.upsertItems(ITEMS);
    return store;
  };
  const encoder = await loadOnnxEncoder(TINY_BERT);
  const uninterrupted = await fill('uninterrupted.db');
  t.after(() => Promise.all([uninterrupted.close(), encoder.close()]));
  await encodeCatalogue({ store: uninterrupted, encoder: { ...encoder, work: { characters: 4096, calls: 2 } } });

  const path = join(folder, 'killed.db');
  await (await fill('killed.db')).close();
  let stored = 0;
  for (let kill = 0; kill < 3; kill++) {
    const words = [fileURLToPath(new URL('./encode-child.ts', import.meta.url)), path, TINY_BERT];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    // The first line reports the start, each further line a commit.
    await once(child.stdout, 'data');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await closed;
    const store = await openStore(path);
    const [{ texts }] = await store.embeddingModels();
    await store.close();
    assert.ok(texts > stored && texts < ITEMS.length, `${stored} stored before kill ${kill}, then ${texts}`);
    stored = texts;
  }

  const again = await openStore(path);
  t.after(() => again.close());
  const rest = await encodeCatalogue({ store: again, encoder: { ...encoder, work: { characters: 4096, calls: 2 } } });
  assert.deepEqual([rest.texts, rest.reused, rest.encoded], [ITEMS.length, stored, ITEMS.length - stored]);
  const hashes = ITEMS.map((item) => sha256(itemText(item)));
  const [a, b] = await Promise.all([uninterrupted, again].map((store) => store.getEmbeddings(encoder.id, hashes)));
  assert.ok(Buffer.from(a.vectors.buffer).equals(Buffer.from(b.vectors.buffer)), 'every byte');
});

test('batches do not depend on interruptions or on the order in which calls end', async (t) => {
  // Several windows, with texts that occur in more than one and some that are stored before the job
  // begins.
  const items = Array.from({ length: 20_000 }, (_, i) => ({
    id: `${i}`,
    title: `${'x'.repeat(i % 40)} ${i % 15_000}`,
  }));
  const hashes = [...new Set(items.map((item) => sha256(itemText(item))))];
  const fill = async () => {
    const store = await openStore(':memory:');
    t.after(() => store.close());
    await store.upsertItems(items);
    const known = hashes.filter((_, i) => i % 7 === 0);
    await store.putEmbeddings('list-sensitive', 8, known, new Float32Array(8 * known.length));
    return store;
  };
  const whole = await fill();
  const uninterrupted = listSensitiveEncoder(1, { characters: 20_000, calls: 3 });
  await encodeCatalogue({ store: whole, encoder: uninterrupted });
  assert.equal(uninterrupted.given.length, new Set(uninterrupted.given).size, 'nothing is encoded twice');
  const expected = await whole.getEmbeddings('list-sensitive', hashes);

  const store = await fill();
  let runs = 0;
  const random = createRandom(5);
  for (; ; runs++) {
    const encoder = listSensitiveEncoder(runs, { characters: 20_000, calls: 1 + (runs % 4) });
    encoder.maxCalls = 1 + random.int(12);
    const ended = await encodeCatalogue({ store, encoder }).catch((error: Error) => error.message);
    if (ended !== 'died') break;
  }
  assert.ok(runs >= 3, `only ${runs} interruptions`);
  assert.deepEqual(await store.getEmbeddings('list-sensitive', hashes), expected);
});

test('of a changed catalogue only changed texts are encoded, in full units', async (t) => {
  const store = await openStore(':memory:');
  t.after(() => store.close());
  const items = Array.from({ length: 20_000 }, (_, i) => ({ id: `${i}`, title: `thing ${i}` }));
  await store.upsertItems(items);
  await encodeCatalogue({ store, encoder: listSensitiveEncoder(1) });
  const changed = items.filter((_, i) => i % 100 === 0).map(({ id, title }) => ({ id, title: `${title}, changed` }));
  await store.upsertItems(changed);
  const encoder = listSensitiveEncoder(2);
  const { reused, encoded } = await encodeCatalogue({ store, encoder });
  assert.deepEqual([reused, encoded], [19_800, 200]);
  assert.deepEqual(encoder.given.sort(), changed.map((item) => itemText(item)).sort());
  assert.equal(encoder.calls, 1);
});

test('the vectors of two encoders are stored separately', async (t) => {
  const store = await openStore(':memory:');
  t.after(() => store.close());
  await store.upsertItems(ITEMS.slice(0, 10));
  const a = { ...listSensitiveEncoder(1), id: 'a' };
  const b = { ...listSensitiveEncoder(1), id: 'b' };
  await encodeCatalogue({ store, encoder: a });
  assert.equal((await encodeCatalogue({ store, encoder: b })).encoded, 10);
  assert.equal((await encodeCatalogue({ store, encoder: a })).encoded, 0);
  assert.deepEqual(
    (await store.embeddingModels()).map(({ model, texts }) => [model, texts]),
    [
      ['a', 10],
      ['b', 10],
    ],
  );
});

test('an encoder that fails or returns wrong vectors ends the job; finished vectors are kept', async (t) => {
  const store = await openStore(':memory:');
  t.after(() => store.close());
  await store.upsertItems(ITEMS);
  const failing = listSensitiveEncoder(1, { characters: 4096, calls: 1 });
  failing.maxCalls = 2;
  await assert.rejects(encodeCatalogue({ store, encoder: failing }), { message: 'died' });
  const [{ texts }] = await store.embeddingModels();
  assert.ok(texts > 0 && texts < ITEMS.length);
  const wrong = { ...failing, encode: async () => new Float32Array(8) };
  await assert.rejects(encodeCatalogue({ store, encoder: wrong }), { code: 'ENCODER_FAILED' });
  const correct = listSensitiveEncoder(1);
  for (const commitSeconds of [-1, Number.NaN])
    await assert.rejects(encodeCatalogue({ store, encoder: correct, commitSeconds }), { code: 'ENCODER_BAD_OPTION' });
});
