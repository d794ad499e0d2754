import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LorekeepError } from '@lorekeep/core';
import { makeEvents, openShop, type Shop, TOPIC_NAMES, topicOf } from '@lorekeep/testing';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import { publish } from '../../src/publication/publish.ts';

const coded = (code: string) => (error: LorekeepError) => error.code === code;

for (const preset of ['learn', 'linear'] as const)
  describe(`engine, ${preset}`, () => {
    let shop: Shop;
    let engine: Engine;
    before(async () => {
      shop = await openShop(preset);
      engine = await openEngine(shop);
    });
    after(async () => {
      await engine?.close();
      await shop?.close();
    });
    const ids = (answer: { items: { id: string }[] }) => answer.items.map(({ id }) => id);

    test('recommends a user what fits the history, without the history', async () => {
      for (let user = 0; user < TOPIC_NAMES.length; user++) {
        const [history] = await shop.store.histories([`user-${user}`], 100);
        const answer = await engine.recommend({ user: `user-${user}`, k: 5 });
        assert.equal(answer.source, 'linear');
        assert.equal(answer.version, engine.stats().version);
        assert.equal(answer.items.length, 5);
        assert.deepEqual([...new Set(ids(answer).map(topicOf))], [TOPIC_NAMES[user]]);
        assert.ok(ids(answer).every((id) => !history.includes(id)));
        for (let at = 1; at < 5; at++) assert.ok(answer.items[at - 1].score >= answer.items[at].score);
      }
    });

    test('recommends the history too where that is asked for', async () => {
      const history = ['garden-0', 'garden-1', 'garden-2'];
      const without = await engine.recommend({ history, k: 1000 });
      const included = await engine.recommend({ history, k: 1000, includeHistory: true });
      assert.equal(without.items.length, shop.items.length - 3);
      assert.equal(included.items.length, shop.items.length);
      assert.ok(history.every((id) => ids(included).includes(id) && !ids(without).includes(id)));
    });

    test('gives ten where k is not said, and all that pass where k is larger', async () => {
      assert.equal((await engine.recommend({ user: 'user-0' })).items.length, 10);
      const filter = { categories: 'kitchen', brand: 'Acme' };
      assert.equal((await engine.recommend({ user: 'user-0', k: 1000, filter })).items.length, 10);
      assert.equal((await engine.similar('garden-1', { k: 1000 })).items.length, shop.items.length - 1);
    });

    test('an unknown user, an empty history, and one of unknown items get what is popular, and are told so', async () => {
      const users = new Map<string, Set<string>>();
      for (const { item, user, type } of makeEvents(shop.items))
        if (type !== 'impression') users.set(item, (users.get(item) ?? new Set()).add(user));
      const expected = Array.from(users.values(), ({ size }) => size)
        .sort((a, b) => b - a)
        .slice(0, 10);
      for (const request of [{ user: 'nobody' }, { history: [] }, { history: ['gone-1', 'gone-2'] }]) {
        const answer = await engine.recommend(request);
        assert.equal(answer.source, 'popularity');
        assert.equal(answer.items[0].id, 'music-7');
        assert.deepEqual(
          answer.items.map(({ score }) => score),
          expected,
        );
        assert.deepEqual(answer.unknownItems, request.history ?? []);
      }
      const cheap = await engine.recommend({ user: 'nobody', filter: { price: { max: 5 } }, exclude: ['music-3'] });
      assert.ok(ids(cheap).every((id) => Number(id.split('-')[1]) <= 5 && id !== 'music-3'));
    });

    test('ignores unknown items of a history and names them', async () => {
      const answer = await engine.recommend({ history: ['bicycle-1', 'gone', 'bicycle-2'], k: 5 });
      const plain = await engine.recommend({ history: ['bicycle-1', 'bicycle-2'], k: 5 });
      assert.deepEqual(answer.unknownItems, ['gone']);
      assert.deepEqual(answer.items, plain.items);
      assert.equal(answer.source, 'linear');
    });

    test('leaves out what is excluded, unknown ids included without harm', async () => {
      const first = ids(await engine.recommend({ user: 'user-1', k: 10 }));
      const rest = ids(await engine.recommend({ user: 'user-1', k: 10, exclude: [...first.slice(0, 5), 'gone'] }));
      assert.deepEqual(rest.slice(0, 5), first.slice(5));
      assert.equal(rest.length, 10);
    });

    test('filters by brand, category, price range and fields, all of them together', async () => {
      const cases: [object, (n: number, topic: string) => boolean][] = [
        [{ brand: 'Acme' }, (n) => n % 3 === 0],
        [{ brand: ['Acme', 'Umbrella'] }, () => true],
        [{ brand: ['Nobody'] }, () => false],
        [{ categories: 'garden' }, (_, topic) => topic === 'garden'],
        [{ categories: ['garden', 'music'] }, (_, topic) => topic === 'garden' || topic === 'music'],
        [{ price: { min: 10, max: 12 } }, (n) => n >= 10 && n <= 12],
        [{ price: 4 }, (n) => n === 4],
        [{ fields: { colour: 'red' } }, (n) => n % 2 === 0],
        [{ fields: { inStock: false } }, (n) => n % 5 === 0],
        [{ fields: { tags: 'tag1' } }, (n) => n % 4 === 1],
        [{ fields: { tags: ['tag1', 'tag2'] } }, (n) => n % 4 === 1 || n % 4 === 2],
        [{ fields: { missing: 'x' } }, () => false],
        [{ fields: { constructor: 'x' } }, () => false],
        [{ fields: { colour: { min: 0 } } }, () => false],
        [{ brand: 'Acme', price: { min: 5 }, fields: { colour: 'blue' } }, (n) => n % 3 === 0 && n >= 5 && n % 2 === 1],
      ];
      const history = ['garden-0'];
      for (const [filter, passes] of cases) {
        const answer = await engine.recommend({ history, k: 1000, filter, includeHistory: true });
        const expected = shop.items.filter(({ id }) => passes(Number(id.split('-')[1]), topicOf(id)));
        assert.deepEqual(new Set(ids(answer)), new Set(expected.map(({ id }) => id)), JSON.stringify(filter));
      }
    });

    test('finds similar items, not the item itself', async () => {
      for (const topic of TOPIC_NAMES) {
        const answer = await engine.similar(`${topic}-5`, { k: 5 });
        assert.equal(answer.items.length, 5);
        assert.ok(!ids(answer).includes(`${topic}-5`));
        assert.deepEqual([...new Set(ids(answer).map(topicOf))], [topic]);
      }
      await assert.rejects(engine.similar('gone'), coded('ITEM_NOT_FOUND'));
    });

    test('gives the items themselves where that is asked for', async () => {
      const answer = await engine.recommend({ user: 'user-2', k: 3, withItems: true });
      for (const { id, item } of answer.items) {
        assert.deepEqual(
          item,
          shop.items.find((stored) => stored.id === id),
        );
      }
      assert.equal((await engine.recommend({ user: 'user-2', k: 3 })).items[0].item, undefined);
    });

    test('what cannot be asked is a coded error that names the place', async () => {
      const bad: [unknown, string][] = [
        [{ user: 'u', k: 0 }, 'k'],
        [{ user: 'u', k: 1001 }, 'k'],
        [{ user: 'u', k: 1.5 }, 'k'],
        [{}, 'user'],
        [{ user: 'u', history: [] }, 'user'],
        [{ user: 'u', colour: 'red' }, ''],
        [{ history: ['a', 7] }, 'history/1'],
        [{ history: Array(1001).fill('a') }, 'history'],
        [{ user: 'u', filter: { price: {} } }, 'filter/price'],
        [{ user: 'u', filter: { titel: 'x' } }, 'filter'],
      ];
      for (const [request, path] of bad) {
        await assert.rejects(engine.recommend(request as never), (error: LorekeepError) => {
          assert.equal(error.code, 'REQUEST_INVALID');
          assert.equal(
            (error.details.issues as { path: string }[])[0].path,
            path,
            JSON.stringify(request).slice(0, 80),
          );
          return true;
        });
      }
    });

    test('a new item is retrievable by its text as soon as its upsert resolves', async () => {
      const item = { id: 'new-1', title: 'garden spade seed hose', categories: ['Shop', 'garden'] };
      const before = engine.stats();
      const { upserted, encoded } = await engine.upsertItems([item]);
      assert.deepEqual([upserted, encoded], [1, 1]);
      assert.equal(engine.stats().indexed, before.indexed + 1);
      assert.ok(ids(await engine.recommend({ history: ['garden-0', 'garden-1'], k: 40 })).includes('new-1'));
      assert.deepEqual([...new Set(ids(await engine.similar('new-1', { k: 5 })).map(topicOf))], ['garden']);
      assert.deepEqual(await engine.getItem('new-1'), { item, retrievable: true });
    });

    test('a changed text moves an item, a changed price only its facts', async () => {
      await engine.upsertItems([{ id: 'new-2', title: 'garden spade compost', categories: ['garden'], price: 7 }]);
      assert.equal(topicOf(ids(await engine.similar('new-2', { k: 1 }))[0]), 'garden');
      const again = await engine.upsertItems([
        { id: 'new-2', title: 'wrong', price: 1 },
        { id: 'new-2', title: 'music guitar violin', categories: ['music'], price: 8 },
      ]);
      assert.deepEqual([again.upserted, again.encoded], [1, 1]);
      assert.equal(topicOf(ids(await engine.similar('new-2', { k: 1 }))[0]), 'music');
      const priced = { id: 'new-2', title: 'music guitar violin', categories: ['music'], price: 999 };
      assert.equal((await engine.upsertItems([priced])).encoded, 0);
      const filter = { price: { min: 999 } };
      assert.deepEqual(ids(await engine.recommend({ user: 'user-3', filter })), ['new-2']);
    });

    test('an item without any text that the towers do not know is stored, and not recommended to anybody', async () => {
      await engine.upsertItems([{ id: 'mute', price: 12345 }]);
      assert.deepEqual(await engine.getItem('mute'), { item: { id: 'mute', price: 12345 }, retrievable: false });
      const filter = { price: 12345 };
      assert.deepEqual(ids(await engine.recommend({ user: 'user-3', filter })), []);
      assert.equal((await engine.similar('mute')).source, 'popularity');
      await engine.upsertItems([{ id: 'mute', title: 'music drum', price: 12345 }]);
      assert.deepEqual(ids(await engine.recommend({ user: 'user-3', filter })), ['mute']);
      await engine.upsertItems([{ id: 'mute', price: 12345 }]);
      assert.deepEqual(ids(await engine.recommend({ user: 'user-3', filter })), []);
    });

    test('an event counts in the next recommendation; an impression does not', async () => {
      assert.equal((await engine.recommend({ user: 'newcomer' })).source, 'popularity');
      await engine.appendEvents([{ user: 'newcomer', item: 'bicycle-4', type: 'impression' }]);
      assert.equal((await engine.recommend({ user: 'newcomer' })).source, 'popularity');
      await engine.appendEvents([{ user: 'newcomer', item: 'bicycle-4' }]);
      const answer = await engine.recommend({ user: 'newcomer', k: 5 });
      assert.equal(answer.source, 'linear');
      assert.deepEqual([...new Set(ids(answer).map(topicOf))], ['bicycle']);
      assert.ok(!ids(answer).includes('bicycle-4'));
    });

    test('events of an unknown item are refused as a whole', async () => {
      const { events } = await shop.store.counts();
      const batch = [
        { user: 'x', item: 'garden-1' },
        { user: 'x', item: 'gone' },
      ];
      await assert.rejects(engine.appendEvents(batch), coded('EVENT_UNKNOWN_ITEM'));
      assert.equal((await shop.store.counts()).events, events);
    });

    test('a time in milliseconds is told by its size; one that no event can have is refused', async () => {
      const { events } = await shop.store.counts();
      const event = { user: 'x', item: 'garden-1', timestamp: 1_764_500_000_000 };
      for (const timestamp of [event.timestamp * 5, 12, 'yesterday']) {
        await assert.rejects(engine.appendEvents([{ ...event, timestamp }]), (error: LorekeepError) => {
          assert.match(error.message, /between 1990 and tomorrow/);
          return error.code === 'REQUEST_INVALID';
        });
      }
      assert.equal((await shop.store.counts()).events, events);
      await engine.appendEvents([event]);
      const filter = { user: 'x', after: event.timestamp / 1000, before: event.timestamp / 1000 + 1 };
      assert.equal((await shop.store.deleteEvents(filter)).events, 1);
    });

    test('reads and writes at the same time all come out right', async () => {
      const writes = Array.from({ length: 20 }, (_, n) =>
        engine.upsertItems([{ id: `many-${n}`, title: `kitchen pan ${n}` }]),
      );
      const reads = Array.from({ length: 100 }, (_, n) => engine.recommend({ user: `user-${n % 80}`, k: 5 }));
      for (const { items } of await Promise.all(reads)) assert.equal(items.length, 5);
      await Promise.all(writes);
      for (let n = 0; n < 20; n++) assert.equal((await engine.getItem(`many-${n}`)).retrievable, true);
    });

    test('too many waiting writes are refused, and nothing of them is written', async () => {
      const narrow = await openEngine({ ...shop, maxPendingWrites: 2 });
      const writes = ['a', 'b', 'c'].map((id) =>
        narrow.upsertItems([{ id: `narrow-${id}`, title: `garden hose ${id}` }]),
      );
      const results = await Promise.allSettled(writes);
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'fulfilled', 'rejected'],
      );
      assert.equal((results[2] as PromiseRejectedResult).reason.code, 'ENGINE_BUSY');
      assert.deepEqual(await shop.store.getItems(['narrow-c']), [undefined]);
      await narrow.close();
    });

    test('opened again, it knows all that was upserted and all that happened since the publication', async () => {
      const again = await openEngine(shop);
      assert.equal(again.stats().version, engine.stats().version);
      assert.ok(again.stats().folded > 0);
      assert.equal((await again.getItem('new-1')).retrievable, true);
      for (const request of [{ user: 'user-0' }, { user: 'newcomer' }, { user: 'nobody' }, { history: ['new-2'] }]) {
        const [one, other] = [await engine.recommend(request), await again.recommend(request)];
        assert.deepEqual(
          one.items.filter(({ id }) => !id.startsWith('narrow')).slice(0, 5),
          other.items.filter(({ id }) => !id.startsWith('narrow')).slice(0, 5),
        );
      }
      await again.close();
    });

    test('switches to a new publication without dropping a request', async () => {
      const old = engine.stats().version;
      assert.equal(await engine.reload(), false);
      await publish(shop);
      let stop = false;
      let answered = 0;
      const asking = (async () => {
        while (!stop) {
          const answers = await Promise.all(
            ['user-0', 'user-1', 'user-2'].map((user) => engine.recommend({ user, k: 5 })),
          );
          for (const { items } of answers) assert.equal(items.length, 5);
          answered += answers.length;
          await new Promise(setImmediate);
        }
      })();
      assert.equal(await engine.reload(), true);
      stop = true;
      await asking;
      assert.ok(answered > 0);
      const { version, folded } = engine.stats();
      assert.notEqual(version, old);
      assert.equal(folded, 0);
      assert.equal((await engine.recommend({ user: 'user-0' })).version, version);
    });

    test('closed, it says so', async () => {
      const other = await openEngine(shop);
      await other.close();
      await other.close();
      await assert.rejects(other.recommend({ user: 'user-0' }), coded('ENGINE_CLOSED'));
      await assert.rejects(other.appendEvents([]), coded('ENGINE_CLOSED'));
    });
  });
