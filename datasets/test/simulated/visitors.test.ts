/** Simulated users at a service: an honest list, the outcomes of its order, and the truth behind the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateShop, type VisitedService, visitService } from '@lorekeep/datasets';
import type { Event } from '@lorekeep/store';

const SHOP = { events: 5_000, users: 60, items: 200 };

/** Lists in the order that `rank` gives, and everything that has happened. */
function service(rank: (user: string, items: string[]) => string[]) {
  const ids = [...simulateShop(SHOP).items()].map(({ id }) => id);
  const events: Event[] = [];
  const pages = new Map<string, { user: string; surface: string; items: string[] }>();
  const visited: VisitedService = {
    async open({ user, surface, size }) {
      const request = `r${pages.size}`;
      const items = rank(user, ids).slice(0, size);
      pages.set(request, { user, surface, items });
      return { items, request };
    },
    async record(some) {
      events.push(...some);
    },
  };
  return { visited, events, pages };
}

const FAST = { shop: SHOP, rate: Number.POSITIVE_INFINITY };
const share = (events: Event[], type: string) =>
  events.filter((event) => event.type === type).length / events.filter(({ type }) => type === 'impression').length;

/** The items that this user likes best, by the truth; for others in the order given. */
const { truth, end } = simulateShop(SHOP);
const bestFirst = (user: string, items: string[]) => {
  if (!user.startsWith('sim-user')) return items;
  const liking = new Map(items.map((item) => [item, truth.preference(user, item, end)]));
  return [...items].sort((a, b) => (liking.get(b) as number) - (liking.get(a) as number));
};

test('every event names the answer and the place that it comes from', async () => {
  const { visited, events, pages } = service((_, items) => items);
  const done = await visitService(visited, { ...FAST, visits: 40 });
  assert.deepEqual([done.visits, done.events], [40, events.length]);
  for (const { type, request, item, user, position, surface } of events) {
    const page = pages.get(request as string);
    assert.ok(page !== undefined, `${type} of ${request}`);
    assert.equal(user, page.user);
    if (type === 'impression' || type === 'click') {
      assert.equal(page.items[position as number], item);
      assert.equal(surface, page.surface);
    } else assert.ok(page.items.includes(item), `${type} of an item that was not shown`);
  }
  for (const [request, { items }] of pages)
    assert.equal(
      events.filter((event) => event.request === request && event.type === 'impression').length,
      items.length,
    );
  assert.ok(
    events.some(({ user }) => !user.startsWith('sim-user')),
    'some users are new',
  );
});

test('what users like by the truth behind the log is clicked more, and the top of a list more than its end', async () => {
  const good = service(bestFirst);
  const bad = service((user, items) => bestFirst(user, items).toReversed());
  await visitService(good.visited, { ...FAST, visits: 60, newUsers: 0 });
  await visitService(bad.visited, { ...FAST, visits: 200, newUsers: 0 });
  assert.ok(share(good.events, 'click') > 4 * share(bad.events, 'click'), 'clicks follow the taste');
  assert.ok(good.events.some(({ type }) => type === 'purchase'));
  let turn = 0;
  const even = service((_, items) => [...items.slice(++turn % items.length), ...items.slice(0, turn % items.length)]);
  await visitService(even.visited, { ...FAST, visits: 300, newUsers: 0 });
  const clicksAt = (from: number, to: number) =>
    even.events.filter(({ type, position = -1 }) => type === 'click' && position >= from && position < to).length;
  assert.ok(clicksAt(0, 2) > 1.5 * clicksAt(4, 6), `${clicksAt(0, 2)} clicks at the top, ${clicksAt(4, 6)} below`);
});

test('the same seed gives the same visits, another seed others', async () => {
  const seen = async (seed: number) => {
    const { visited, events } = service((_, items) => items);
    await visitService(visited, { ...FAST, visits: 10, seed });
    return events.map(({ user, item, type }) => [user, item, type]);
  };
  assert.deepEqual(await seen(3), await seen(3));
  assert.notDeepEqual(await seen(3), await seen(4));
});

test('items that were added later are shown and not clicked', async () => {
  const { visited, events } = service((_, items) => ['added', ...items]);
  await visitService(visited, { ...FAST, visits: 30 });
  const types = new Set(events.filter(({ item }) => item === 'added').map(({ type }) => type));
  assert.deepEqual([...types], ['impression']);
});

test('an aborted signal ends the visits, and an error of the service too', async () => {
  const stop = new AbortController();
  const { visited } = service((_, items) => items);
  const open: VisitedService['open'] = async (page) => {
    stop.abort();
    return visited.open(page);
  };
  assert.ok((await visitService({ ...visited, open }, { ...FAST, signal: stop.signal })).visits <= 1);
  const record = () => Promise.reject(new Error('full'));
  await assert.rejects(visitService({ ...visited, record }, FAST), /full/);
});
