/**
 * Events of a running service move the columns that they touch. A restart, which takes in all events
 * since the training at once, comes to the same lists.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '@lorekeep/store';
import { makeWalks, openShop, type Shop } from '@lorekeep/testing';
import { openEngine } from '../../src/engine/engine.ts';
import { type LoadedPublication, loadPublication } from '../../src/engine/loaded-publication.ts';
import { openPublication, readCurrent } from '../../src/publication/publication.ts';

async function load({ workspace, store, encoder }: Shop): Promise<LoadedPublication> {
  const { directory, manifest } = await readCurrent(workspace);
  const publication = await openPublication(directory, manifest, { live: true });
  return (await loadPublication({ publication, store, encoder })).loaded;
}

async function listOf({ recommender, catalogue }: LoadedPublication, history: string[]) {
  const rows = history.flatMap((id) => catalogue.rowOf(id) ?? []);
  const [query] = await recommender.prepare([{ history: rows, atMostNew: 1 }]);
  const { keys, scores } = await query.list(40, new Set(rows));
  return Array.from(keys, (row, at) => ({ id: catalogue.idOf(row), score: scores[at] }));
}

const HISTORIES = [
  ['garden-3', 'garden-4'],
  ['new-garden'],
  ['music-7', 'new-without-text'],
  ['kitchen-1', 'new-music'],
  ['bicycle-5'],
];

/** Users go from a topic to items that no text leads to. */
const event = (user: number, item: string, n: number): Event => ({
  user: `late-${user}`,
  item,
  type: 'purchase',
  timestamp: 1_700_100_000 + user * 10 + n,
});
const LATE: Event[][] = Array.from({ length: 12 }, (_, user) => [
  event(user, `garden-${3 + (user % 3)}`, 0),
  event(user, 'new-music', 1),
  ...(user % 2 === 0 ? [event(user, 'new-without-text', 2), event(user, 'music-7', 3)] : []),
]);

for (const preset of ['learn', 'linear'] as const)
  test(`events move lists, and a restart comes to the same lists: ${preset}`, async () => {
    const shop = await openShop(preset, makeWalks, { denseItems: 0 });
    const { store } = shop;
    let loaded = await load(shop);
    try {
      const lists = () => Promise.all(HISTORIES.map((history) => listOf(loaded, history)));
      const fresh = [
        { id: 'new-garden', title: 'garden spade seed' },
        { id: 'new-music', title: 'music guitar violin' },
        { id: 'new-without-text' },
      ];
      await store.upsertItems(fresh);
      await loaded.upsert(fresh);
      const before = await lists();
      await loaded.settleColumns();
      assert.deepEqual(await lists(), before, 'without events nothing moves');

      const placeOf = (list: { id: string }[], id: string) => list.findIndex((item) => item.id === id);
      for (const events of LATE) {
        await store.appendEvents(events);
        loaded.catchUp();
      }
      await loaded.settleColumns();
      const after = await lists();
      assert.equal(placeOf(before[0], 'new-without-text'), -1, 'nothing leads to it');
      assert.ok(placeOf(after[0], 'new-without-text') >= 0);
      assert.ok(placeOf(after[0], 'new-music') >= 0 && placeOf(after[0], 'new-music') < 10);
      if (preset === 'linear') {
        // A trained item moves too: those who chose the new item came from the garden.
        const garden = (list: { id: string }[]) => list.slice(0, 10).filter(({ id }) => id.startsWith('garden')).length;
        assert.ok(garden(after[3]) > garden(before[3]));
        const bicycle = (list: { id: string; score: number }[]) =>
          list.filter(({ id, score }) => id.startsWith('bicycle') && score > 0);
        assert.deepEqual(bicycle(after[4]), bicycle(before[4]), 'columns that no event touches stay');
      }

      // An event that says nothing new moves nothing.
      await store.appendEvents([LATE[0][1]]);
      await loaded.settleColumns();
      assert.deepEqual(await lists(), after);

      loaded.retain();
      loaded.retire();
      loaded.release();
      loaded = await load(shop);
      await loaded.settleColumns();
      for (const [at, list] of (await lists()).entries()) {
        assert.deepEqual(
          list.map(({ id }) => id),
          after[at].map(({ id }) => id),
          `list of ${HISTORIES[at]}`,
        );
        for (const [place, { score }] of list.entries()) assert.ok(Math.abs(score - after[at][place].score) < 1e-4);
      }
    } finally {
      loaded.retain();
      loaded.retire();
      loaded.release();
      await shop.close();
    }
  });

test('an engine takes in the events that it appends', { timeout: 60_000 }, async () => {
  const shop = await openShop('linear', makeWalks, { denseItems: 0 });
  const engine = await openEngine(shop);
  try {
    await engine.upsertItems([{ id: 'new-without-text' }]);
    const isListed = async () => {
      const { items } = await engine.recommend({ history: ['garden-3'], k: 10 });
      return items.some(({ id }) => id === 'new-without-text');
    };
    assert.equal(await isListed(), false);
    for (let user = 0; user < 30; user++)
      await engine.appendEvents([event(user, 'garden-3', 0), event(user, 'new-without-text', 1)]);
    while (!(await isListed())) await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    await engine.close();
    await shop.close();
  }
});
