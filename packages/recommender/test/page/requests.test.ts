/** Requests for lists over a served shop: what they may say, and what the answer says of them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LorekeepError } from '@lorekeep/core';
import { makeWalks, openShop, type Shop, topicOf } from '@lorekeep/testing';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import type { Recommendations, RecommendRequest } from '../../src/engine/request-types.ts';
import { publish } from '../../src/publication/publish.ts';

const coded = (code: string) => (error: LorekeepError) => error.code === code;
const ids = ({ items }: Recommendations) => items.map(({ id }) => id);

describe('requests for lists', () => {
  let shop: Shop;
  let engine: Engine;
  before(async () => {
    // With these events the re-ranker is the best on validation, so every stage takes part.
    shop = await openShop('learn', makeWalks);
    engine = await openEngine(shop);
  });
  after(async () => {
    await engine?.close();
    await shop?.close();
  });
  const recommend = (request: RecommendRequest) => engine.recommend(request);

  /** All pages of a request. */
  async function pagesOf(request: RecommendRequest): Promise<Recommendations[]> {
    const pages = [await recommend(request)];
    for (let cursor = pages[0].cursor; cursor !== undefined; cursor = pages.at(-1)?.cursor)
      pages.push(await recommend({ ...request, cursor }));
    return pages;
  }

  describe('cursors', () => {
    test('pages are the list in slices, to its end', async () => {
      const request = { history: ['garden-1', 'garden-2'] };
      const whole = await recommend({ ...request, k: 1000 });
      assert.equal(whole.items.length, shop.items.length - 2);
      const pages = await pagesOf({ ...request, k: 7 });
      assert.deepEqual(pages.flatMap(ids), ids(whole));
      assert.equal(pages.at(-1)?.cursor, undefined);
    });

    test('no item comes twice and none is left out while the user goes on choosing', async () => {
      const request = { user: 'walker-0', k: 9 };
      let page = await recommend(request);
      const shown = ids(page);
      for (let step = 0; page.cursor !== undefined; step++) {
        if (step < 3) await engine.appendEvents([{ user: 'walker-0', item: page.items[step].id, type: 'purchase' }]);
        page = await recommend({ ...request, cursor: page.cursor });
        shown.push(...ids(page));
      }
      assert.equal(new Set(shown).size, shown.length);
      const [history] = await shop.store.histories(['walker-0'], 1000);
      const expected = shop.items.map(({ id }) => id).filter((id) => shown.includes(id) || !history.includes(id));
      assert.deepEqual(new Set(shown), new Set(expected));
    });

    test('one that was changed, or is of another request or version, is refused', async () => {
      const request = { history: ['garden-1'], k: 5, filter: { brand: 'Acme' } };
      const { cursor } = await recommend(request);
      assert.ok(cursor !== undefined);
      await recommend({ k: 3, withItems: true, filter: { brand: 'Acme' }, history: ['garden-1'], cursor });
      for (let at = 0; at < cursor.length; at += 9) {
        const changed = cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1);
        await assert.rejects(recommend({ ...request, cursor: changed }), coded('CURSOR_INVALID'));
      }
      for (const other of [{ history: ['garden-2'] }, { filter: { brand: 'Umbrella' } }, { includeHistory: true }])
        await assert.rejects(recommend({ ...request, ...other, cursor }), coded('CURSOR_INVALID'));
      await assert.rejects(engine.similar('garden-1', { k: 5, cursor }), coded('CURSOR_INVALID'));
      await assert.rejects(recommend({ ...request, cursor: 'garden' }), coded('CURSOR_INVALID'));
    });

    test('one of a version that is not served any more is refused, and a new list begins', async () => {
      const own = await openEngine(shop);
      const request = { history: ['garden-1'], k: 5 };
      const { cursor, version } = await own.recommend(request);
      await publish({ workspace: shop.workspace, bundleDir: shop.bundleDir, store: shop.store, encoder: shop.encoder });
      assert.ok(await own.reload());
      await assert.rejects(own.recommend({ ...request, cursor }), coded('CURSOR_EXPIRED'));
      const again = await own.recommend(request);
      assert.notEqual(again.version, version);
      assert.ok(again.cursor !== undefined);
      await own.recommend({ ...request, cursor: again.cursor });
      await own.close();
    });

    test('continue similar items too', async () => {
      const whole = await engine.similar('garden-3', { k: 1000 });
      const first = await engine.similar('garden-3', { k: 6 });
      const second = await engine.similar('garden-3', { k: 6, cursor: first.cursor });
      assert.deepEqual([...ids(first), ...ids(second)], ids(whole).slice(0, 12));
    });
  });

  describe('explanations', () => {
    test('parts add up to the score, history items to the weight of the linear model', async () => {
      const sources = new Set<string>();
      const requests: RecommendRequest[] = [
        { user: 'walker-3' },
        { history: ['garden-1', 'garden-2', 'music-4'] },
        { history: ['garden-1'], boosts: [{ filter: { brand: 'Acme' }, factor: 2, bonus: 0.1 }] },
        { history: [] },
      ];
      for (const request of requests) {
        const answer = await recommend({ ...request, k: 30, explain: true, newItems: { atMost: 1 } });
        const plain = await recommend({ ...request, k: 30, newItems: { atMost: 1 } });
        assert.deepEqual(ids(answer), ids(plain));
        sources.add(answer.source);
        for (const [at, { explain, score }] of answer.items.entries()) {
          assert.ok(explain !== undefined);
          const close = (a: number, b: number) =>
            assert.ok(Math.abs(a - b) < 1e-3 * Math.max(1, Math.abs(b)), `${a} ${b}`);
          const sum = explain.parts.reduce((total, { value }) => total + value, 0);
          close(sum, explain.score);
          close(explain.score + (explain.boost ?? 0), score);
          const given = explain.history.reduce((total, { weight }) => total + weight, 0);
          if (explain.linear !== undefined) close(given, explain.linear);
          if (at < 3 && answer.source === 'reranker')
            assert.deepEqual(
              explain.parts.map(({ name }) => name).filter((name) => name === 'place'),
              [],
            );
        }
      }
      assert.deepEqual([...sources].sort(), ['popularity', 'reranker']);
    });

    test('the weights of history items are those of the model, one by one', async () => {
      const history = ['garden-1', 'garden-2', 'garden-3'];
      const { items } = await recommend({ history, k: 5, explain: true });
      for (const { id, explain } of items)
        for (const [at, item] of history.entries()) {
          const found = explain?.history.find((one) => one.item === item)?.weight ?? 0;
          const alone = await recommend({ history: [item], k: 100, explain: true });
          const weight = alone.items.find((one) => one.id === id)?.explain?.linear ?? 0;
          if (found === 0 || weight === 0) continue;
          // The weights of older events fall by one factor.
          const newest = items[0].explain?.history.find((one) => one.item === 'garden-3')?.weight;
          assert.ok(at === 2 ? Math.abs(found - weight) < 1e-5 : found <= weight + 1e-5, `${id} ${item} ${newest}`);
        }
    });

    test('name the most similar texts of the history', async () => {
      const { items } = await recommend({ history: ['garden-1', 'music-1'], k: 10, explain: true });
      for (const { id, explain } of items) {
        const [best] = explain?.content ?? [];
        assert.equal(topicOf(best.item), topicOf(id));
        assert.ok(best.similarity > 0 && best.similarity <= 1.0001);
      }
      await assert.rejects(recommend({ history: [], k: 101, explain: true }), coded('REQUEST_INVALID'));
    });
  });

  test('fallbacks are named with their reason', async () => {
    const reasons = async (request: RecommendRequest) => (await recommend(request)).fallbacks;
    assert.deepEqual(await reasons({ user: 'nobody', k: 4 }), [{ reason: 'unknownUser', items: 4 }]);
    await engine.upsertUsers([{ id: 'silent' }]);
    assert.deepEqual(await reasons({ user: 'silent', k: 4 }), [{ reason: 'noHistory', items: 4 }]);
    assert.deepEqual(await reasons({ history: [], k: 4 }), [{ reason: 'noHistory', items: 4 }]);
    assert.deepEqual(await reasons({ history: ['gone'], k: 4 }), [{ reason: 'unknownItems', items: 4 }]);
    assert.equal(await reasons({ history: ['garden-1'], k: 4 }), undefined);
    assert.equal(await reasons({ user: 'nobody', k: 4, candidates: 'popularity' }), undefined);
    const few =
      (await reasons({ history: ['garden-1'], k: 20, filter: { price: { gte: 27 }, categories: 'music' } })) ?? [];
    assert.deepEqual(few.at(-1), { reason: 'fewPass', items: 17 });
    assert.ok(
      ((await reasons({ history: ['garden-1'], k: 100 })) ?? []).some(({ reason }) => reason === 'fewCandidates'),
    );
  });

  test('an item that is not for sale counts in histories and is in no list', async () => {
    const item = shop.items.find(({ id }) => id === 'garden-4');
    assert.ok(item !== undefined);
    await engine.upsertItems([{ ...item, fields: { ...item.fields, available: false } }]);
    const request = { history: ['garden-3', 'garden-4'], includeHistory: true, k: 1000 };
    const answer = await recommend(request);
    assert.equal(answer.items.length, shop.items.length - 1);
    assert.ok(!ids(answer).includes('garden-4') && ids(answer).includes('garden-3'));
    assert.deepEqual(answer.unknownItems, []);
    assert.ok(!ids(await engine.similar('garden-3', { k: 1000 })).includes('garden-4'));
    assert.ok((await engine.similar('garden-4')).items.length > 0);
    assert.ok(!ids(await recommend({ user: 'nobody', k: 1000 })).includes('garden-4'));
    await engine.upsertItems([item]);
    assert.ok(ids(await recommend(request)).includes('garden-4'));
  });

  test('candidates other than those of the model are the same for all', async () => {
    const newest = await recommend({ user: 'walker-1', candidates: 'newest', k: 3, includeHistory: true });
    assert.deepEqual(ids(newest), ids(await recommend({ user: 'nobody', candidates: 'newest', k: 3 })));
    assert.deepEqual(
      ids(newest),
      shop.items
        .slice(-3)
        .map(({ id }) => id)
        .reverse(),
    );
    assert.equal((await recommend({ user: 'walker-1', candidates: 'popularity', k: 3 })).source, 'popularity');
  });

  test('caps and boosts hold over the catalogue of the shop', async () => {
    const history = ['garden-1', 'garden-2'];
    const capped = await recommend({ history, k: 12, caps: [{ field: 'categories', atMost: 3 }], withItems: true });
    assert.equal(capped.items.length, 12);
    for (const [, own] of Map.groupBy(capped.items, ({ id }) => topicOf(id))) assert.equal(own.length, 3);
    const lifted = await recommend({ history, k: 12, boosts: [{ filter: { categories: 'music' }, bonus: 2 }] });
    assert.ok(lifted.items.every(({ id }) => topicOf(id) === 'music'));
    const byTags = await recommend({ history, k: 8, caps: [{ field: 'fields.tags', atMost: 1 }] });
    assert.deepEqual([byTags.items.length, byTags.fallbacks?.at(-1)?.reason], [1, 'fewPass'], 'all have one tag');
    const varied = await recommend({ history, k: 12, diversity: { lambda: 0.2 } });
    assert.ok(new Set(ids(varied).map(topicOf)).size > 1);
    assert.equal(ids(varied)[0], ids(await recommend({ history, k: 1 }))[0]);
  });

  test('similar items by behaviour, by content, or by both', async () => {
    await engine.upsertItems([{ id: 'late', title: 'garden hose compost', categories: ['garden'] }]);
    const content = await engine.similar('late', { by: 'content', k: 100, explain: true });
    assert.equal(content.source, 'content');
    for (const { score, explain } of content.items)
      assert.ok(Math.abs((explain?.content[0]?.similarity ?? 0) - score) < 1e-4, 'the cosine of the texts');
    for (let at = 1; at < content.items.length; at++) assert.ok(content.items[at - 1].score >= content.items[at].score);
    const before = content.items.find(({ id }) => id === 'music-2')?.score;
    await engine.upsertItems([{ id: 'music-2', title: 'garden hose compost', categories: ['garden'] }]);
    const moved = await engine.similar('late', { by: 'content', k: 100 });
    assert.notEqual(moved.items.find(({ id }) => id === 'music-2')?.score, before);
    const filtered = await engine.similar('late', { by: 'content', k: 5, filter: { brand: 'Acme' } });
    assert.deepEqual(
      ids(filtered),
      ids(moved)
        .filter((id) => shop.items.find((one) => one.id === id)?.brand === 'Acme' && id !== 'music-2')
        .slice(0, 5),
    );
    const behaviour = await engine.similar('garden-5', { by: 'behaviour', k: 1000 });
    assert.equal(behaviour.source, 'linear');
    assert.deepEqual(ids(await engine.similar('garden-5', { k: behaviour.items.length })), ids(behaviour));
    await engine.upsertItems(shop.items.filter(({ id }) => id === 'music-2'));
  });

  describe('scenarios', () => {
    test('are settings by name, which the request overrides, and versions never change', async () => {
      const first = await engine.putScenario('home', { k: 4, filter: { categories: 'garden' } });
      assert.deepEqual([first.name, first.version], ['home', 1]);
      const home = await recommend({ user: 'nobody', scenario: 'home' });
      assert.deepEqual([home.items.length, home.scenario], [4, { name: 'home', version: 1 }]);
      assert.ok(ids(home).every((id) => topicOf(id) === 'garden'));
      const own = await recommend({ user: 'nobody', scenario: 'home', k: 2, filter: { categories: 'music' } });
      assert.deepEqual([own.items.length, topicOf(ids(own)[0])], [2, 'music']);
      await engine.putScenario('home', { k: 6 });
      assert.equal((await recommend({ user: 'nobody', scenario: 'home' })).items.length, 6);
      assert.deepEqual(ids(await recommend({ user: 'nobody', scenario: 'home@1' })), ids(home));
      const similar = await engine.similar('garden-1', { scenario: 'home@1' });
      assert.ok(similar.items.length === 4 && ids(similar).every((id) => topicOf(id) === 'garden'));
      assert.deepEqual(
        (await engine.listScenarios()).map(({ name, version }) => [name, version]),
        [['home', 2]],
      );
      assert.deepEqual((await engine.getScenario('home', 1)).settings, first.settings);
    });

    test('survive a restart; a name, version or setting that cannot be is a coded error', async () => {
      const again = await openEngine(shop);
      assert.equal((await again.getScenario('home')).version, 2);
      await again.close();
      await assert.rejects(recommend({ user: 'u', scenario: 'cart' }), coded('SCENARIO_UNKNOWN'));
      await assert.rejects(recommend({ user: 'u', scenario: 'home@9' }), coded('SCENARIO_UNKNOWN'));
      await assert.rejects(recommend({ user: 'u', scenario: '../x' }), coded('REQUEST_INVALID'));
      await assert.rejects(engine.putScenario('a b', {}), coded('REQUEST_INVALID'));
      await assert.rejects(engine.putScenario('cart', { user: 'u' } as never), coded('REQUEST_INVALID'));
      await assert.rejects(engine.deleteScenario('cart'), coded('SCENARIO_UNKNOWN'));
    });

    test('keep 20 versions, and count on after a deletion', async () => {
      for (let k = 1; k <= 25; k++) await engine.putScenario('mail', { k });
      assert.equal((await engine.getScenario('mail', 6)).settings.k, 6);
      await assert.rejects(engine.getScenario('mail', 5), coded('SCENARIO_UNKNOWN'));
      await engine.deleteScenario('mail');
      await assert.rejects(engine.getScenario('mail'), coded('SCENARIO_UNKNOWN'));
      assert.equal((await engine.putScenario('mail', {})).version, 26);
    });
  });
});
