import assert from 'node:assert/strict';
import {
  allPairs,
  assertClose,
  type Check,
  entriesOf,
  expected,
  hasCode,
  SCHEMA,
  SPACE,
  smallShop,
} from './support.ts';

export function updateChecks(check: Check): void {
  const updates = [
    entriesOf('user', ['u0', 'new'], 50),
    entriesOf('userCategory', ['u0', 'u1', 'new'], 51, ['c0', 'c2', 'c0']),
    entriesOf('user', ['u0'], 52),
  ];
  const query = { ...allPairs() };
  query.users = [...query.users, 'new', 'u1'];
  query.items = [...query.items, 'i0', 'i2'];
  query.categories = [...query.categories, 'c0', 'c2'];

  check('updates of users are read at once, and also after opening again', async (place) => {
    const store = await place.open();
    const entries = smallShop(1);
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries, precision: 'fp32' });
    await store.publish(SPACE, { version: 'v2', schema: SCHEMA, entries, precision: 'fp32' });
    await store.read(SPACE, 'v1', query);
    await store.updateUsers(SPACE, 'v1', updates);
    const wanted = expected([...entries, ...updates], query);
    for (const open of [store, await place.open()]) {
      const answer = await open.read(SPACE, 'v1', query);
      assert.deepEqual(Array.from(answer.present), wanted.present);
      assertClose(answer.values, wanted.values, 1e-6);
      const other = await open.read(SPACE, 'v2', query);
      assertClose(other.values, expected(entries, query).values, 1e-6);
    }
  });

  check('updates are seen by a store that has read the version before', async (place) => {
    const [reader, writer] = [await place.open({ refreshSeconds: 0.01 }), await place.open()];
    await writer.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: [], precision: 'fp32' });
    const one = { users: ['u0'], items: ['i0'], categories: ['c0'] };
    assert.equal((await reader.read(SPACE, 'v1', one)).present[0], 0);
    await writer.updateUsers(SPACE, 'v1', updates);
    const deadline = Date.now() + 20_000;
    while ((await reader.read(SPACE, 'v1', one)).present[0] === 0) {
      assert.ok(Date.now() < deadline, 'the update is not seen');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  check('many updates of one user at once leave one of them, whole', async (place) => {
    const store = await place.open();
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: smallShop(1), precision: 'fp32' });
    const all = Array.from({ length: 30 }, (_, at) => entriesOf('user', ['u0'], 100 + at));
    await Promise.all(all.map((batch) => store.updateUsers(SPACE, 'v1', [batch])));
    const one = { users: ['u0'], items: ['-'], categories: ['-'] };
    const { values } = await store.read(SPACE, 'v1', one);
    const found = all.some((batch) =>
      expected([batch], one).values.every((value, at) => Math.fround(value) === values[at]),
    );
    assert.ok(found, 'the entry is a mixture of updates');
  });

  check('updates of items, of other widths and of versions that are not there are refused', async (place) => {
    const store = await place.open();
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: smallShop(1) });
    const item = [entriesOf('item', ['i0'], 1)];
    await assert.rejects(store.updateUsers(SPACE, 'v1', item), hasCode('KNOWLEDGE_ENTRIES_INVALID'));
    const narrow = [{ kind: 'user' as const, ids: ['u0'], values: new Float32Array(8) }];
    await assert.rejects(store.updateUsers(SPACE, 'v1', narrow), hasCode('KNOWLEDGE_ENTRIES_INVALID'));
    await assert.rejects(store.updateUsers(SPACE, 'v9', updates), hasCode('KNOWLEDGE_VERSION_UNKNOWN'));
  });
}
