import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRandom, type ProgressEvent, sha256 } from '@lorekeep/core';
import { type Item, openStore } from '@lorekeep/store';
import {
  catalogueVectors,
  encodeCatalogue,
  estimateCatalogue,
  itemText,
  loadOnnxEncoder,
  type TextEncoder,
  type WorkUnits,
} from '../../src/index.ts';
import { createHashSet } from '../../src/job/hash-set.ts';
import { rowOf, TINY_BERT, temporaryFolder } from '../support/support.ts';

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
  const { signal } = controller;
  await assert.rejects(encodeCatalogue({ store, encoder, progress, signal, commitSeconds: 0 }), reason);
  const [{ texts: kept }] = await store.embeddingModels();
  assert.ok(kept > 0 && kept < ITEMS.length);
  const rest = await encodeCatalogue({ store, encoder });
  assert.deepEqual([rest.reused, rest.encoded], [kept, ITEMS.length - kept]);
});

test('a run that is killed again and again ends with the bytes of one that nobody disturbed', async (t) => {
  const folder = await temporaryFolder(t);
  const fill = async (name: string) => {
    const store = await openStore(join(folder, name));
    await store.upsertItems(ITEMS);
    return store;
  };
  const encoder = await loadOnnxEncoder(TINY_BERT);
  const undisturbed = await fill('undisturbed.db');
  t.after(() => Promise.all([undisturbed.close(), encoder.close()]));
  await encodeCatalogue({ store: undisturbed, encoder: { ...encoder, work: { characters: 4096, calls: 2 } } });

  const path = join(folder, 'killed.db');
  await (await fill('killed.db')).close();
  let stored = 0;
  for (let kill = 0; kill < 3; kill++) {
    const words = [fileURLToPath(new URL('./encode-child.ts', import.meta.url)), path, TINY_BERT];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    // The first line is what was there when it started, each further one a commit.
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
  const [a, b] = await Promise.all([undisturbed, again].map((store) => store.getEmbeddings(encoder.id, hashes)));
  assert.ok(Buffer.from(a.vectors.buffer).equals(Buffer.from(b.vectors.buffer)), 'every byte');
});

interface ListSensitive extends TextEncoder {
  given: string[];
  calls: number;
  /** Calls after which it fails. */
  most: number;
}

/** Its vectors tell in which list a text was given: any other batch would give other bytes. */
function listSensitiveEncoder(seed: number, work?: WorkUnits): ListSensitive {
  const random = createRandom(seed);
  return {
    id: 'list-sensitive',
    name: 'list-sensitive',
    dim: 8,
    isLanguageModel: false,
    work,
    given: [],
    calls: 0,
    most: Number.POSITIVE_INFINITY,
    async encode(texts) {
      if (this.calls === this.most) throw new Error('died');
      this.calls++;
      this.given.push(...texts);
      const list = texts.join('\n');
      await sleep(random.int(3));
      const rows = texts.map((text) => Buffer.from(sha256(`${text}\n\n${list}`), 'hex'));
      return Float32Array.from(Buffer.concat(rows.map((row) => row.subarray(0, 8))));
    },
    close: async () => {},
  };
}

test('what a text is computed with does not depend on where the job stopped, nor on the order in which calls end', async (t) => {
  // Several windows, with texts that occur in more than one and some that are stored before the job begins.
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
  const undisturbed = listSensitiveEncoder(1, { characters: 20_000, calls: 3 });
  await encodeCatalogue({ store: whole, encoder: undisturbed });
  assert.equal(undisturbed.given.length, new Set(undisturbed.given).size, 'nothing is encoded twice');
  const expected = await whole.getEmbeddings('list-sensitive', hashes);

  const store = await fill();
  let runs = 0;
  const random = createRandom(5);
  for (; ; runs++) {
    const encoder = listSensitiveEncoder(runs, { characters: 20_000, calls: 1 + (runs % 4) });
    encoder.most = 1 + random.int(12);
    const ended = await encodeCatalogue({ store, encoder }).catch((error: Error) => error.message);
    if (ended !== 'died') break;
  }
  assert.ok(runs >= 3, `only ${runs} interruptions`);
  assert.deepEqual(await store.getEmbeddings('list-sensitive', hashes), expected);
});

test('of a changed catalogue only changed texts are encoded, in units as full as ever', async (t) => {
  const store = await openStore(':memory:');
  t.after(() => store.close());
  const items = Array.from({ length: 20_000 }, (_, i) => ({ id: `${i}`, title: `thing ${i}` }));
  await store.upsertItems(items);
  await encodeCatalogue({ store, encoder: listSensitiveEncoder(1) });
  const changed = items.filter((_, i) => i % 100 === 0).map(({ id, title }) => ({ id, title: `${title}, mended` }));
  await store.upsertItems(changed);
  const encoder = listSensitiveEncoder(2);
  const { reused, encoded } = await encodeCatalogue({ store, encoder });
  assert.deepEqual([reused, encoded], [19_800, 200]);
  assert.deepEqual(encoder.given.sort(), changed.map((item) => itemText(item)).sort());
  assert.equal(encoder.calls, 1);
});

test('the vectors of two encoders live side by side', async (t) => {
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

test('an encoder that fails or lies ends the job; what was finished before is kept', async (t) => {
  const store = await openStore(':memory:');
  t.after(() => store.close());
  await store.upsertItems(ITEMS);
  const failing = listSensitiveEncoder(1, { characters: 4096, calls: 1 });
  failing.most = 2;
  await assert.rejects(encodeCatalogue({ store, encoder: failing }), { message: 'died' });
  const [{ texts }] = await store.embeddingModels();
  assert.ok(texts > 0 && texts < ITEMS.length);
  const lying = { ...failing, encode: async () => new Float32Array(8) };
  await assert.rejects(encodeCatalogue({ store, encoder: lying }), { code: 'ENCODER_FAILED' });
  const honest = listSensitiveEncoder(1);
  for (const commitSeconds of [-1, Number.NaN])
    await assert.rejects(encodeCatalogue({ store, encoder: honest, commitSeconds }), { code: 'ENCODER_BAD_OPTION' });
});

test('a dry run counts and measures, and stores nothing', async (t) => {
  const store = await openStore(':memory:');
  t.after(() => store.close());
  await store.upsertItems([...ITEMS, { id: 'none' }, { ...ITEMS[5], id: 'again' }]);
  const encoder = listSensitiveEncoder(1);
  const { seconds, bytes, tokens, ...counts } = await estimateCatalogue({ store, encoder });
  assert.deepEqual(counts, { items: 3002, texts: 3000, missing: 3000, textlessItems: 1, sampled: 256 });
  assert.ok(seconds > 0 && bytes > 3000 * 8 * 4 && tokens > 3000);
  assert.deepEqual(await store.embeddingModels(), []);
  // Drawn from everywhere, not from the beginning alone.
  const rows = encoder.given.map((text) => ITEMS.findIndex((item) => itemText(item) === text));
  const mean = rows.reduce((sum, row) => sum + row, 0) / rows.length;
  assert.ok(mean > 1200 && mean < 1800, `mean row ${mean}`);
  await encodeCatalogue({ store, encoder });
  const done = await estimateCatalogue({ store, encoder });
  assert.deepEqual([done.texts, done.missing, done.sampled, done.seconds, done.tokens], [3000, 0, 0, 0, 0]);
});

test('hashes are told apart however many there are', () => {
  const set = createHashSet();
  const hashes = Array.from({ length: 20_000 }, (_, i) => sha256(`${i}`));
  for (const hash of ['0'.repeat(64), `${'0'.repeat(15)}2${'0'.repeat(48)}`, ...hashes]) assert.ok(set.add(hash));
  for (const hash of ['0'.repeat(64), ...hashes]) assert.ok(!set.add(hash));
  assert.equal(set.size, 20_002);
});
