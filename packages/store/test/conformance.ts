/**
 * What every store adapter must do, run by each adapter's own test. The factory opens an empty store; `reopen` closes and opens the same
 * data again; `another` is a second, independent connection to it (absent where the adapter cannot have one).
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sha256 } from '@lorekeep/core';
import { type Event, fingerprintOf, type ImportRecord, type Item, type Store } from '../src/index.ts';

export interface StoreUnderTest {
  store: Store;
  reopen?: () => Promise<Store>;
  another?: () => Promise<Store>;
  /** Closes whatever is open and removes the data. */
  dispose: () => Promise<void>;
}

const at = (user: string, item: string, timestamp: number, type = 'view'): Event => ({ user, item, type, timestamp });
const code = (expected: string) => (error: unknown) => {
  assert.equal((error as { code?: string }).code, expected, String(error));
  return true;
};
const collect = async <T>(batches: AsyncIterable<T[]>) => (await Array.fromAsync(batches)).flat();
const record = (fingerprint: string, contents: string[] = []): ImportRecord => ({
  fingerprint,
  files: ['a.csv'],
  contents,
  items: 1,
  events: 1,
  ordinals: fingerprint === 'f1',
  skipped: 2,
  at: 17.5,
});

export function storeConformance(name: string, open: () => Promise<StoreUnderTest>): void {
  const check = (title: string, run: (under: StoreUnderTest) => Promise<void>) =>
    test(title, async () => {
      const under = await open();
      try {
        await run(under);
      } finally {
        await under.dispose();
      }
    });

  describe(`store conformance: ${name}`, () => {
    check('an empty store answers everything', async ({ store }) => {
      assert.deepEqual(await store.counts(), { items: 0, users: 0, events: 0 });
      assert.deepEqual(await store.getItems(['x']), [undefined]);
      assert.deepEqual(await store.histories(['x'], 3), [[]]);
      assert.deepEqual(await collect(store.items()), []);
      assert.deepEqual(await collect(store.events()), []);
      const corpus = await store.interactionLog();
      assert.deepEqual([...corpus.offsets], [0]);
      assert.deepEqual(await store.imports(), []);
      assert.deepEqual(await store.embeddingModels(), []);
      assert.deepEqual(await store.getEmbeddings('m', []), { dim: 0, vectors: new Float32Array(0) });
      assert.equal(await store.getSetting('x'), undefined);
      await store.upsertItems([]);
      await store.appendEvents([]);
      await store.putEmbeddings('m', 4, [], new Float32Array(0));
    });

    check('items come back exactly, in the order asked; unknown ids are undefined', async ({ store }) => {
      const full: Item = {
        id: 'ключ-🗝️ "quoted"',
        title: "l'été\u0000\n",
        brand: '',
        categories: ['дом', '家', ''],
        description: 'x'.repeat(100_000),
        price: 0.1 + 0.2,
        fields: { color: 'red', year: 1999, sold: false, sizes: ['S', 'M'], none: [] },
      };
      const bare: Item = { id: '𝒜'.repeat(256) };
      await store.upsertItems([full, bare, { id: 'c', categories: [] }]);
      assert.deepEqual(await store.getItems([bare.id, 'unknown', full.id, full.id]), [bare, undefined, full, full]);
      assert.deepEqual(await collect(store.items({ batchSize: 2 })), [full, bare, { id: 'c', categories: [] }]);
    });

    check('an upsert replaces an item as a whole and keeps its row', async ({ store }) => {
      await store.upsertItems([{ id: 'a', title: 'A', price: 1 }, { id: 'b' }]);
      await store.upsertItems([{ id: 'c' }, { id: 'a', brand: 'old' }, { id: 'a', brand: 'new' }]);
      assert.deepEqual(await collect(store.items()), [{ id: 'a', brand: 'new' }, { id: 'b' }, { id: 'c' }]);
      assert.deepEqual((await store.interactionLog()).itemIds, ['a', 'b', 'c']);
    });

    check('a batch with one bad item or event leaves nothing behind', async ({ store }) => {
      await store.upsertItems([{ id: 'a' }]);
      const bad: unknown[] = [
        { id: '' },
        { id: 'x'.repeat(257) },
        { id: 5 },
        {},
        null,
        { id: '\ud800' },
        { id: 'b', price: Number.NaN },
        { id: 'b', categories: 'x' },
        { id: 'b', fields: { deep: {} } },
        { id: 'b', title: 7 },
      ];
      for (const item of bad) {
        await assert.rejects(store.upsertItems([{ id: 'good' }, item as Item]), code('ITEM_INVALID'));
      }
      const badEvents: unknown[] = [
        { ...at('u', 'a', 1), user: '' },
        { ...at('u', 'a', 1), type: '' },
        at('u', 'a', Number.POSITIVE_INFINITY),
        { ...at('u', 'a', 1), rating: Number.NaN },
        { ...at('u', 'a', 1), position: -1 },
        { ...at('u', 'a', 1), position: 0.5 },
        { ...at('u', 'a', 1), surface: 3 },
        { user: 'u', item: 'a', type: 'view' },
      ];
      for (const event of badEvents) {
        await assert.rejects(store.appendEvents([at('u', 'a', 1), event as Event]), code('EVENT_INVALID'));
      }
      await assert.rejects(store.appendEvents([at('u', 'a', 1), at('v', 'nope', 1)]), (error) => {
        code('EVENT_UNKNOWN_ITEM')(error);
        assert.deepEqual((error as { details?: object }).details, { index: 1, item: 'nope' });
        return true;
      });
      assert.deepEqual(await store.counts(), { items: 1, users: 0, events: 0 });
    });

    check('events come back exactly, in order of arrival, also by type', async ({ store }) => {
      await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
      const events: Event[] = [
        { ...at('ü', 'b', 5.25, 'purchase'), rating: 4.5, surface: 'home', session: 's1', position: 0 },
        at('v', 'a', -3),
        at('ü', 'a', 1e15, 'impression'),
        at('v', 'a', -3),
      ];
      await store.appendEvents(events.slice(0, 1));
      await store.appendEvents(events.slice(1));
      assert.deepEqual(await collect(store.events({ batchSize: 3 })), events);
      assert.deepEqual(await collect(store.events({ types: ['view', 'never'], batchSize: 1 })), [events[1], events[3]]);
      assert.deepEqual(await collect(store.events({ types: [] })), []);
      assert.deepEqual(await store.counts(), { items: 2, users: 2, events: 4 });
    });

    check(
      'a history is the last items oldest first, by time then arrival, without passive events',
      async ({ store }) => {
        await store.upsertItems(['a', 'b', 'c', 'd'].map((id) => ({ id })));
        await store.appendEvents([at('u', 'c', 3), at('u', 'a', 1), at('u', 'b', 1), at('u', 'd', 2, 'impression')]);
        await store.appendEvents([at('u', 'a', 3), at('v', 'd', 9, 'impression')]);
        assert.deepEqual(await store.histories(['u', 'who', 'v', 'u'], 10), [
          ['a', 'b', 'c', 'a'],
          [],
          [],
          ['a', 'b', 'c', 'a'],
        ]);
        assert.deepEqual(await store.histories(['u'], 2), [['c', 'a']]);
        assert.deepEqual(await store.histories(['u'], 0), [[]]);
        await assert.rejects(store.histories(['u'], -1), code('STORE_ARGUMENT'));
      },
    );

    check('the corpus holds what a plain loop over all events finds', async ({ store }) => {
      const items = Array.from({ length: 50 }, (_, i) => ({ id: `i${i}` }));
      await store.upsertItems(items);
      const events: Event[] = [];
      let seed = 7;
      const random = (bound: number) => (seed = (seed * 48271) % 2147483647) % bound;
      for (let i = 0; i < 10_000; i++) {
        const type = random(5) === 0 ? 'impression' : 'view';
        events.push(at(`u${random(300)}`, `i${random(50)}`, random(40), type));
      }
      for (let i = 0; i < events.length; i += 999) await store.appendEvents(events.slice(i, i + 999));

      const corpus = await store.interactionLog();
      const users = [...new Set(events.map((event) => event.user))];
      assert.deepEqual(corpus.userIds, users);
      assert.deepEqual(
        corpus.itemIds,
        items.map((item) => item.id),
      );
      for (let u = 0; u < users.length; u++) {
        const expected = events
          .filter((event) => event.user === users[u] && event.type !== 'impression')
          .sort((a, b) => a.timestamp - b.timestamp);
        const from = corpus.offsets[u];
        const to = corpus.offsets[u + 1];
        assert.deepEqual(
          [...corpus.items.subarray(from, to)].map((row) => corpus.itemIds[row]),
          expected.map((e) => e.item),
        );
        assert.deepEqual(
          [...corpus.timestamps.subarray(from, to)],
          expected.map((e) => e.timestamp),
        );
      }
      assert.equal(corpus.items.length, events.filter((event) => event.type !== 'impression').length);
      assert.equal(corpus.fingerprint, fingerprintOf(corpus));
      assert.equal((await store.interactionLog()).fingerprint, corpus.fingerprint);
      await store.appendEvents([at('u1', 'i1', 99, 'impression')]);
      assert.equal((await store.interactionLog()).fingerprint, corpus.fingerprint);
      await store.appendEvents([at('u1', 'i1', 99)]);
      assert.notEqual((await store.interactionLog()).fingerprint, corpus.fingerprint);
    });

    check('an import is seen at its end, not before, and is remembered', async ({ store }) => {
      await store.upsertItems([{ id: 'old' }]);
      await store.importAll(record('f1'), async (transaction) => {
        transaction.putItems([{ id: 'new' }]);
        await new Promise((resolve) => setTimeout(resolve, 20));
        transaction.putEvents([at('u', 'new', 1), at('u', 'old', 2)]);
        assert.deepEqual(await store.counts(), { items: 1, users: 0, events: 0 });
        assert.deepEqual(await store.getItems(['new']), [undefined]);
      });
      assert.deepEqual(await store.histories(['u'], 9), [['new', 'old']]);
      assert.deepEqual(await store.imports(), [record('f1')]);
      await assert.rejects(
        store.importAll(record('f1'), async (transaction) => transaction.putItems([{ id: 'twice' }])),
        code('IMPORT_REPEATED'),
      );
      assert.deepEqual(await store.counts(), { items: 2, users: 1, events: 2 });
    });

    check('a content is added by one import only', async ({ store }) => {
      const put = (name: string, contents: string[]) =>
        store.importAll(record(name, contents), async (transaction) => transaction.putItems([{ id: name }]));
      await put('f1', ['z', 'b']);
      await assert.rejects(put('f2', ['c', 'b']), code('IMPORT_REPEATED'));
      await assert.rejects(put('f3', ['d', 'd']), code('IMPORT_REPEATED'));
      await put('f4', ['c']);
      assert.deepEqual(await store.imports(), [record('f1', ['z', 'b']), record('f4', ['c'])]);
      assert.deepEqual(await store.getItems(['f1', 'f2', 'f3', 'f4']), [
        { id: 'f1' },
        undefined,
        undefined,
        { id: 'f4' },
      ]);
    });

    check('an import that throws leaves nothing, also when fill swallows a failed put', async ({ store }) => {
      const failure = new Error('enough');
      await assert.rejects(
        store.importAll(record('f1'), async (transaction) => {
          transaction.putItems([{ id: 'a' }]);
          await null;
          transaction.putEvents([at('u', 'a', 1)]);
          throw failure;
        }),
        (error) => error === failure,
      );
      await assert.rejects(
        store.importAll(record('f1'), async (transaction) => {
          transaction.putItems([{ id: 'a' }]);
          try {
            transaction.putEvents([at('u', 'a', 1), at('u', 'missing', 1)]);
          } catch {}
        }),
        code('EVENT_UNKNOWN_ITEM'),
      );
      let late: (() => void) | undefined;
      await store.importAll(record('f2'), async (transaction) => {
        late = () => transaction.putItems([{ id: 'late' }]);
      });
      assert.throws(late!, code('IMPORT_OVER'));
      assert.deepEqual(await store.counts(), { items: 0, users: 0, events: 0 });
      assert.deepEqual(await store.imports(), [record('f2')]);
    });

    check('writes called during an import wait for it and are all kept', async ({ store }) => {
      await store.upsertItems([{ id: 'a' }]);
      let writes: Promise<unknown>[] = [];
      await store.importAll(record('f'), async (transaction) => {
        transaction.putItems([{ id: 'b' }]);
        writes = [
          store.appendEvents([at('u', 'a', 1)]),
          store.appendEvents([at('u', 'a', 2)]),
          store.setSetting('k', 1),
          store.appendEvents([at('u', 'b', 3)]).catch((error) => error),
        ];
        await new Promise((resolve) => setTimeout(resolve, 40));
        transaction.putEvents([at('w', 'b', 1)]);
      });
      await Promise.all(writes);
      const times = (await collect(store.events()))
        .filter((event) => event.user === 'u')
        .map((event) => event.timestamp);
      assert.deepEqual(times.slice(0, 2), [1, 2]);
      assert.equal(await store.getSetting('k'), 1);
    });

    check('embeddings come back bit for bit; the first one put stays', async ({ store }) => {
      const hashes = Array.from({ length: 300 }, (_, i) => sha256(`text ${i}`));
      const vectors = new Float32Array(300 * 7).map((_, i) => Math.fround(Math.sin(i) * 10 ** ((i % 60) - 30)));
      vectors[3] = Number.NaN;
      vectors[4] = -0;
      const odd = new Float32Array(new ArrayBuffer(4 + vectors.byteLength), 4);
      odd.set(vectors);
      assert.deepEqual(await store.missingEmbeddings('m', [hashes[1], hashes[0], hashes[1]]), [hashes[1], hashes[0]]);
      await store.putEmbeddings('m', 7, hashes, odd);
      await store.putEmbeddings('m', 7, [hashes[0]], new Float32Array(7).fill(9));
      await store.putEmbeddings('other', 2, [hashes[0]], Float32Array.of(1, 2));
      const order = [299, 0, 17, 0];
      const read = await store.getEmbeddings(
        'm',
        order.map((i) => hashes[i]),
      );
      assert.equal(read.dim, 7);
      const bits = (array: Float32Array) => [...new Uint32Array(array.slice().buffer)];
      assert.deepEqual(
        bits(read.vectors),
        order.flatMap((i) => bits(vectors.subarray(i * 7, i * 7 + 7))),
      );
      const unknown = sha256('unknown');
      assert.deepEqual(await store.missingEmbeddings('m', [unknown, hashes[5], unknown]), [unknown]);
      assert.deepEqual(await store.embeddingModels(), [
        { model: 'm', dim: 7, texts: 300 },
        { model: 'other', dim: 2, texts: 1 },
      ]);
      await assert.rejects(store.getEmbeddings('m', [hashes[0], unknown]), (error) => {
        code('EMBEDDING_MISSING')(error);
        assert.match((error as Error).message, /1 of 2/);
        return true;
      });
      await assert.rejects(store.getEmbeddings('never', [hashes[0]]), code('EMBEDDING_MISSING'));
      await assert.rejects(store.putEmbeddings('m', 8, [unknown], new Float32Array(8)), code('EMBEDDING_WIDTH'));
      await assert.rejects(store.putEmbeddings('m', 7, [unknown], new Float32Array(6)), code('STORE_ARGUMENT'));
      await assert.rejects(store.putEmbeddings('m', 7, ['xyz'], new Float32Array(7)), code('STORE_ARGUMENT'));
    });

    check('settings hold any JSON and are replaced', async ({ store }) => {
      await store.setSetting('model', { version: 'v1', list: [1, null, 'ü'] });
      assert.deepEqual(await store.getSetting('model'), { version: 'v1', list: [1, null, 'ü'] });
      await store.setSetting('model', null);
      assert.equal(await store.getSetting('model'), null);
      await assert.rejects(store.setSetting('model', undefined), code('STORE_ARGUMENT'));
    });

    check('after close every call fails with a code, and a second close does nothing', async ({ store }) => {
      await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
      const open = store.items({ batchSize: 1 })[Symbol.asyncIterator]();
      await open.next();
      const pending = store.upsertItems([{ id: 'c' }]);
      await store.close();
      await store.close();
      await pending;
      await assert.rejects(store.counts(), code('STORE_CLOSED'));
      await assert.rejects(store.upsertItems([{ id: 'd' }]), code('STORE_CLOSED'));
      await assert.rejects(
        store.importAll(record('f'), async () => {}),
        code('STORE_CLOSED'),
      );
      await assert.rejects(open.next(), code('STORE_CLOSED'));
    });

    check('what was written is there when the store is opened again', async ({ store, reopen }) => {
      if (reopen === undefined) return;
      await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
      await store.appendEvents([at('u', 'b', 1)]);
      const { fingerprint } = await store.interactionLog();
      const again = await reopen();
      assert.equal((await again.interactionLog()).fingerprint, fingerprint);
      await again.upsertItems([{ id: 'c' }]);
      assert.deepEqual((await again.interactionLog()).itemIds, ['a', 'b', 'c']);
    });

    check('two connections write at once and lose nothing', async ({ store, another }) => {
      if (another === undefined) return;
      const second = await another();
      await store.upsertItems([{ id: 'a' }]);
      assert.deepEqual(await second.getItems(['a']), [{ id: 'a' }]);
      const writes = [];
      for (let i = 0; i < 100; i++) {
        writes.push(store.appendEvents([at(`one${i % 7}`, 'a', i)]), second.appendEvents([at(`two${i % 7}`, 'a', i)]));
      }
      await Promise.all(writes);
      assert.deepEqual(await store.counts(), { items: 1, users: 14, events: 200 });
      assert.deepEqual(await second.counts(), await store.counts());
      await store.importAll(record('one'), async (transaction) => {
        transaction.putItems([{ id: 'b' }]);
        assert.deepEqual(await second.getItems(['b']), [undefined]);
        const waiting = second.appendEvents([at('late', 'a', 1)]);
        await new Promise((resolve) => setTimeout(resolve, 30));
        waiting.catch(() => {});
      });
      await second.appendEvents([at('later', 'b', 2)]);
      assert.equal((await second.counts()).events, 202);
    });

    check('a hundred thousand events go in and come out', async ({ store }) => {
      const count = 100_000;
      await store.importAll(record('big'), async (transaction) => {
        transaction.putItems(Array.from({ length: 1000 }, (_, i) => ({ id: `item ${i}` })));
        for (let from = 0; from < count; from += 10_000) {
          const batch = Array.from({ length: 10_000 }, (_, i) =>
            at(`user ${(from + i) % 5003}`, `item ${((from + i) * 31) % 1000}`, from + i),
          );
          transaction.putEvents(batch);
        }
      });
      const corpus = await store.interactionLog();
      assert.equal(corpus.items.length, count);
      assert.equal(corpus.userIds.length, 5003);
      let sum = 0;
      for (const row of corpus.items) sum += row;
      assert.equal(sum, (count / 1000) * ((999 * 1000) / 2));
    });
  });
}
