/** What is deleted is in no answer any more: at once, after a restart, and by whoever deleted it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { LorekeepError } from '@lorekeep/core';
import { openStore } from '@lorekeep/store';
import { openShop, type Shop } from '@lorekeep/testing';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import { publish } from '../../src/publication/publish.ts';

const coded = (code: string) => (error: LorekeepError) => error.code === code;

/** Every kind of list that an engine gives, as long as possible. */
async function everyAnswer(engine: Engine): Promise<Set<string>> {
  const answers = [
    await engine.recommend({ user: 'nobody', k: 1000 }),
    await engine.recommend({ user: 'user-3', k: 1000, includeHistory: true }),
    await engine.recommend({ history: ['garden-0', 'music-7'], k: 1000, includeHistory: true }),
    await engine.similar('garden-0', { k: 1000 }),
    await engine.recommend({ history: ['kitchen-1'], filter: { brand: 'Acme' }, k: 1000 }),
  ];
  return new Set(answers.flatMap(({ items }) => items.map(({ id }) => id)));
}

async function assertGone(engine: Engine, ids: string[]): Promise<void> {
  const shown = await everyAnswer(engine);
  assert.ok(shown.size > 50);
  for (const id of ids) {
    assert.ok(!shown.has(id), id);
    await assert.rejects(engine.getItem(id), coded('ITEM_NOT_FOUND'));
    await assert.rejects(engine.similar(id), coded('ITEM_NOT_FOUND'));
    assert.deepEqual((await engine.recommend({ history: ['garden-0', id] })).unknownItems, [id]);
  }
}

async function inShop(run: (shop: Shop, engine: Engine) => Promise<void>): Promise<void> {
  const shop = await openShop();
  const engine = await openEngine(shop);
  try {
    await run(shop, engine);
  } finally {
    await engine.close();
    await shop.close();
  }
}

describe('deletion', () => {
  test('a deleted item is in no answer, also after a restart and in the next publication', () =>
    inShop(async (shop, engine) => {
      const { indexed } = engine.stats();
      const deleted = await engine.deleteItems(['music-7', 'garden-3', 'never']);
      assert.deepEqual([deleted.items, deleted.unknown], [2, 1]);
      await assertGone(engine, ['music-7', 'garden-3']);
      assert.equal(engine.stats().indexed, indexed - 2);
      assert.deepEqual((await engine.deleteItems(['music-7'])).unknown, 1);
      await assert.rejects(engine.appendEvents([{ user: 'x', item: 'music-7' }]), coded('EVENT_UNKNOWN_ITEM'));
      await assert.rejects(engine.deleteItems([]), coded('REQUEST_INVALID'));
      const again = await openEngine(shop);
      await assertGone(again, ['music-7', 'garden-3']);
      await again.close();
      await publish(shop);
      await engine.reload();
      await assertGone(engine, ['music-7', 'garden-3']);
    }));

  test('what another program deletes is left out from the next request on', () =>
    inShop(async (shop, engine) => {
      const other = await openStore(join(shop.workspace, 'lorekeep.sqlite'));
      await other.deleteItems(['music-7', 'kitchen-2']);
      await assertGone(engine, ['music-7', 'kitchen-2']);
      assert.equal((await engine.recommend({ user: 'user-1' })).source, 'linear');
      await other.deleteUsers(['user-1']);
      assert.equal((await engine.recommend({ user: 'user-1' })).source, 'popularity');
      // Removed and added again before a request was made.
      await other.deleteItems(['garden-5']);
      await other.upsertItems([{ id: 'garden-5', title: 'music guitar violin' }]);
      await engine.recommend({ user: 'nobody' });
      await engine.upsertItems([{ id: 'later', title: 'music drum' }]);
      assert.equal((await engine.similar('garden-5', { k: 1 })).items[0].id.split('-')[0], 'music');
      await other.close();
    }));

  test('an item that is added again is a new one: nothing learned of the former one counts', () =>
    inShop(async (shop, engine) => {
      const item = shop.items.find(({ id }) => id === 'music-7')!;
      const fresh = { ...item, id: 'fresh' };
      await engine.deleteItems(['music-7']);
      await engine.upsertItems([item, fresh]);
      const listed = async (served: Engine) => {
        const { items } = await served.recommend({ history: ['music-1', 'music-2'], k: 1000 });
        return (id: string) => items.find((one) => one.id === id)?.score;
      };
      for (const served of [engine, await openEngine(shop)]) {
        const scoreOf = await listed(served);
        assert.ok(scoreOf('music-7') !== undefined);
        assert.equal(scoreOf('music-7'), scoreOf('fresh'));
        const popular = await served.recommend({ user: 'nobody', k: 1000 });
        assert.equal(popular.items.find(({ id }) => id === 'music-7')?.score, 0);
        if (served !== engine) await served.close();
      }
      await publish(shop);
      await engine.reload();
      const scoreOf = await listed(engine);
      assert.equal(scoreOf('music-7'), scoreOf('fresh'));
    }));

  test('an erased user is answered like an unknown one, and events that go no longer count', () =>
    inShop(async (_, engine) => {
      assert.equal((await engine.recommend({ user: 'user-2' })).source, 'linear');
      const { users, events } = await engine.deleteUsers(['user-2']);
      assert.deepEqual([users, events], [1, 8]);
      assert.equal((await engine.recommend({ user: 'user-2' })).source, 'popularity');
      assert.equal((await engine.recommend({ user: 'nobody', k: 1 })).items[0].id, 'music-7');
      await engine.deleteEvents({ item: 'music-7' });
      const { items } = await engine.recommend({ user: 'nobody', k: 1000 });
      assert.equal(items.find(({ id }) => id === 'music-7')?.score, 0);
      await assert.rejects(engine.deleteEvents({}), coded('REQUEST_INVALID'));
      await assert.rejects(engine.deleteEvents({ import: 'f' } as never), coded('REQUEST_INVALID'));
    }));

  test('reads and deletions at the same time: no answer that starts after a deletion has the item', () =>
    inShop(async (shop, engine) => {
      const doomed = shop.items.map(({ id }) => id).filter((_, n) => n % 3 === 1);
      const gone = new Set<string>();
      const deleting = (async () => {
        for (const id of doomed) {
          await engine.deleteItems([id]);
          gone.add(id);
        }
      })();
      const reading = Array.from({ length: 60 }, async (_, n) => {
        await new Promise((resolve) => setTimeout(resolve, n * 5));
        const before = [...gone];
        const { items } = await engine.recommend({ history: ['garden-0'], k: 1000, includeHistory: true });
        for (const id of before) assert.ok(!items.some((item) => item.id === id), id);
      });
      await Promise.all([deleting, ...reading]);
      assert.equal(engine.stats().items, shop.items.length - doomed.length);
    }));
});
