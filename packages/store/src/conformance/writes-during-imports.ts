/**
 * Writes while an import runs: they do not wait for it and arrive before it, and no row is lost,
 * doubled or moved, whether the import succeeds or fails.
 */
import assert from 'node:assert/strict';
import type { Item } from '../contract/catalogue.ts';
import type { Event } from '../contract/event-log.ts';
import type { ImportTransaction } from '../contract/imports.ts';
import { fingerprintOf } from '../contract/log-fingerprint.ts';
import type { Store } from '../contract/store.ts';
import { at, type Check, code, collect, record } from './support.ts';

export function writesDuringImportsChecks(check: Check): void {
  check('an event that a write and the running import both bring is the one of the write', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
    const live = (id: string) => ({ id, ...at('live', 'a', 1) });
    const imported = (id: string) => ({ id, ...at('imported', 'b', 2) });
    const fill = async (transaction: ImportTransaction) => {
      assert.equal(await transaction.putEvents([imported('e1')]), 1);
      assert.equal(await store.appendEvents([live('e1'), live('e2')]), 2);
      assert.equal(await transaction.putEvents([imported('e2'), imported('e3'), imported('e3')]), 1);
      assert.equal(await store.appendEvents([live('e3')]), 1);
      assert.equal(await transaction.putEvents([imported('e4')]), 1);
      assert.deepEqual(await collect(store.events()), [live('e1'), live('e2'), live('e3')]);
    };
    await assert.rejects(
      store.importAll(record('f1'), async (transaction) => {
        await fill(transaction);
        throw new Error('enough');
      }),
    );
    assert.deepEqual(await collect(store.events()), [live('e1'), live('e2'), live('e3')]);
    await store.importAll(record('f2'), async (transaction) => {
      assert.equal(await transaction.putEvents([imported('e1'), imported('e4')]), 1);
    });
    assert.deepEqual(await collect(store.events()), [live('e1'), live('e2'), live('e3'), imported('e4')]);
  });

  check('a write during an import takes effect at once and arrives before the import', async ({ store }) => {
    await store.upsertItems([{ id: 'old', title: 'stored' }, { id: 'both' }]);
    await store.importAll(record('f'), async (transaction) => {
      await transaction.putItems([
        { id: 'new', title: 'imported' },
        { id: 'old', title: 'imported' },
        { id: 'both', title: 'imported' },
        { id: 'last' },
      ]);
      await transaction.putEvents([at('u', 'new', 1), at('w', 'old', 1)]);

      await assert.rejects(store.appendEvents([at('v', 'last', 2)]), code('EVENT_UNKNOWN_ITEM'));
      await store.upsertItems([{ id: 'live' }, { id: 'new', title: 'live' }, { id: 'both', title: 'live' }]);
      await store.appendEvents([at('v', 'live', 2), at('u', 'new', 2)]);
      await store.setSetting('k', 1);
      await transaction.putItems([{ id: 'new', title: 'imported again' }]);
      await transaction.putEvents([at('u', 'new', 3), at('v', 'both', 1)]);

      assert.deepEqual(await collect(store.items({ batchSize: 2 })), [
        { id: 'old', title: 'stored' },
        { id: 'both', title: 'live' },
        { id: 'live' },
        { id: 'new', title: 'live' },
      ]);
      assert.deepEqual(await store.getItems(['new', 'last']), [{ id: 'new', title: 'live' }, undefined]);
      assert.deepEqual(await collect(store.events()), [at('v', 'live', 2), at('u', 'new', 2)]);
      assert.deepEqual(await store.histories(['u', 'v', 'w'], 9), [['new'], ['live'], []]);
      assert.deepEqual(await store.counts(), { items: 4, users: 2, events: 2 });
      const { itemIds, userIds } = await store.interactionLog();
      assert.deepEqual({ itemIds, userIds }, { itemIds: ['old', 'both', 'live', 'new'], userIds: ['v', 'u'] });
    });
    assert.deepEqual(await collect(store.items()), [
      { id: 'old', title: 'imported' },
      { id: 'both', title: 'imported' },
      { id: 'live' },
      { id: 'new', title: 'imported again' },
      { id: 'last' },
    ]);
    const imported = [at('u', 'new', 1), at('w', 'old', 1), at('u', 'new', 3), at('v', 'both', 1)];
    assert.deepEqual(await collect(store.events()), [at('v', 'live', 2), at('u', 'new', 2), ...imported]);
    assert.deepEqual(await store.histories(['u', 'v', 'w'], 9), [['new', 'new', 'new'], ['both', 'live'], ['old']]);
    const log = await store.interactionLog();
    assert.deepEqual(log.itemIds, ['old', 'both', 'live', 'new', 'last']);
    assert.deepEqual(log.userIds, ['v', 'u', 'w']);
    assert.deepEqual([...log.offsets], [0, 2, 5, 6]);
    assert.deepEqual([...log.items], [1, 2, 3, 3, 3, 0]);
    assert.deepEqual([...log.timestamps], [1, 2, 1, 2, 3, 1]);
    assert.equal(log.fingerprint, fingerprintOf(log));
    assert.equal(await store.getSetting('k'), 1);
  });

  check('writes called during an import and awaited after it are all kept, in their order', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }]);
    let writes: Promise<unknown>[] = [];
    await store.importAll(record('f'), async (transaction) => {
      await transaction.putItems([{ id: 'b' }]);
      writes = [
        store.appendEvents([at('u', 'a', 1)]),
        store.appendEvents([at('u', 'a', 2)]),
        store.setSetting('k', 1),
        store.appendEvents([at('u', 'b', 3)]).catch((error) => error),
      ];
      await new Promise((resolve) => setTimeout(resolve, 40));
      await transaction.putEvents([at('w', 'b', 1)]);
    });
    await Promise.all(writes);
    const times = (await collect(store.events())).filter(({ user }) => user === 'u').map(({ timestamp }) => timestamp);
    assert.deepEqual(times.slice(0, 2), [1, 2]);
    assert.equal(await store.getSetting('k'), 1);
  });

  check('after a failed import, exactly the other writes are left', async ({ store }) => {
    await store.upsertItems([{ id: 'old', title: 'stored' }, { id: 'both' }]);
    const failure = new Error('enough');
    await assert.rejects(
      store.importAll(record('f'), async (transaction) => {
        const ids = ['new', 'old', 'both', 'last'];
        await transaction.putItems(ids.map((id) => ({ id, title: 'imported' })));
        await transaction.putEvents([at('u', 'new', 1), at('w', 'old', 1)]);
        await store.upsertItems([
          { id: 'new', title: 'live' },
          { id: 'both', title: 'live' },
        ]);
        await store.appendEvents([at('u', 'new', 2)]);
        throw failure;
      }),
      (error) => error === failure,
    );
    assert.deepEqual(await collect(store.items()), [
      { id: 'old', title: 'stored' },
      { id: 'both', title: 'live' },
      { id: 'new', title: 'live' },
    ]);
    assert.deepEqual(await collect(store.events()), [at('u', 'new', 2)]);
    assert.deepEqual(await store.counts(), { items: 3, users: 1, events: 1 });
    assert.deepEqual(await store.imports(), []);
    await store.upsertItems([{ id: 'after' }]);
    assert.deepEqual((await store.interactionLog()).itemIds, ['old', 'both', 'new', 'after']);
  });

  check('random imports and writes give the same result as a model of plain lists', async ({ store }) => {
    let seed = 11;
    const random = (bound: number) => (seed = (seed * 48271) % 2147483647) % bound;
    const model = createModel();
    for (let round = 0; round < 8; round++) {
      const hidden: (() => void)[] = [];
      const isFailing = random(3) === 0;
      const importing = store.importAll(record(`round ${round}`), async (transaction) => {
        // Ids that events of the import may name: those seen at any time, and its own.
        const own = new Set<string>();
        for (let i = 0; i < 15; i++) {
          const title = `${round}.${i}`;
          const item = { id: `i${random(60)}`, title };
          const user = `u${random(40)}`;
          const kind = random(4);
          if (kind < 2) {
            await transaction.putItems([item]);
            own.add(item.id);
            hidden.push(() => model.putItem(item));
          } else if (kind === 2) {
            await store.upsertItems([item]);
            model.putItem(item);
          }
          if (random(2) === 0) {
            const known = [...new Set([...model.itemIds(), ...own])];
            if (known.length === 0) continue;
            const event = at(user, known[random(known.length)], random(20), random(4) === 0 ? 'impression' : 'view');
            await transaction.putEvents([event]);
            hidden.push(() => model.putEvent(event));
          } else {
            const known = model.itemIds();
            if (known.length === 0) continue;
            const event = at(user, known[random(known.length)], random(20));
            await store.appendEvents([event]);
            model.putEvent(event);
          }
          if (random(5) === 0) await model.check(store);
        }
        if (isFailing) throw new Error('enough');
      });
      if (isFailing) await assert.rejects(importing, /enough/);
      else {
        await importing;
        for (const put of hidden) put();
      }
      await model.check(store);
    }
  });
}

/** A store as plain lists. */
function createModel() {
  const items = new Map<string, Item>();
  const events: Event[] = [];
  return {
    itemIds: () => [...items.keys()],
    putItem: (item: Item) => void items.set(item.id, item),
    putEvent: (event: Event) => void events.push(event),
    async check(store: Store): Promise<void> {
      const userIds = [...new Set(events.map(({ user }) => user))];
      const histories = userIds.map((user) =>
        events
          .filter((event) => event.user === user && event.type !== 'impression')
          .toSorted((a, b) => a.timestamp - b.timestamp)
          .map(({ item }) => item),
      );
      assert.deepEqual(await collect(store.items({ batchSize: 7 })), [...items.values()]);
      assert.deepEqual(await collect(store.events({ batchSize: 7 })), events);
      assert.deepEqual(await store.histories(userIds, 1000), histories);
      assert.deepEqual(await store.counts(), { items: items.size, users: userIds.length, events: events.length });
      const log = await store.interactionLog();
      assert.deepEqual(log.itemIds, [...items.keys()]);
      assert.deepEqual(log.userIds, userIds);
      assert.deepEqual(
        userIds.map((_, u) =>
          [...log.items.subarray(log.offsets[u], log.offsets[u + 1])].map((row) => log.itemIds[row]),
        ),
        histories,
      );
    },
  };
}
