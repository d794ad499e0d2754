/** New items of a running service: their lists follow every change, and are the same after a restart. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Item } from '@lorekeep/store';
import { makeWalks, openShop, topicOf } from '@lorekeep/testing';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import type { Recommendations } from '../../src/engine/request-types.ts';

const marked = (item: Recommendations['items'][number]) => `${item.id} ${item.new === true}`;
const copyOf = (item: Item, id: string): Item => ({ ...item, id, title: `${item.title} new` });

test('lists follow new, changed and deleted items at once, and a restart changes nothing', async () => {
  const shop = await openShop('learn', makeWalks);
  let engine = await openEngine(shop);
  const histories = [
    ['garden-3', 'garden-4', 'garden-5'],
    ['music-7', 'kitchen-2'],
    ['bicycle-29', 'bicycle-0'],
    ['garden-5', 'new-garden-6'],
    ['new-music-1', 'new-music-2'],
  ];
  const lists = (from: Engine) =>
    Promise.all(histories.map((history) => from.recommend({ history, k: 150, includeHistory: true })));
  const assertSameAfterRestart = async (what: string): Promise<Recommendations[]> => {
    const before = await lists(engine);
    await engine.close();
    engine = await openEngine(shop);
    for (const [at, { items, source }] of (await lists(engine)).entries()) {
      const wanted = before[at];
      assert.equal(source, wanted.source);
      assert.deepEqual(items.map(marked), wanted.items.map(marked), `${what}, list ${at}`);
      // Products of batches of another size round otherwise.
      for (const [place, { score }] of items.entries())
        assert.ok(Math.abs(score - wanted.items[place].score) < 1e-4, `${what}: ${score}`);
    }
    for (const { items } of before) {
      assert.ok(items.every(({ score }, at) => at === 0 || score <= items[at - 1].score, what));
      assert.equal(new Set(items.map(({ id }) => id)).size, items.length, what);
    }
    return before;
  };
  try {
    const fresh = shop.items.map((item) => copyOf(item, `new-${item.id}`));
    await lists(engine);
    await engine.upsertItems(fresh);
    const [first] = await assertSameAfterRestart('new items');
    const news = first.items.filter((item) => item.new);
    assert.ok(news.length >= 50);
    assert.deepEqual(
      news.slice(0, 10).filter(({ id }) => topicOf(id.replace('new-', '')) !== 'garden'),
      [],
      'the nearest new items come first',
    );

    await engine.upsertItems([
      { ...fresh[0], title: 'guitar violin string', categories: ['Shop', 'music'] },
      { id: fresh[1].id },
      { ...fresh[2], price: 1 },
    ]);
    await assertSameAfterRestart('a new item has another text, none, or another price');

    // The text of an item that the model was trained on decides which new items are near it.
    const trained = shop.items.filter(({ id }) => ['garden-5', 'bicycle-0'].includes(id));
    await engine.upsertItems(trained.map((item) => ({ ...item, title: 'piano flute', categories: ['Shop', 'music'] })));
    await assertSameAfterRestart('a trained item has another text');

    for (let time = 0; time < 3; time++) {
      const near = (await lists(engine))[0].items.filter((item) => item.new).slice(0, 8);
      await engine.deleteItems(near.map(({ id }) => id));
      await lists(engine);
    }
    const [left] = await assertSameAfterRestart('new items are deleted');
    assert.ok(left.items.filter((item) => item.new).length >= 50);

    await engine.deleteItems(['garden-5', 'garden-6']);
    await engine.upsertItems(shop.items.filter(({ id }) => ['garden-5', 'garden-6'].includes(id)));
    const [back] = await assertSameAfterRestart('trained items are deleted and brought back');
    assert.ok(back.items.filter(({ id }) => ['garden-5', 'garden-6'].includes(id)).every((item) => item.new));
  } finally {
    await engine.close();
    await shop.close();
  }
});
