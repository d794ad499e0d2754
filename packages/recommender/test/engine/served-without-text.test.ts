/** Items that neither text nor events describe: evaluation lists them as little as the engine does. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { contentVectors, DEFAULT_TEMPLATE } from '@lorekeep/encoder';
import { leaveOneOut } from '@lorekeep/evaluation';
import type { Item } from '@lorekeep/store';
import { openShop } from '@lorekeep/testing';
import { openBundle } from '../../src/bundle/load.ts';
import { createRecommender } from '../../src/composition/recommender.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { bundleParts } from '../../src/evaluation/evaluate-bundle.ts';

test('a new item without text is in no list, evaluated or served', async () => {
  const shop = await openShop('linear');
  const { store, encoder, items, bundleDir } = shop;
  try {
    const later: Item[] = [{ id: 'blank-0' }, { id: 'blank-1' }, { id: 'new', title: 'music drum' }];
    await store.upsertItems(later);
    const log = await store.interactionLog();
    const byId = new Map([...items, ...later].map((item) => [item.id, item]));
    const inOrder = log.itemIds.map((id) => byId.get(id) as Item);
    const content = await contentVectors(store, encoder, DEFAULT_TEMPLATE, inOrder);
    const bundle = await openBundle(bundleDir);
    const engine = await openEngine(shop);
    try {
      const recommender = createRecommender(await bundleParts(bundle, leaveOneOut(log), content));
      const k = log.itemIds.length;
      for (const ids of [['bicycle-1'], ['music-7', 'music-3'], ['blank-0']]) {
        const [query] = await recommender.prepare([{ history: ids.map((id) => log.itemIds.indexOf(id)) }]);
        const { keys } = await query.list(k);
        const evaluated = Array.from(keys, (row) => log.itemIds[row]);
        const served = await engine.recommend({ history: ids, k, includeHistory: true });
        assert.deepEqual(evaluated.toSorted(), served.items.map(({ id }) => id).toSorted());
        assert.ok(evaluated.includes('new'));
        assert.ok(!evaluated.includes('blank-1'));
      }
    } finally {
      await engine.close();
      await bundle.close();
    }
  } finally {
    await shop.close();
  }
});
