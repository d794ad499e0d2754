/** What holds for the store as a whole: empty, settings, closed, reopened, two connections. */
import assert from 'node:assert/strict';
import { at, type Check, code, collect, record } from './support.ts';

export function lifecycleChecks(check: Check): void {
  check('an empty store answers everything', async ({ store }) => {
    assert.deepEqual(await store.counts(), { items: 0, users: 0, events: 0 });
    assert.deepEqual(await store.getItems(['x']), [undefined]);
    assert.deepEqual(await store.histories(['x'], 3), [[]]);
    assert.deepEqual(await collect(store.items()), []);
    assert.deepEqual(await collect(store.events()), []);
    const log = await store.interactionLog();
    assert.deepEqual([...log.offsets], [0]);
    assert.deepEqual(await store.imports(), []);
    assert.deepEqual(await store.embeddingModels(), []);
    assert.deepEqual(await store.getEmbeddings('m', []), { dim: 0, vectors: new Float32Array(0) });
    assert.equal(await store.getSetting('x'), undefined);
    await store.upsertItems([]);
    await store.appendEvents([]);
    await store.putEmbeddings('m', 4, [], new Float32Array(0));
  });

  check('a setting holds any JSON value and can be replaced', async ({ store }) => {
    await store.setSetting('model', { version: 'v1', list: [1, null, 'ü'] });
    assert.deepEqual(await store.getSetting('model'), { version: 'v1', list: [1, null, 'ü'] });
    await store.setSetting('model', null);
    assert.equal(await store.getSetting('model'), null);
    await assert.rejects(store.setSetting('model', undefined), code('STORE_ARGUMENT'));
  });

  check('a setting is replaced only if it is what the caller has read', async ({ store }) => {
    assert.equal(await store.replaceSetting('rules', { a: 1 }, { a: 2 }), false);
    assert.equal(await store.getSetting('rules'), undefined);
    assert.equal(await store.replaceSetting('rules', undefined, { b: 'ü', a: [1, null] }), true);
    assert.equal(await store.replaceSetting('rules', undefined, 1), false);
    const read = await store.getSetting('rules');
    const both = [store.replaceSetting('rules', read, 'first'), store.replaceSetting('rules', read, 'second')];
    assert.deepEqual(await Promise.all(both), [true, false]);
    assert.equal(await store.getSetting('rules'), 'first');
    await assert.rejects(store.replaceSetting('rules', 'first', undefined), code('STORE_ARGUMENT'));
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
      await transaction.putItems([{ id: 'b' }]);
      assert.deepEqual(await second.getItems(['b']), [undefined]);
      const waiting = second.appendEvents([at('late', 'a', 1)]);
      await new Promise((resolve) => setTimeout(resolve, 30));
      waiting.catch(() => {});
    });
    await second.appendEvents([at('later', 'b', 2)]);
    assert.equal((await second.counts()).events, 202);
  });
}
