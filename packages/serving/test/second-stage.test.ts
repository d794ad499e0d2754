import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Engine, openEngine } from '../src/index.ts';
import { makeWalks, openShop, type Shop, topicOf } from './shop.ts';

describe('engine of a model with a second stage', () => {
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
    assert.equal(answer.source, 'second-stage');
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
    assert.equal(alone.source, 'towers');
    assert.equal(alone.items.length, 5);
  });

  test('with nothing to go by, what is popular', async () => {
    assert.equal((await engine.recommend({ user: 'nobody' })).source, 'popularity');
    assert.equal((await engine.recommend({ history: ['gone'] })).source, 'popularity');
  });
});
