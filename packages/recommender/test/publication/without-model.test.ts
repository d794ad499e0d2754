/** A publication without a model: texts, popularity and the order of arrival. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { centredContent, contentMean } from '@lorekeep/core';
import { catalogueVectors, createLexicalEncoder, encodeCatalogue, itemText, type TextEncoder } from '@lorekeep/encoder';
import { type Item, openStore, type Store } from '@lorekeep/store';
import { makeItems, openShop, topicOf } from '@lorekeep/testing';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import { readCurrent } from '../../src/publication/publication.ts';
import { publish } from '../../src/publication/publish.ts';

let workspace: string;
let store: Store;
const engines: Engine[] = [];
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'lorekeep-without-model-'));
  store = await openStore(join(workspace, 'lorekeep.sqlite'));
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  await store.close();
  await rm(workspace, { recursive: true });
});

const encoderOf = (items: Item[]) =>
  createLexicalEncoder(
    items.map((item) => itemText(item)),
    { dim: 32 },
  );

async function serve(items: Item[], encoder: TextEncoder, indexKind: 'exact' | 'usearch' = 'exact'): Promise<Engine> {
  await store.upsertItems(items);
  await publish({ workspace, store, encoder, indexKind });
  const engine = await openEngine({ workspace, store, encoder });
  engines.push(engine);
  return engine;
}

const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
const purchase = (user: string, item: string) => ({ user, item, type: 'purchase' });

test('the manifest says that there is no model, and no bundle is written', async () => {
  const items = makeItems();
  const engine = await serve(items, encoderOf(items));
  const { manifest, directory } = await readCurrent(workspace);
  const data = { items: items.length, events: 0, rules: {}, deletions: 0 };
  assert.deepEqual([manifest.format, manifest.model, manifest.data], [3, null, data]);
  assert.deepEqual((await readdir(directory)).sort(), [
    'index.exact',
    'items.json',
    'items.safetensors',
    'manifest.json',
  ]);
  assert.equal(engine.stats().model, null);
});

test('similar items are those with the largest cosine of centred text vectors', async () => {
  const items = makeItems();
  const encoder = encoderOf(items);
  const engine = await serve(items, encoder);
  await encodeCatalogue({ store, encoder });
  const all = items.map(({ id }) => id);
  const content = await catalogueVectors({ store, encoder }, all);
  const centred = centredContent(content, contentMean(content, items.length, encoder.dim));
  const rowOf = (row: number) => centred.subarray(row * encoder.dim, (row + 1) * encoder.dim);
  for (const query of [0, 40, 119]) {
    const cosines = all.map((_, row) => rowOf(row).reduce((sum, value, k) => sum + value * rowOf(query)[k], 0));
    const wanted = [...all.keys()].filter((row) => row !== query).sort((a, b) => cosines[b] - cosines[a]);
    const { source, items: found } = await engine.similar(all[query], { k: 5 });
    assert.equal(source, 'content');
    for (const [at, { score }] of found.entries())
      assert.ok(Math.abs(score - cosines[wanted[at]]) < 1e-5, `${query}, ${at}`);
  }
});

test('an unknown user gets the newest items, then popular ones; an event changes the next list', async () => {
  const items = makeItems();
  const engine = await serve(items, encoderOf(items), 'usearch');
  const newest = items.toReversed().map(({ id }) => id);
  const first = await engine.recommend({ user: 'ann', k: 3 });
  assert.deepEqual([first.source, ids(first)], ['newest', newest.slice(0, 3)]);

  await engine.appendEvents([purchase('ann', 'garden-1'), purchase('ben', 'music-7')]);
  const known = await engine.recommend({ user: 'ann', k: 8 });
  assert.equal(known.source, 'content');
  assert.deepEqual([...new Set(ids(known).map(topicOf))], ['garden']);
  assert.ok(!ids(known).includes('garden-1'));
  const session = await engine.recommend({ history: ['garden-1'], k: 8 });
  assert.deepEqual(session.items, known.items);
  const unknown = await engine.recommend({ user: 'cyd', k: 4 });
  assert.deepEqual([unknown.source, ids(unknown)], ['popularity', ['garden-1', 'music-7', ...newest.slice(0, 2)]]);

  // The newest event weighs most.
  await engine.appendEvents([purchase('ann', 'bicycle-2'), purchase('ann', 'bicycle-3')]);
  assert.equal(topicOf(ids(await engine.recommend({ user: 'ann', k: 1 }))[0]), 'bicycle');
});

test('an item that comes later is found by its text, and stays found after a restart', async () => {
  const items = makeItems();
  const encoder = encoderOf(items);
  const engine = await serve(items, encoder);
  const [{ title }] = items;
  await engine.upsertItems([{ id: 'late', title, categories: ['Shop', 'garden'] }]);
  const before = await engine.similar('late', { k: 4 });
  assert.equal(before.source, 'content');
  assert.ok(ids(before).every((id) => topicOf(id) === 'garden'));
  const again = await openEngine({ workspace, store, encoder });
  engines.push(again);
  assert.deepEqual((await again.similar('late', { k: 4 })).items, before.items);
});

test('items without text follow behind those with one, and lists without any text are by popularity', async () => {
  const items: Item[] = [{ id: 'a', title: 'red lamp' }, { id: 'mute' }, { id: 'b', title: 'blue lamp' }];
  const engine = await serve(items, encoderOf(items.filter(({ title }) => title !== undefined)));
  assert.equal(engine.stats().indexed, 2);
  assert.equal((await engine.getItem('mute')).retrievable, false);
  const filled = await engine.recommend({ history: ['a'], k: 3 });
  assert.deepEqual([filled.source, ids(filled)], ['content', ['b', 'mute']]);
  const mute = await engine.similar('mute');
  assert.deepEqual([mute.source, ids(mute)], ['newest', ['b', 'a']]);
  await engine.appendEvents([purchase('ann', 'mute'), purchase('ben', 'a')]);
  const known = await engine.recommend({ user: 'ann' });
  assert.deepEqual([known.source, ids(known)], ['popularity', ['a', 'b']]);
});

for (const [name, items] of Object.entries({
  'one item': [{ id: 'only', title: 'a lamp' }],
  'equal texts': Array.from({ length: 12 }, (_, n) => ({ id: `card-${n}`, title: 'gift card' })),
})) {
  for (const kind of ['exact', 'usearch'] as const)
    test(`${name} (${kind}): texts say nothing, so popularity and arrival answer`, async () => {
      const engine = await serve(items, encoderOf(items), kind);
      assert.equal(engine.stats().indexed, 0);
      const newest = items.toReversed().map(({ id }) => id);
      assert.deepEqual(ids(await engine.recommend({ user: 'ann', k: 20 })), newest);
      assert.deepEqual(ids(await engine.similar(newest[0], { k: 20 })), newest.slice(1));
      await engine.appendEvents([purchase('ann', newest.at(-1) as string)]);
      const found = await engine.recommend({ user: 'ann', k: 20, includeHistory: true });
      assert.deepEqual([found.source, ids(found)[0], found.items.length], ['popularity', newest.at(-1), items.length]);
    });
}

test('a trained model is published over it, and the service switches', async (t) => {
  const shop = await openShop('linear');
  t.after(() => shop.close());
  const { bundleDir, ...place } = shop;
  await publish({ ...place, indexKind: 'exact' });
  const engine = await openEngine(shop);
  try {
    assert.deepEqual([engine.stats().model, (await engine.similar('garden-1')).source], [null, 'content']);
    await publish({ ...place, bundleDir, indexKind: 'exact' });
    assert.equal(await engine.reload(), true);
    assert.deepEqual([engine.stats().model, (await engine.similar('garden-1')).source], ['m1', 'linear']);
  } finally {
    await engine.close();
  }
});
