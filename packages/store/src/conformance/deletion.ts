/** Deletion: what goes, what stays, and in which order it takes effect beside imports. */
import assert from 'node:assert/strict';
import type { Deleted } from '../contract/deletion.ts';
import type { Store } from '../contract/store.ts';
import { at, type Check, code, collect, record } from './support.ts';

const NOTHING: Deleted = { items: 0, users: 0, events: 0, unknown: 0, returning: 0 };

async function fill(store: Store): Promise<void> {
  await store.upsertItems([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  await store.appendEvents([
    at('u', 'a', 1),
    { ...at('u', 'b', 2, 'purchase'), id: 'e2' },
    at('v', 'a', 3),
    { ...at('w', 'c', 4, 'impression'), id: 'e4' },
  ]);
}

const users = async (store: Store) => (await store.interactionLog()).userIds;

export function deletionChecks(check: Check): void {
  check(
    'a deleted item goes with its events and with users who have no others, and is new if added again',
    async ({ store }) => {
      await fill(store);
      assert.equal(await store.deletions(), 0);
      assert.deepEqual(await store.deleteItems(['a', 'gone', 'a']), {
        ...NOTHING,
        items: 1,
        users: 1,
        events: 2,
        unknown: 1,
      });
      assert.deepEqual(await store.getItems(['a', 'b']), [undefined, { id: 'b' }]);
      assert.deepEqual(await store.histories(['u', 'v'], 9), [['b'], []]);
      assert.deepEqual(await store.counts(), { items: 2, users: 2, events: 2 });
      await assert.rejects(store.appendEvents([at('u', 'a', 5)]), code('EVENT_UNKNOWN_ITEM'));
      await store.upsertItems([{ id: 'a', title: 'new' }]);
      assert.deepEqual((await store.interactionLog()).itemIds, ['b', 'c', 'a']);
      assert.deepEqual(await store.histories(['u', 'v'], 9), [['b'], []]);
      assert.deepEqual(await store.deleteItems(['gone']), { ...NOTHING, unknown: 1 });
      assert.equal(await store.deletions(), 1);
      assert.deepEqual(await store.deletedItems(0), ['a']);
      assert.deepEqual(await store.deletedItems(1), []);
    },
  );

  check('attributes go with an erased user, and keep a user whose events are deleted', async ({ store }) => {
    await fill(store);
    await store.upsertUsers([
      { id: 'u', attributes: { city: 'Recife' } },
      { id: 'v', attributes: { city: 'Osaka' } },
    ]);
    const pending = store.importAll(record('f'), async (transaction) => {
      await transaction.putUsers([{ id: 'u', attributes: { city: 'Lima' } }]);
      await store.deleteUsers(['u']);
      assert.deepEqual(await store.getUsers(['u']), [undefined]);
    });
    await pending;
    // What the import brings again counts as written after the deletion.
    assert.deepEqual(await store.getUsers(['u']), [{ id: 'u', attributes: { city: 'Lima' } }]);
    await store.deleteUsers(['u']);
    assert.deepEqual(await store.getUsers(['u']), [undefined]);
    await store.deleteItems(['a']);
    assert.deepEqual(await store.getUsers(['v']), [{ id: 'v', attributes: { city: 'Osaka' } }]);
    await store.deleteEvents({ user: 'w' });
    assert.deepEqual(await store.getUsers(['w']), [undefined]);
    assert.deepEqual(
      (await collect(store.users())).map(({ id }) => id),
      ['v'],
    );
  });

  check('an erased user is gone, passive events too, and is found by no check', async ({ store }) => {
    await fill(store);
    await store.appendEvents([at('w', 'a', 5)]);
    assert.deepEqual(await store.deleteUsers(['w', 'nobody']), { ...NOTHING, users: 1, events: 2, unknown: 1 });
    assert.deepEqual(await users(store), ['u', 'v']);
    assert.deepEqual(await store.histories(['w'], 9), [[]]);
    assert.ok((await collect(store.events())).every(({ user }) => user !== 'w'));
    assert.deepEqual(
      (await store.verify()).map(({ kind }) => kind),
      ['not-purged'],
    );
    assert.equal(await store.countErased(['w', 'u', 'nobody']), 1);
    assert.equal(await store.lastErasure(), await store.deletions());
    assert.equal(await store.purge(), true);
    await store.deleteEvents({ ids: ['none'] });
    assert.equal(await store.purge(), false);
    assert.deepEqual(await store.verify(), []);
    await store.appendEvents([at('w', 'a', 6)]);
    assert.deepEqual(await store.verify(), []);
    assert.deepEqual(await store.deleteUsers(['w']), { ...NOTHING, users: 1, events: 1 });
  });

  check('events go by id, user, item, type and time, all conditions together', async ({ store }) => {
    await fill(store);
    assert.equal(await store.countEvents({ after: 2, before: 4 }), 2);
    assert.deepEqual(await store.deleteEvents({ ids: ['e2', 'e9'], user: 'v' }), { ...NOTHING, unknown: 1 });
    assert.deepEqual(await store.deleteEvents({ types: ['view', 'never'], item: 'a', after: 1, before: 3 }), {
      ...NOTHING,
      events: 1,
    });
    assert.deepEqual(await store.deleteEvents({ user: 'u' }), { ...NOTHING, events: 1, users: 1 });
    assert.deepEqual(await users(store), ['v', 'w']);
    assert.deepEqual(await store.deleteEvents({ ids: ['e4'] }), { ...NOTHING, events: 1, users: 1 });
    assert.equal(await store.appendEvents([{ ...at('u', 'b', 7), id: 'e2' }]), 1);
    assert.deepEqual(await collect(store.events()), [at('v', 'a', 3), { ...at('u', 'b', 7), id: 'e2' }]);
    await assert.rejects(store.deleteEvents({}), code('STORE_ARGUMENT'));
    await assert.rejects(store.deleteUsers(['']), code('STORE_ARGUMENT'));
    await assert.rejects(store.deleteEvents({ import: 'f9' }), code('IMPORT_UNKNOWN'));
  });

  check('undoing an import leaves what others need, and the same import can run again', async ({ store }) => {
    await fill(store);
    const run = () =>
      store.importAll(record('f', ['content']), async (transaction) => {
        await transaction.putItems([
          { id: 'a', title: 'imported' },
          { id: 'x' },
          { id: 'y' },
          { id: 'z' },
          { id: 'k' },
        ]);
        await transaction.putEvents([at('u', 'x', 10), at('n', 'x', 11), at('n', 'y', 12)]);
      });
    await run();
    await store.appendEvents([at('v', 'y', 20)]);
    await store.importAll(record('g'), async (transaction) => transaction.putItems([{ id: 'z' }]));
    await store.upsertItems([{ id: 'k', title: 'mine' }]);
    assert.equal(await store.countEvents({ import: 'f' }), 3);
    assert.deepEqual(await store.undoImport('f'), {
      ...NOTHING,
      items: 1,
      users: 1,
      events: 3,
      itemsKept: 3,
      itemsNotRestored: 1,
    });
    assert.deepEqual((await store.interactionLog()).itemIds, ['a', 'b', 'c', 'y', 'z', 'k']);
    assert.deepEqual(await users(store), ['u', 'v', 'w']);
    assert.deepEqual(await store.getItems(['a']), [{ id: 'a', title: 'imported' }]);
    assert.deepEqual(
      (await store.imports()).map(({ fingerprint }) => fingerprint),
      ['g'],
    );
    await assert.rejects(store.undoImport('f'), code('IMPORT_UNKNOWN'));
    await run();
    assert.equal((await store.counts()).events, 8);
    assert.deepEqual(await store.verify().then((all) => all.filter(({ kind }) => kind !== 'not-purged')), []);
  });

  check(
    'numbers of deleted events are not given again: undoing removes only events of the import',
    async ({ store }) => {
      await store.upsertItems([{ id: 'a' }]);
      await store.importAll(record('f'), (transaction) =>
        transaction.putEvents([at('u', 'a', 1), { ...at('v', 'a', 2), id: 'last' }]),
      );
      await store.deleteEvents({ ids: ['last'] });
      await store.appendEvents([at('live', 'a', 3)]);
      assert.equal((await store.undoImport('f')).events, 1);
      assert.deepEqual(await collect(store.events()), [at('live', 'a', 3)]);
    },
  );

  check('a deletion during an import arrives before it', async ({ store }) => {
    await fill(store);
    await store.importAll(record('f'), async (transaction) => {
      await transaction.putItems([{ id: 'a', title: 'imported' }, { id: 'new' }]);
      await transaction.putEvents([at('u', 'a', 10), at('v', 'b', 11), at('n', 'new', 12)]);
      // The import has put `a`, but of `b` only an event.
      assert.deepEqual(await store.deleteItems(['a', 'b', 'new']), {
        items: 2,
        users: 2,
        events: 3,
        unknown: 1,
        returning: 2,
      });
      assert.deepEqual(await store.getItems(['a', 'b', 'c']), [undefined, undefined, { id: 'c' }]);
      assert.deepEqual(await store.counts(), { items: 1, users: 1, events: 1 });
      await transaction.putEvents([at('w', 'new', 13)]);
      assert.deepEqual(await store.deleteUsers(['w']), { ...NOTHING, users: 1, events: 1, returning: 1 });
      assert.deepEqual(await store.counts(), { items: 1, users: 0, events: 0 });
      await store.upsertItems([{ id: 'b', title: 'again' }]);
      await transaction.putEvents([at('u', 'b', 14)]);
    });
    assert.deepEqual(await collect(store.events()), [
      at('u', 'a', 10),
      at('n', 'new', 12),
      at('w', 'new', 13),
      at('u', 'b', 14),
    ]);
    assert.deepEqual(await store.getItems(['a', 'b']), [
      { id: 'a', title: 'imported' },
      { id: 'b', title: 'again' },
    ]);
    assert.deepEqual((await users(store)).sort(), ['n', 'u', 'w']);
  });

  check('an import fails if it puts an event of an item that was deleted meanwhile', async ({ store }) => {
    await fill(store);
    await assert.rejects(
      store.importAll(record('f'), async (transaction) => {
        await transaction.putItems([{ id: 'c', title: 'imported' }]);
        await transaction.putEvents([at('u', 'a', 10)]);
        await store.deleteItems(['a', 'c']);
        await store.deleteUsers(['u']);
        await transaction.putEvents([at('u', 'a', 11)]);
      }),
      code('EVENT_UNKNOWN_ITEM'),
    );
    assert.deepEqual(await store.getItems(['a', 'b', 'c']), [undefined, { id: 'b' }, undefined]);
    assert.deepEqual(await store.counts(), { items: 1, users: 0, events: 0 });
    await store.upsertItems([{ id: 'c' }]);
    assert.deepEqual(await collect(store.items()), [{ id: 'b' }, { id: 'c' }]);
  });

  check('erasing and purging beside a running import lose nothing of it', async ({ store }) => {
    await fill(store);
    await store.importAll(record('f'), async (transaction) => {
      await transaction.putItems([{ id: 'new' }]);
      await transaction.putEvents([at('u', 'new', 10), at('n', 'b', 11)]);
      await store.deleteUsers(['v']);
      assert.equal(await store.purge(), true);
      await transaction.putEvents([at('n', 'new', 12)]);
    });
    assert.deepEqual(await store.histories(['u', 'v', 'n'], 9), [['a', 'b', 'new'], [], ['b', 'new']]);
    assert.deepEqual(await store.verify(), []);
  });

  check('a deletion takes effect for another connection at once', async ({ store, another }) => {
    if (another === undefined) return;
    await fill(store);
    const other = await another();
    await other.deleteItems(['a']);
    assert.equal(await store.deletions(), 1);
    assert.deepEqual(await store.deletedItems(0), ['a']);
    assert.deepEqual(await store.histories(['u'], 9), [['b']]);
    await assert.rejects(store.appendEvents([at('u', 'a', 5)]), code('EVENT_UNKNOWN_ITEM'));
  });
}
