import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { catalogueVectors } from '@lorekeep/encoder';
import { makeWalks, openShop, type Shop, topicOf } from '@lorekeep/testing';
import { openBundle } from '../../src/bundle/load.ts';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import { publish } from '../../src/publication/publish.ts';

describe('engine of a model with a re-ranker', () => {
  let shop: Shop;
  let engine: Engine;
  before(async () => {
    shop = await openShop('learn', makeWalks);
    engine = await openEngine(shop);
  });
  after(async () => {
    await engine?.close();
    await shop?.close();
  });
  const ids = (answer: { items: { id: string }[] }) => answer.items.map(({ id }) => id);
  const history = ['garden-10', 'garden-11', 'garden-12'];

  test('says what comes next, in falling scores, without the history', async () => {
    const answer = await engine.recommend({ history, k: 20 });
    assert.equal(answer.source, 'reranker');
    assert.equal(answer.items[0].id, 'garden-13');
    assert.ok(ids(answer).every((id) => !history.includes(id)));
    assert.equal(new Set(ids(answer)).size, 20);
    for (let at = 1; at < 20; at++) assert.ok(answer.items[at - 1].score >= answer.items[at].score);
  });

  test('keeps to the filter, leaves out what is to be left out, and gives all that pass where k is larger', async () => {
    const price = { max: 15, min: 13 };
    const filtered = await engine.recommend({ history, k: 1000, filter: { price } });
    assert.equal(filtered.items.length, 12);
    assert.equal(filtered.items[0].id, 'garden-13');
    const [next] = ids(await engine.recommend({ history, exclude: ['garden-13'] }));
    assert.equal(topicOf(next), 'garden');
    assert.notEqual(next, 'garden-13');
    const all = await engine.recommend({ history, k: 1000 });
    assert.equal(all.items.length, shop.items.length - history.length);
    const included = await engine.recommend({ history, k: 1000, includeHistory: true });
    assert.equal(included.items.length, shop.items.length);
  });

  test('an event counts at once, a new item is found and is history', async () => {
    await engine.appendEvents([{ user: 'new-user', item: 'music-3', type: 'purchase' }]);
    assert.equal(ids(await engine.recommend({ user: 'new-user' }))[0], 'music-4');
    await engine.appendEvents([{ user: 'new-user', item: 'music-4', type: 'purchase' }]);
    assert.equal(ids(await engine.recommend({ user: 'new-user' }))[0], 'music-5');

    const { title } = shop.items.find(({ id }) => id === 'garden-13')!;
    await engine.upsertItems([{ id: 'fresh-1', title, categories: ['Shop', 'garden'] }]);
    assert.ok(ids(await engine.recommend({ history, k: 40 })).includes('fresh-1'));
    assert.ok(!ids(await engine.recommend({ history: [...history, 'fresh-1'], k: 1000 })).includes('fresh-1'));
    const alone = await engine.recommend({ history: ['fresh-1'], k: 5 });
    assert.ok(alone.source === 'towers' || alone.source === 'linear', alone.source);
    assert.equal(alone.items.length, 5);
  });

  test('the towers have the say that the bundle gives them', async () => {
    const bundleDir = join(shop.workspace, 'models', 'weighted');
    await cp(shop.bundleDir, bundleDir, { recursive: true });
    const file = join(bundleDir, 'manifest.json');
    const manifest = JSON.parse(await readFile(file, 'utf8'));
    const weight = 2;
    manifest.reranker.towerWeight = weight;
    manifest.version = 'weighted';
    await writeFile(file, JSON.stringify(manifest));
    const bundle = await openBundle(bundleDir);
    const { itemIds, inputDim, dim } = bundle;
    const content = await catalogueVectors(shop, itemIds);
    const { inputs, vectors } = await bundle.adaptItems(content, Int32Array.from(itemIds.keys()));
    const rows = history.map((id) => itemIds.indexOf(id));
    const user = await bundle.encodeUsers([
      Float32Array.from(rows.flatMap((row) => [...inputs.subarray(row * inputDim, (row + 1) * inputDim)])),
    ]);
    const { source, reranker } = bundle.reranker!;
    const [{ items, scores }] = await reranker.rerank([{ history: rows, candidates: source.candidates(rows) }]);
    const expected = Array.from(items, (row, at) => {
      const tower = Array.from(user).reduce((sum, value, k) => sum + value * vectors[row * dim + k], 0);
      return { id: itemIds[row], score: scores[at] + weight * tower };
    }).sort((a, b) => b.score - a.score);
    await bundle.close();

    assert.ok(expected.length > 20);
    const before = ids(await engine.recommend({ history, k: 120, includeHistory: true }));
    await publish({ ...shop, bundleDir });
    assert.ok(await engine.reload());
    const answer = await engine.recommend({ history, k: 120, includeHistory: true });
    const known = answer.items.filter(({ id }) => itemIds.includes(id)).slice(0, expected.length);
    assert.deepEqual(
      ids({ items: known }),
      expected.map(({ id }) => id),
    );
    assert.notDeepEqual(ids(answer), before);
    known.forEach(({ score }, at) => {
      assert.ok(Math.abs(score - expected[at].score) < 1e-4);
    });
  });

  test('with nothing to go by, what is popular', async () => {
    assert.equal((await engine.recommend({ user: 'nobody' })).source, 'popularity');
    assert.equal((await engine.recommend({ history: ['gone'] })).source, 'popularity');
  });
});
