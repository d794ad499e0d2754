/**
 * What evaluation ranks is what the engine serves. A shop of each kind of model is trained,
 * evaluated, published and asked: for every test user the served list must be the evaluated one,
 * with the seen items and without them, and the rank of every target must be its position there.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { catalogueVectors, createLexicalEncoder, DEFAULT_TEMPLATE, encodeCatalogue, itemText } from '@lorekeep/encoder';
import { evaluationCases, type Ranking, trainUsers } from '@lorekeep/evaluation';
import { openStore } from '@lorekeep/store';
import { configOf, makeItems, makeWalks } from '@lorekeep/testing';
import { openBundle } from '../../src/bundle/load.ts';
import { writeBundle } from '../../src/bundle/write.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { bundleParts } from '../../src/evaluation/evaluate-bundle.ts';
import { evaluateTrained } from '../../src/evaluation/evaluate-trained.ts';
import { rankCases } from '../../src/evaluation/rank-cases.ts';
import { publish } from '../../src/publication/publish.ts';
import { trainRecommender } from '../../src/training/train.ts';

const SMALL = { dim: 32, hidden: 16, maxHistory: 20 };

for (const [preset, overrides, source, denseItems] of [
  ['learn', { ...SMALL, epochs: 1 }, 'reranker', Infinity],
  ['learn', { ...SMALL, epochs: 1 }, 'reranker', 0],
  ['linear', SMALL, 'linear', Infinity],
  ['linear', SMALL, 'linear', 0],
  ['content-only', { ...SMALL, epochs: 1 }, 'towers', Infinity],
] as const)
  test(`for every test user the served list is the evaluated one: ${preset}${denseItems === 0 ? ', by columns' : ''}`, async () => {
    const workspace = await mkdtemp(join(tmpdir(), 'lorekeep-served-'));
    const store = await openStore(join(workspace, 'lorekeep.sqlite'));
    try {
      // Items that no walk leads to are new.
      const known = makeItems();
      const items = [
        ...known,
        ...known
          .filter((_, at) => at % 5 === 0)
          .map((item, at) => ({ ...item, id: `new-${at}`, title: `${item.title} new` })),
      ];
      await store.upsertItems(items);
      await store.appendEvents(makeWalks());
      const encoder = createLexicalEncoder(
        items.map((item) => itemText(item)),
        { dim: 32 },
      );
      const { id, name, dim, isLanguageModel } = encoder;
      await encodeCatalogue({ store, encoder });
      const log = await store.interactionLog();
      const content = await catalogueVectors({ store, encoder }, log.itemIds);
      const contentInfo = { encoder: id, name, dim, isLanguageModel, template: DEFAULT_TEMPLATE };
      const config = configOf(preset, overrides);
      const trained = await trainRecommender({ log, content, contentInfo, config, denseItems });
      // Towers with a weight and new items with good odds take every path of the composition.
      if (trained.reranker?.parts !== undefined) {
        trained.reranker.report.towerWeight = 0.5;
        assert.ok(trained.reranker.report.newItems !== undefined, 'the shop teaches the odds of new items');
        trained.reranker.report.newItems.offset = 1;
      }
      const evaluated = await evaluateTrained(trained, 'test');
      const bundleDir = join(workspace, 'models', 'm1');
      const metrics = { valid: evaluated.metrics, test: evaluated.metrics, baselines: {} };
      await writeBundle(bundleDir, trained, metrics);

      const cases = evaluationCases(trained.split, 'test');
      const users = trainUsers(trained.split);
      const bundle = await openBundle(bundleDir);
      let ranking: Ranking;
      try {
        ranking = await rankCases(await bundleParts(bundle, trained.split, content), cases);
      } finally {
        await bundle.close();
      }
      assert.deepEqual(ranking.seenIncluded, evaluated.ranks, 'evaluated in memory and from disk alike');

      await publish({ workspace, bundleDir, store, encoder, indexKind: 'exact' });
      const engine = await openEngine({ workspace, store, encoder });
      try {
        const sources = new Map<string, number>();
        let newServed = 0;
        for (const [at, { history, target }] of cases.entries()) {
          const ids = Array.from(history, (row) => log.itemIds[row]);
          const served = async (includeHistory: boolean, k: number, newItems = {}) => {
            const answer = await engine.recommend({ history: ids, k, includeHistory, newItems });
            sources.set(answer.source, (sources.get(answer.source) ?? 0) + 1);
            for (const item of answer.items) {
              // A model without a re-ranker does not know which trained items were chosen.
              if (preset === 'learn') assert.equal(item.new ?? false, users[log.itemIds.indexOf(item.id)] === 0);
              if (item.new) newServed++;
            }
            return answer.items.map((item) => item.id);
          };
          const { width } = ranking;
          const top = ranking.top.subarray(at * width, (at + 1) * width);
          assert.deepEqual(
            await served(true, width),
            Array.from(top, (row) => log.itemIds[row]),
            `list of user ${at}`,
          );
          const [withSeen, withoutSeen] = [await served(true, 50), await served(false, 50)];
          const seen = new Set(ids);
          // A bound on new items counts those that are shown.
          const anyShare = { atMost: 1 };
          assert.deepEqual(
            (await served(false, 50, anyShare)).slice(0, 30),
            (await served(true, 50, anyShare)).filter((item) => !seen.has(item)).slice(0, 30),
            `list of user ${at} without seen items`,
          );
          for (const [list, rank] of [
            [withSeen, ranking.seenIncluded[at]],
            [withoutSeen, ranking.seenExcluded[at]],
          ] as const) {
            const place = list.indexOf(log.itemIds[target]);
            if (place >= 0) assert.ok(Math.abs(rank - (place + 1)) <= 1, `rank ${rank}, position ${place + 1}`);
            else assert.ok(rank > list.length || seen.has(log.itemIds[target]), `rank ${rank}, not in the list`);
          }
        }
        assert.deepEqual([...sources.keys()], [source]);
        assert.ok(preset !== 'learn' || newServed > 0, 'new items are served');
      } finally {
        await engine.close();
        await encoder.close();
      }
    } finally {
      await store.close();
      await rm(workspace, { recursive: true, force: true });
    }
  });
