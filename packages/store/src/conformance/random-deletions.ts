/** Random imports, writes and deletions beside each other, compared with plain lists. */
import assert from 'node:assert/strict';
import type { Item } from '../contract/catalogue.ts';
import type { Event } from '../contract/event-log.ts';
import type { Store } from '../contract/store.ts';
import { at, type Check, collect, record } from './support.ts';

export function randomDeletionChecks(check: Check): void {
  check('random imports, writes and deletions give the same result as a model of plain lists', async ({ store }) => {
    let seed = 23;
    const random = (bound: number) => (seed = (seed * 48271) % 2147483647) % bound;
    const model = createModel();
    for (let round = 0; round < 12; round++) {
      const isFailing = random(3) === 0;
      const own = new Set<string>();
      let hidden: { item?: Item; event?: Event }[] = [];
      const importing = store.importAll(record(`round ${round}`), async (transaction) => {
        for (let i = 0; i < 25; i++) {
          const item = { id: `i${random(20)}`, title: `${round}.${i}` };
          const user = `u${random(10)}`;
          const passive = random(4) === 0 ? 'impression' : 'view';
          const known = [...model.items.keys()];
          const kind = random(8);
          if (kind < 2) {
            await transaction.putItems([item]);
            own.add(item.id);
            hidden.push({ item });
          } else if (kind === 2) {
            await store.upsertItems([item]);
            model.items.set(item.id, item);
          } else if (kind === 3 && known.length + own.size > 0) {
            const ids = [...new Set([...known, ...own])];
            const event = at(user, ids[random(ids.length)], random(20), passive);
            await transaction.putEvents([event]);
            hidden.push({ event });
          } else if (kind === 4 && known.length > 0) {
            const events = Array.from({ length: 3 }, () => at(user, known[random(known.length)], random(20), passive));
            await store.appendEvents(events);
            model.events.push(...events);
          } else if (kind === 5) {
            const { items, events } = await store.deleteItems([item.id]);
            assert.equal(items, Number(model.items.delete(item.id)));
            assert.equal(
              events,
              model.remove((event) => event.item === item.id),
            );
            if (items > 0 && !own.has(item.id)) hidden = hidden.filter(({ event }) => event?.item !== item.id);
          } else if (kind === 6) {
            const { events } = await store.deleteUsers([user]);
            assert.equal(
              events,
              model.remove((event) => event.user === user),
            );
          } else if (kind === 7) {
            const before = random(20);
            const { events } = await store.deleteEvents({ before, types: [passive], after: before - 5 });
            const isChosen = ({ type, timestamp }: Event) =>
              type === passive && timestamp < before && timestamp >= before - 5;
            assert.equal(events, model.remove(isChosen));
          }
          if (random(4) === 0) await model.check(store);
        }
        if (isFailing) throw new Error('enough');
      });
      if (isFailing) await assert.rejects(importing, /enough/);
      else {
        await importing;
        for (const { item, event } of hidden) {
          if (item !== undefined) model.items.set(item.id, item);
          if (event !== undefined) model.events.push(event);
        }
      }
      await model.check(store);
      assert.deepEqual(
        (await store.verify()).filter(({ kind }) => kind !== 'not-purged'),
        [],
      );
    }
  });
}

/** A store as plain lists. Deletions during imports leave the order of items and users open. */
function createModel() {
  const model = {
    items: new Map<string, Item>(),
    events: [] as Event[],
    /** @returns how many were removed */
    remove(isChosen: (event: Event) => boolean): number {
      const before = model.events.length;
      model.events = model.events.filter((event) => !isChosen(event));
      return before - model.events.length;
    },
    async check(store: Store): Promise<void> {
      const { items, events } = model;
      const byId = (a: Item, b: Item) => (a.id < b.id ? -1 : 1);
      assert.deepEqual((await collect(store.items({ batchSize: 3 }))).sort(byId), [...items.values()].sort(byId));
      assert.deepEqual(await collect(store.events({ batchSize: 7 })), events);
      const userIds = [...new Set(events.map(({ user }) => user))].sort();
      assert.deepEqual(await store.counts(), { items: items.size, users: userIds.length, events: events.length });
      const histories = userIds.map((user) =>
        events
          .filter((event) => event.user === user && event.type !== 'impression')
          .toSorted((a, b) => a.timestamp - b.timestamp)
          .map(({ item }) => item),
      );
      assert.deepEqual(await store.histories(userIds, 1000), histories);
      const log = await store.interactionLog();
      assert.deepEqual(log.userIds.toSorted(), userIds);
      for (const [u, user] of log.userIds.entries()) {
        const rows = [...log.items.subarray(log.offsets[u], log.offsets[u + 1])];
        assert.deepEqual(
          rows.map((row) => log.itemIds[row]),
          histories[userIds.indexOf(user)],
        );
      }
    },
  };
  return model;
}
