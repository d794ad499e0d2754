import assert from 'node:assert/strict';
import type { KnowledgeEntries } from '../contract/data.ts';
import {
  allPairs,
  assertClose,
  type Check,
  entriesOf,
  expected,
  SCHEMA,
  SPACE,
  smallShop,
  withoutIds,
} from './support.ts';

export function removalChecks(check: Check): void {
  check('erased users and items are gone from every version, and nothing else is', async (place) => {
    const store = await place.open();
    const shops = [smallShop(1), smallShop(10)];
    const update = [entriesOf('user', ['u1', 'u2'], 60), entriesOf('userCategory', ['u1'], 61, ['c2'])];
    for (const [at, entries] of shops.entries()) {
      await store.publish(SPACE, { version: `v${at}`, schema: SCHEMA, entries, precision: 'fp32' });
      await store.updateUsers(SPACE, `v${at}`, update);
      await store.read(SPACE, `v${at}`, allPairs());
    }
    await store.remove(SPACE, { users: ['u1', 'never seen'], items: ['i0', 'i3'] });
    for (const open of [store, await place.open()])
      for (const [at, entries] of shops.entries()) {
        const wanted = expected(withoutIds([...entries, ...update], ['u1'], ['i0', 'i3']), allPairs());
        const answer = await open.read(SPACE, `v${at}`, allPairs());
        assert.deepEqual(Array.from(answer.present), wanted.present);
        assertClose(answer.values, wanted.values, 1e-6);
      }
    await store.updateUsers(SPACE, 'v0', [entriesOf('user', ['u1'], 62)]);
    const back = await store.read(SPACE, 'v0', { users: ['u1'], items: ['i0'], categories: ['c0'] });
    assert.deepEqual(Array.from(back.present), [1, 0, 0]);
  });

  check('what is erased during a publication is not in it', async (place) => {
    const store = await place.open();
    async function* entries(): AsyncGenerator<KnowledgeEntries> {
      yield* smallShop(1);
      await store.remove(SPACE, { users: ['u0'], items: ['i1'] });
      yield entriesOf('item', ['i9'], 4);
    }
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: entries() });
    const query = { users: ['u0', 'u1'], items: ['i1', 'i9'], categories: ['c0', 'c0'] };
    const answer = await store.read(SPACE, 'v1', query);
    assert.deepEqual(Array.from(answer.present), [0, 0, 0, 1, 1, 1]);
  });

  check('erasing in a space without versions does nothing', async (place) => {
    const store = await place.open();
    await store.remove(SPACE, { users: ['u0'] });
    assert.deepEqual(await store.versions(SPACE), []);
  });
}
