/** Users and their attributes, also while an import runs. */
import assert from 'node:assert/strict';
import type { Store } from '../contract/store.ts';
import type { UserRecord } from '../contract/users.ts';
import { at, type Check, code, collect, record } from './support.ts';

export function usersChecks(check: Check): void {
  check('users come back exactly, and each write replaces the attributes as a whole', async ({ store, reopen }) => {
    await store.upsertItems([{ id: 'a' }]);
    await store.appendEvents([at('seen', 'a', 1)]);
    const ann = { id: 'ann', attributes: { country: 'fi', age: 30.5, premium: false, likes: ['x', ''], 'ü "1"': 'é' } };
    await store.upsertUsers([ann, { id: 'bare' }, { id: 'empty', attributes: {} }]);
    const all = [{ id: 'seen' }, ann, { id: 'bare' }, { id: 'empty' }];
    assert.deepEqual(await collect(store.users({ batchSize: 3 })), all);
    assert.deepEqual(await store.getUsers(['empty', 'ann', 'who', 'ann', 'seen']), [
      { id: 'empty' },
      ann,
      undefined,
      ann,
      { id: 'seen' },
    ]);
    await store.upsertUsers([
      { id: 'ann', attributes: { plan: 1 } },
      { id: 'seen', attributes: { country: 'ee' } },
    ]);
    await store.upsertUsers([{ id: 'ann', attributes: { plan: 2 } }]);
    assert.deepEqual(await store.getUsers(['ann']), [{ id: 'ann', attributes: { plan: 2 } }]);
    await store.upsertUsers([{ id: 'ann' }]);
    assert.deepEqual(await store.getUsers(['ann', 'seen']), [
      { id: 'ann' },
      { id: 'seen', attributes: { country: 'ee' } },
    ]);
    if (reopen === undefined) return;
    assert.deepEqual((await (await reopen()).getUsers(['seen']))[0], { id: 'seen', attributes: { country: 'ee' } });
  });

  check('a user who is known by attributes only has an empty history', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }]);
    await store.upsertUsers([{ id: 'new', attributes: { country: 'fi' } }]);
    await store.appendEvents([at('u', 'a', 1)]);
    assert.deepEqual(await store.histories(['new', 'u'], 9), [[], ['a']]);
    assert.deepEqual(await store.counts(), { items: 1, users: 2, events: 1 });
    const log = await store.interactionLog();
    assert.deepEqual(
      [log.userIds, [...log.offsets]],
      [
        ['new', 'u'],
        [0, 0, 1],
      ],
    );
    await store.appendEvents([at('new', 'a', 2)]);
    assert.deepEqual(await store.getUsers(['new']), [{ id: 'new', attributes: { country: 'fi' } }]);
  });

  check('a batch with one bad user leaves nothing behind', async ({ store }) => {
    const bad: unknown[] = [
      null,
      {},
      { id: '' },
      { id: 'x'.repeat(257) },
      { id: 'b', attributes: [] },
      { id: 'b', attributes: { deep: {} } },
      { id: 'b', attributes: { age: Number.NaN } },
      { id: 'b', attributes: { list: [1] } },
      { id: 'b', attributes: { name: '\ud800' } },
    ];
    for (const user of bad) {
      await assert.rejects(store.upsertUsers([{ id: 'good' }, user as UserRecord]), code('USER_INVALID'));
      await assert.rejects(
        store.importAll(record('f'), async (transaction) => transaction.putUsers([{ id: 'good' }, user as UserRecord])),
        code('USER_INVALID'),
      );
    }
    assert.equal((await store.counts()).users, 0);
    assert.deepEqual(await collect(store.users()), []);
  });

  for (const fails of [false, true]) {
    const title = fails ? 'is gone if it fails' : 'is seen at its end and replaces writes made meanwhile';
    check(`what an import puts of users ${title}`, async ({ store }) => {
      const user = (id: string, from: string) => ({ id, attributes: { from } });
      await store.upsertItems([{ id: 'a' }]);
      await store.upsertUsers([user('old', 'before'), user('both', 'before'), { id: 'plain' }]);
      const ids = ['old', 'both', 'plain', 'new', 'revealed', 'shown', 'late'];
      const running = store.importAll(record('f'), async (transaction) => {
        await transaction.putUsers([...ids.slice(0, 6).map((id) => user(id, 'import')), { id: 'hidden' }]);
        assert.deepEqual(await store.getUsers(['old', 'both', 'plain', 'new']), [
          user('old', 'before'),
          user('both', 'before'),
          { id: 'plain' },
          undefined,
        ]);
        await store.upsertUsers([user('both', 'write'), user('revealed', 'write'), user('late', 'write')]);
        await store.appendEvents([at('shown', 'a', 1)]);
        await transaction.putUsers([user('late', 'import')]);
        assert.deepEqual(await collect(store.users({ batchSize: 2 })), [
          user('old', 'before'),
          user('both', 'write'),
          { id: 'plain' },
          user('revealed', 'write'),
          user('late', 'write'),
          { id: 'shown' },
        ]);
        await store.upsertUsers([user('late', 'write again')]);
        if (fails) throw new Error('enough');
      });
      if (fails) {
        await assert.rejects(running, /enough/);
        assert.deepEqual(await collect(store.users()), [
          user('old', 'before'),
          user('both', 'write'),
          { id: 'plain' },
          user('revealed', 'write'),
          user('late', 'write again'),
          { id: 'shown' },
        ]);
      } else {
        await running;
        const order = ['old', 'both', 'plain', 'revealed', 'late', 'shown', 'new'];
        assert.deepEqual(await collect(store.users()), [...order.map((id) => user(id, 'import')), { id: 'hidden' }]);
      }
    });
  }

  check('random imports and writes of users give the same result as a plain map', async ({ store }) => {
    let seed = 5;
    const random = (bound: number) => (seed = (seed * 48271) % 2147483647) % bound;
    await store.upsertItems([{ id: 'a' }]);
    const model = new Map<string, UserRecord>();
    const put = (user: UserRecord) => void model.set(user.id, user);
    const touch = (id: string) => model.has(id) || model.set(id, { id });
    for (let round = 0; round < 10; round++) {
      const hidden: (() => void)[] = [];
      const isFailing = random(2) === 0;
      const importing = store.importAll(record(`round ${round}`), async (transaction) => {
        for (let i = 0; i < 25; i++) {
          const id = `u${random(40)}`;
          const user = random(4) === 0 ? { id } : { id, attributes: { value: `${round}.${i}` } };
          const kind = random(4);
          if (kind === 0) {
            await transaction.putUsers([user]);
            hidden.push(() => put(user));
          } else if (kind === 1) {
            await store.upsertUsers([user]);
            put(user);
          } else if (kind === 2) {
            await transaction.putEvents([at(id, 'a', 1)]);
            hidden.push(() => touch(id));
          } else {
            await store.appendEvents([at(id, 'a', 1)]);
            touch(id);
          }
          if (random(5) === 0) await checkUsers(store, model);
        }
        if (isFailing) throw new Error('enough');
      });
      if (isFailing) await assert.rejects(importing, /enough/);
      else {
        await importing;
        for (const change of hidden) change();
      }
      await checkUsers(store, model);
    }
  });
}

async function checkUsers(store: Store, model: ReadonlyMap<string, UserRecord>): Promise<void> {
  const expected = [...model.values()];
  assert.deepEqual(await collect(store.users({ batchSize: 7 })), expected);
  assert.deepEqual(await store.getUsers([...model.keys()]), expected);
}
