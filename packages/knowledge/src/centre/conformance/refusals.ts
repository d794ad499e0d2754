import assert from 'node:assert/strict';
import type { KnowledgeEntries, KnowledgeQuery, KnowledgeSchema } from '../contract/data.ts';
import { allPairs, type Check, entriesOf, hasCode, SCHEMA, SPACE, smallShop } from './support.ts';

export function refusalChecks(check: Check): void {
  check('entries that do not fit the schema are refused, and nothing is published', async (place) => {
    const store = await place.open();
    const users = entriesOf('user', ['u0'], 1);
    const withNumber = (value: number) => ({ ...users, values: users.values.with(3, value) });
    const wrong: KnowledgeEntries[] = [
      { ...users, values: new Float32Array(8) },
      { ...users, categories: ['c0'] },
      { ...users, kind: 'shop' as 'user' },
      { ...users, ids: [''] },
      { ...users, ids: ['\ud800'] },
      { ...users, ids: ['x'.repeat(1025)] },
      { ...users, ids: [7 as unknown as string] },
      { ...entriesOf('userCategory', ['u0'], 1), categories: undefined },
      withNumber(Number.NaN),
      withNumber(Infinity),
      withNumber(1e6),
    ];
    for (const entries of wrong)
      await assert.rejects(
        store.publish(SPACE, { schema: SCHEMA, entries: [...smallShop(1), entries] }),
        hasCode('KNOWLEDGE_ENTRIES_INVALID'),
      );
    assert.deepEqual(await store.versions(SPACE), []);
  });

  check('schemas, names, queries and options have limits', async (place) => {
    const store = await place.open();
    const entries = smallShop(1);
    const schemas: Partial<KnowledgeSchema>[] = [
      { user: [{ name: 'a', dim: 0 }] },
      { user: [{ name: 'a', dim: 4097 }] },
      {
        user: [
          { name: 'a', dim: 1 },
          { name: 'a', dim: 1 },
        ],
      },
      { user: [{ name: '', dim: 1 }] },
      { interactions: [{ name: 'x', user: 'none', item: 'item-id', kind: 'dot' }] },
      { interactions: [{ name: 'x', user: 'user-id', item: 'item-id', kind: 'dot' }] },
    ];
    for (const part of schemas)
      await assert.rejects(
        store.publish(SPACE, { schema: { ...SCHEMA, ...part }, entries }),
        hasCode('KNOWLEDGE_SCHEMA_INVALID'),
      );
    for (const space of ['', '..', 'a/b', '.a', 'a'.repeat(101), 'a.tmp', 'a*'])
      await assert.rejects(store.publish(space, { schema: SCHEMA, entries }), hasCode('KNOWLEDGE_NAME_INVALID'));
    await assert.rejects(
      store.publish(SPACE, { version: '../v1', schema: SCHEMA, entries }),
      hasCode('KNOWLEDGE_NAME_INVALID'),
    );
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries });
    await assert.rejects(
      store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries }),
      hasCode('KNOWLEDGE_VERSION_EXISTS'),
    );
    const queries: unknown[] = [
      undefined,
      { users: ['a'], items: [], categories: [] },
      { users: ['a'], items: ['a'] },
      { users: [1], items: ['a'], categories: ['a'] },
    ];
    for (const query of queries)
      await assert.rejects(store.read(SPACE, 'v1', query as KnowledgeQuery), hasCode('KNOWLEDGE_QUERY_INVALID'));
    await assert.rejects(
      store.publish(SPACE, { schema: SCHEMA, entries, precision: 'fp8' as 'fp16' }),
      hasCode('OPTION_INVALID'),
    );
    await assert.rejects(store.read(SPACE, 'v1', allPairs(), { maxResidual: -1 }), hasCode('OPTION_INVALID'));
    await assert.rejects(place.open({ keep: 0 }), hasCode('OPTION_INVALID'));
  });

  check('a closed store refuses, and closing twice is allowed', async (place) => {
    const store = await place.open();
    await store.close();
    await store.close();
    await assert.rejects(store.versions(SPACE), hasCode('KNOWLEDGE_STORE_CLOSED'));
    await assert.rejects(store.read(SPACE, 'v1', allPairs()), hasCode('KNOWLEDGE_STORE_CLOSED'));
  });
}
