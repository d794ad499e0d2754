/** An item that was deleted after the training and is back is new, in evaluation as in the engine. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { catalogueVectors } from '@lorekeep/encoder';
import { leaveOneOut } from '@lorekeep/evaluation';
import { makeWalks, openShop } from '@lorekeep/testing';
import { openBundle } from '../../src/bundle/load.ts';
import { createRecommender } from '../../src/composition/recommender.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { bundleParts } from '../../src/evaluation/evaluate-bundle.ts';

for (const preset of ['learn', 'linear'] as const)
  test(`a returned item has the same place and is new, evaluated and served: ${preset}`, async () => {
    const shop = await openShop(preset, makeWalks);
    const { store, items, bundleDir } = shop;
    try {
      const returned = items.filter(({ id }) => ['garden-5', 'garden-6', 'music-7'].includes(id));
      await store.deleteItems(returned.map(({ id }) => id));
      await store.upsertItems(returned);
      const log = await store.interactionLog();
      const content = await catalogueVectors(shop, log.itemIds);
      const bundle = await openBundle(bundleDir);
      const engine = await openEngine(shop);
      const deleted = await store.deletedItems(bundle.manifest.data.deletions ?? 0);
      const { close, ...parts } = await bundleParts(bundle, leaveOneOut(log), content, { deleted });
      try {
        const recommender = createRecommender(parts);
        for (const ids of [['garden-3', 'garden-4'], ['music-6'], ['garden-5'], ['kitchen-1', 'music-7']]) {
          const [query] = await recommender.prepare([{ history: ids.map((id) => log.itemIds.indexOf(id)) }]);
          const { keys } = await query.list(60);
          const served = await engine.recommend({ history: ids, k: 60, includeHistory: true });
          assert.deepEqual(
            Array.from(keys, (row) => [log.itemIds[row], parts.isNew(row)]),
            served.items.map((item) => [item.id, item.new === true]),
            `list of ${ids}`,
          );
        }
        for (const { id } of returned) assert.ok(parts.isNew(log.itemIds.indexOf(id)));
      } finally {
        await engine.close();
        await close();
        await bundle.close();
      }
    } finally {
      await shop.close();
    }
  });
