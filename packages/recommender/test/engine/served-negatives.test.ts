/**
 * Items that a user does not want are left out alike by evaluation and by the engine. A shop is
 * trained and evaluated on its whole log. The engine then serves from a store in which every test user
 * is at the moment before the target, so that the lists must be the evaluated ones.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { catalogueVectors, createLexicalEncoder, DEFAULT_TEMPLATE, encodeCatalogue, itemText } from '@lorekeep/encoder';
import { evaluationCases } from '@lorekeep/evaluation';
import { type Event, openStore } from '@lorekeep/store';
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

/** Each walk, with dislikes of other items between its events; two of them are of items chosen later. */
function eventsOf(): Event[] {
  const random = createRandom(8);
  const items = makeItems();
  const walks = makeWalks();
  return walks.flatMap((event, index) => {
    const later = walks[index + 1]?.user === event.user ? walks[index + 1].item : event.item;
    const disliked = random.int(12) === 0 ? later : items[random.int(items.length)].id;
    return [event, { ...event, item: disliked, type: 'dislike', timestamp: event.timestamp + 1 }];
  });
}

for (const [preset, overrides] of [
  ['learn', { ...SMALL, epochs: 1 }],
  ['linear', SMALL],
  ['content-only', { ...SMALL, epochs: 1 }],
] as const)
  test(`unwanted items are left out of evaluated and served lists alike: ${preset}`, async () => {
    const workspace = await mkdtemp(join(tmpdir(), 'lorekeep-unwanted-'));
    const store = await openStore(join(workspace, 'lorekeep.sqlite'));
    const before = await openStore(join(workspace, 'before.sqlite'));
    const items = makeItems();
    const encoder = createLexicalEncoder(
      items.map((item) => itemText(item)),
      { dim: 32 },
    );
    try {
      const events = eventsOf();
      await store.upsertItems(items);
      await store.appendEvents(events);
      const { id, name, dim, isLanguageModel } = encoder;
      await encodeCatalogue({ store, encoder });
      const log = await store.interactionLog();
      const content = await catalogueVectors({ store, encoder }, log.itemIds);
      const contentInfo = { encoder: id, name, dim, isLanguageModel, template: DEFAULT_TEMPLATE };
      const trained = await trainRecommender({ log, content, contentInfo, config: configOf(preset, overrides) });
      const evaluated = await evaluateTrained(trained, 'test');
      const bundleDir = join(workspace, 'models', 'm1');
      await writeBundle(bundleDir, trained, { valid: evaluated.metrics, test: evaluated.metrics, baselines: {} });
      const cases = evaluationCases(trained.split, 'test');
      assert.ok(cases.filter(({ unwanted }) => unwanted !== undefined).length > 200);
      const bundle = await openBundle(bundleDir);
      const ranking = await rankCases(await bundleParts(bundle, trained.split, content), cases);
      await bundle.close();
      assert.deepEqual(ranking.seenIncluded, evaluated.ranks, 'evaluated in memory and from disk alike');

      const lastOf = new Map(events.filter(({ type }) => type !== 'dislike').map((event) => [event.user, event]));
      await before.upsertItems(items);
      await before.appendEvents(events.filter((event) => event.timestamp < lastOf.get(event.user)!.timestamp));
      await publish({ workspace, bundleDir, store: before, encoder, indexKind: 'exact' });
      const engine = await openEngine({ workspace, store: before, encoder });
      try {
        let targetsUnwanted = 0;
        for (const [at, { history, target, unwanted = [] }] of cases.entries()) {
          const user = log.userIds[trained.split.heldOut.test.users[at]];
          const served = async (includeHistory: boolean, k: number) =>
            (await engine.recommend({ user, k, includeHistory })).items.map((item) => item.id);
          const { width } = ranking;
          const top = ranking.top.subarray(at * width, (at + 1) * width);
          assert.deepEqual(
            await served(true, width),
            Array.from(top, (row) => log.itemIds[row]),
          );
          for (const [includeHistory, rank] of [
            [true, ranking.seenIncluded[at]],
            [false, ranking.seenExcluded[at]],
          ] as const) {
            const list = await served(includeHistory, 50);
            assert.ok(Array.from(unwanted).every((row) => !list.includes(log.itemIds[row])));
            const place = list.indexOf(log.itemIds[target]);
            const isLeftOut = [...unwanted, ...(includeHistory ? [] : history)].includes(target);
            if (isLeftOut) assert.equal(place, -1);
            if (place >= 0) assert.ok(Math.abs(rank - (place + 1)) <= 1, `rank ${rank}, position ${place + 1}`);
            else assert.ok(rank > list.length, `rank ${rank}, not in the list`);
          }
          if (Array.from(unwanted).includes(target)) targetsUnwanted++;
        }
        assert.ok(targetsUnwanted > 3);
        // A later choice of the same item ends it.
        const [unwanted] = await before.negatives(['walker-0']);
        await engine.appendEvents([{ user: 'walker-0', item: unwanted[0], type: 'purchase' }]);
        const list = await engine.recommend({ user: 'walker-0', k: 120, includeHistory: true });
        const ids = list.items.map((item) => item.id);
        assert.deepEqual([ids.includes(unwanted[0]), ids.includes(unwanted[1])], [true, false]);
      } finally {
        await engine.close();
      }
    } finally {
      await encoder.close();
      await store.close();
      await before.close();
      await rm(workspace, { recursive: true, force: true });
    }
  });

test('popularity counts people, also live, and not those with implausibly many events', async () => {
  const workspace = await mkdtemp(join(tmpdir(), 'lorekeep-people-'));
  const store = await openStore(join(workspace, 'lorekeep.sqlite'));
  const items = makeItems();
  const encoder = createLexicalEncoder(
    items.map((item) => itemText(item)),
    { dim: 32 },
  );
  try {
    const crawler = Array.from({ length: 1200 }, (_, at): Event => {
      return { user: 'crawler', item: items[at % 5].id, type: 'view', timestamp: at };
    });
    const fan = Array.from(
      { length: 300 },
      (): Event => ({ user: 'fan', item: items[7].id, type: 'view', timestamp: 1 }),
    );
    await store.upsertItems(items);
    await store.appendEvents([...makeWalks(), ...crawler.slice(0, 1000)]);
    await store.appendEvents([...crawler.slice(1000), ...fan]);
    const { id, name, dim, isLanguageModel } = encoder;
    await encodeCatalogue({ store, encoder });
    const log = await store.interactionLog();
    const content = await catalogueVectors({ store, encoder }, log.itemIds);
    const contentInfo = { encoder: id, name, dim, isLanguageModel, template: DEFAULT_TEMPLATE };
    const trained = await trainRecommender({ log, content, contentInfo, config: configOf('linear', SMALL) });
    const bundleDir = join(workspace, 'models', 'm1');
    const { metrics } = await evaluateTrained(trained, 'valid');
    const manifest = await writeBundle(bundleDir, trained, { valid: metrics, test: metrics, baselines: {} });
    assert.deepEqual(manifest.leftOut, { limit: 1000, count: 1, users: [{ id: 'crawler', events: 1200 }] });
    await publish({ workspace, bundleDir, store, encoder, indexKind: 'exact' });
    const engine = await openEngine({ workspace, store, encoder });
    try {
      const people = new Map<string, Set<string>>();
      const count = (events: { user: string; item: string }[]) => {
        for (const { user, item } of events) people.set(item, (people.get(item) ?? new Set()).add(user));
      };
      const check = async () => {
        const answer = await engine.recommend({ user: 'nobody', k: 120 });
        for (const item of answer.items) assert.equal(item.score, people.get(item.id)?.size ?? 0, item.id);
      };
      count([...makeWalks(), ...fan]);
      await check();
      const live = [
        { user: 'fan', item: items[7].id, type: 'view' },
        { user: 'fan', item: items[8].id, type: 'view' },
        { user: 'fan', item: items[8].id, type: 'view' },
        { user: 'new', item: items[7].id, type: 'view' },
        { user: 'new', item: items[9].id, type: 'remove_from_cart' },
      ];
      await engine.appendEvents(live);
      count(live.slice(0, 4));
      await check();
    } finally {
      await engine.close();
    }
  } finally {
    await encoder.close();
    await store.close();
    await rm(workspace, { recursive: true, force: true });
  }
});
