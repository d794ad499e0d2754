import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type SimulatedShopOptions, simulateShop } from '@lorekeep/datasets';
import type { Event } from '@lorekeep/store';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const shop20k = simulateShop({ events: 20_000 });
const events20k = [...shop20k.events()];
const shop100k = simulateShop({ events: 100_000 });
const events100k = [...shop100k.events()];

const dump = (options: SimulatedShopOptions) => {
  const shop = simulateShop(options);
  return JSON.stringify([[...shop.items()], [...shop.events()]]);
};

test('equal options give equal bytes; another seed gives another shop', () => {
  const first = dump({ seed: 7, events: 5000 });
  assert.equal(dump({ seed: 7, events: 5000 }), first);
  assert.notEqual(dump({ seed: 8, events: 5000 }), first);
  assert.deepEqual([...shop20k.events()], events20k, 'each call of events() starts from the beginning');
});

test('a larger catalogue begins with the smaller one, and users do not change with their number', () => {
  const small = simulateShop({ events: 1000, items: 60, users: 10 });
  const large = simulateShop({ events: 9000, items: 300, users: 50 });
  assert.deepEqual([...small.items()], [...large.items()].slice(0, 60));
  assert.deepEqual(small.truth.user('sim-user-000004', small.start), large.truth.user('sim-user-000004', large.start));
  assert.equal(small.truth.launchTime('sim-item-000059'), large.truth.launchTime('sim-item-000059'));
});

test('the log has exactly the requested number of events, over the whole period', () => {
  for (const [shop, events] of [
    [shop20k, events20k],
    [shop100k, events100k],
  ] as const) {
    assert.equal(events.length, shop.options.events);
    const days = (events[events.length - 1].timestamp - events[0].timestamp) / 86_400;
    assert.ok(Math.abs(days - 60) < 1.5, `${days} days`);
  }
  assert.equal([...simulateShop({ events: 1000 }).events()].length, 1000);
});

test('events come in order of time and refer to users and launched items of the shop', () => {
  const users = new Set(shop100k.userIds());
  const items = new Map([...shop100k.items()].map((item) => [item.id, shop100k.truth.launchTime(item.id)]));
  assert.equal(users.size, shop100k.options.users);
  let before = 0;
  for (const event of events100k) {
    assert.ok(event.timestamp >= before && Number.isInteger(event.timestamp));
    before = event.timestamp;
    assert.ok(users.has(event.user));
    assert.ok(items.get(event.item)! <= event.timestamp, `${event.item} before its launch`);
  }
});

test('every click follows its impression, every cart its click, every purchase its cart', () => {
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  const needs: Record<string, string> = { click: 'impression', cart: 'click', purchase: 'cart' };
  for (const { type, session, item, surface, position } of events100k) {
    counts.set(type, (counts.get(type) ?? 0) + 1);
    const place = type === 'impression' || type === 'click' ? `${surface} ${position}` : '';
    seen.add(`${type} ${session} ${item}`);
    if (place !== '') seen.add(`${type} ${session} ${item} ${place}`);
    if (type in needs) {
      const earlier = `${needs[type]} ${session} ${item}${type === 'click' ? ` ${place}` : ''}`;
      assert.ok(seen.has(earlier), `${type} without ${earlier}`);
    }
  }
  const [impressions, clicks, carts, purchases] = ['impression', 'click', 'cart', 'purchase'].map(
    (t) => counts.get(t)!,
  );
  assert.ok(impressions > 4 * clicks && clicks > 3 * carts && carts > purchases && purchases > 100);
  assert.ok(clicks / impressions > 0.05, 'users click on pages');
});

test('all items have readable text, a three-level category path and a plausible price', () => {
  const titles = new Set<string>();
  for (const { title, brand, categories, description, price } of shop100k.items()) {
    assert.ok(title!.startsWith(brand!) && title!.includes(categories![2]) && title!.length < 200);
    assert.equal(categories!.length, 3);
    assert.match(description!, /^(\S+ ){3,}.*\.$/);
    assert.doesNotMatch(`${title} ${description}`, /undefined|NaN| {2}/);
    assert.ok(price! > 1 && price! < 2000);
    titles.add(title!);
  }
  assert.ok(titles.size > 0.99 * shop100k.options.items, 'titles distinguish items');
  assert.equal(new Set([...shop100k.items()].map((item) => item.categories![0])).size, 12);
});

test('with random pages, click rates fall with position exactly as the true examination does', () => {
  const shop = simulateShop({ events: 150_000, policy: 'random', seed: 5 });
  const shown = new Map<string, { impressions: number; clicks: number }>();
  const cell = ({ surface, position }: Event) => {
    const key = `${surface} ${position}`;
    if (!shown.has(key)) shown.set(key, { impressions: 0, clicks: 0 });
    return shown.get(key)!;
  };
  for (const event of shop.events()) {
    if (event.type === 'impression') cell(event).impressions++;
    else if (event.type === 'click') cell(event).clicks++;
  }
  for (const surface of ['home', 'search', 'category', 'similar'] as const) {
    const rate = (from: number, to: number) => {
      let impressions = 0;
      let clicks = 0;
      let examination = 0;
      for (let position = from; position < to; position++) {
        const found = shown.get(`${surface} ${position}`)!;
        impressions += found.impressions;
        clicks += found.clicks;
        examination += found.impressions * shop.truth.examination(surface, position);
      }
      return { ctr: clicks / impressions, attraction: clicks / examination, clicks };
    };
    const [top, bottom] = [rate(0, 2), rate(3, 6)];
    assert.ok(top.ctr > 1.3 * bottom.ctr, `${surface}: ${top.ctr} at the top, ${bottom.ctr} below`);
    // After division by examination no effect of the position remains, within three standard errors
    // of the two click counts.
    const error = Math.sqrt(1 / top.clicks + 1 / bottom.clicks);
    assert.ok(Math.abs(Math.log(top.attraction / bottom.attraction)) < 3 * error, surface);
  }
});

test('the true probabilities explain the clicks of the biased log, in total and by position', () => {
  const clicks = events100k.filter((event) => event.type === 'click');
  let expected = 0;
  let variance = 0;
  let expectedTop = 0;
  let impressions = 0;
  for (const { event, examination, click } of shop100k.truth.impressions()) {
    impressions++;
    expected += examination * click;
    variance += examination * click * (1 - examination * click);
    if (event.position === 0) expectedTop += examination * click;
  }
  assert.equal(impressions, events100k.filter((event) => event.type === 'impression').length);
  // Four standard deviations. Clicks cut off by the end of the log, and repeats within a page, are
  // far fewer.
  assert.ok(Math.abs(clicks.length - expected) < 4 * Math.sqrt(variance), `${clicks.length} against ${expected}`);
  const top = clicks.filter((event) => event.position === 0).length;
  assert.ok(Math.abs(top - expectedTop) < 4 * Math.sqrt(expectedTop), `${top} against ${expectedTop} at the top`);
});

test('the taste of a user drifts over weeks, and stays fixed with drift 0', () => {
  const still = simulateShop({ events: 20_000, drift: 0 });
  const similarity = (shop: typeof still, from: number, to: number) => {
    let sum = 0;
    for (const user of shop.userIds()) {
      const a = shop.truth.user(user, shop.start + from * 86_400).taste;
      const b = shop.truth.user(user, shop.start + to * 86_400).taste;
      for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
    }
    return sum / shop.options.users;
  };
  assert.ok(similarity(shop20k, 0, 6) > 0.9999);
  assert.ok(similarity(shop20k, 0, 14) < 0.99);
  assert.ok(similarity(shop20k, 0, 59) < similarity(shop20k, 0, 14) - 0.05);
  assert.ok(similarity(shop20k, 0, 59) > 0.4, 'a user keeps part of the taste');
  assert.ok(similarity(still, 0, 59) > 0.9999);
});

test('drift shows in the log: shelves visited in the same period are more similar', () => {
  const shelf = new Map([...shop100k.items()].map((item) => [item.id, item.categories![1]]));
  const profiles = new Map<string, Map<string, number>[]>();
  for (const { user, item, type, timestamp, session } of events100k) {
    if (type !== 'click') continue;
    const period = Math.floor(((timestamp - shop100k.start) / 86_400 / 60) * 3);
    // Each period is split in two halves by visit, so a visit is never compared with itself.
    const half = Number(session!.slice(-1)) % 2;
    const profile =
      profiles.get(user) ??
      profiles
        .set(
          user,
          Array.from({ length: 6 }, () => new Map()),
        )
        .get(user)!;
    const counts = profile[Math.min(period, 2) * 2 + half];
    counts.set(shelf.get(item)!, (counts.get(shelf.get(item)!) ?? 0) + 1);
  }
  let within = 0;
  let across = 0;
  let users = 0;
  for (const profile of profiles.values()) {
    if ([0, 1, 4, 5].some((part) => profile[part].size === 0)) continue;
    within += (cosine(profile[0], profile[1]) + cosine(profile[4], profile[5])) / 2;
    across += (cosine(profile[0], profile[5]) + cosine(profile[1], profile[4])) / 2;
    users++;
  }
  assert.ok(users > 50);
  assert.ok(within / users > across / users + 0.03, `${within / users} within, ${across / users} across`);
});

test('new items are launched over time, in the documented share, and are clicked afterwards', () => {
  const launches = [...shop100k.items()].map(({ id }) => (shop100k.truth.launchTime(id) - shop100k.start) / 86_400);
  const late = launches.filter((day) => day > 0);
  assert.ok(Math.abs(late.length / launches.length - 0.2) < 0.05);
  assert.ok(Math.min(...late) < 10 && Math.max(...late) > 50);
  const clicked = new Set(events100k.filter((event) => event.type === 'click').map((event) => event.item));
  const newAndClicked = [...clicked].filter((item) => shop100k.truth.launchTime(item) > shop100k.start);
  assert.ok(newAndClicked.length > 0.5 * late.length);
  const none = simulateShop({ events: 1000, newItemShare: 0 });
  assert.ok([...none.items()].every(({ id }) => none.truth.launchTime(id) === none.start));
});

test('some users visit far more often than others, and consumables are bought again', () => {
  const visits = new Map<string, Set<string>>();
  const bought = new Map<string, number>();
  for (const { user, session, type, item } of events100k) {
    visits.set(user, (visits.get(user) ?? new Set()).add(session!));
    if (type === 'purchase') bought.set(`${user} ${item}`, (bought.get(`${user} ${item}`) ?? 0) + 1);
  }
  const sorted = [...visits.values()].map((sessions) => sessions.size).sort((a, b) => b - a);
  assert.ok(sorted[0] > 6 * sorted[sorted.length >> 1]);
  assert.ok([...bought.values()].filter((times) => times > 1).length > 10);
});

test('memory does not grow with the number of events', () => {
  const heapAfter = (events: number) => {
    let most = 0;
    let count = 0;
    const log = simulateShop({ events, users: 500, items: 500 }).events();
    for (const _ of log) {
      if (++count % 30_000 === 0) {
        collectGarbage();
        most = Math.max(most, process.memoryUsage().heapUsed);
      }
    }
    return most;
  };
  const short = heapAfter(30_000);
  const long = heapAfter(300_000);
  // As objects in memory, 270,000 events would take about 40 MB.
  assert.ok(long - short < 6e6, `${(long - short) / 1e6} MB more`);
});

test('shops with options at their limits produce their whole log', () => {
  for (const options of [
    { events: 3000, items: 50, users: 10, days: 7, newItemShare: 0.9, drift: 5 },
    { events: 3000, items: 50, users: 10, days: 730, newItemShare: 0.9 },
    { events: 1000, users: 20_000, items: 5000 },
    { events: 3000, items: 50, users: 10, policy: 'random', seed: -2147483648 },
    { events: 3000, seed: 4294967295, newItemShare: 0, drift: 0 },
  ] as SimulatedShopOptions[]) {
    const shop = simulateShop(options);
    let count = 0;
    for (const event of shop.events()) {
      assert.ok(shop.truth.launchTime(event.item) <= event.timestamp);
      count++;
    }
    assert.equal(count, options.events);
  }
});

test('options outside their limits and unknown ids are refused', () => {
  for (const options of [
    { events: 999 },
    { events: 10_000_001 },
    { events: 1500.5 },
    { users: 9 },
    { items: 49 },
    { days: 6 },
    { newItemShare: 0.95 },
    { drift: -1 },
    { seed: 0.5 },
    { policy: 'best' },
  ] as SimulatedShopOptions[]) {
    assert.throws(() => simulateShop(options), { code: 'SIMULATED_BAD_OPTION' }, JSON.stringify(options));
  }
  const { truth, start } = shop20k;
  for (const [user, item] of [
    ['sim-user-999999', 'sim-item-000000'],
    ['sim-user-000000', 'sim-item-999999'],
    ['sim-item-000000', 'sim-item-000000'],
    ['stranger', 'sim-item-000000'],
  ]) {
    assert.throws(() => truth.preference(user, item, start), { code: 'SIMULATED_UNKNOWN_ID' });
  }
});

function cosine(a: Map<string, number>, b: Map<string, number>): number {
  let product = 0;
  for (const [key, value] of a) product += value * (b.get(key) ?? 0);
  const norm = (of: Map<string, number>) => Math.sqrt([...of.values()].reduce((sum, value) => sum + value * value, 0));
  return product / (norm(a) * norm(b));
}
