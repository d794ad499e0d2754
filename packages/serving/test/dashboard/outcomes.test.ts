/** `GET /v1/admin/outcomes` beside a plain count of simulated impressions whose rates are known. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { type Outcomes, outcomesSchema } from '@lorekeep/dashboard';
import { openWorkspace, type Workspace } from '@lorekeep/workspace';
import { rateOf } from '../../src/dashboard/survey/rate.ts';
import { createServer, type Server } from '../../src/index.ts';
import { type Client, clientOf, QUIET } from '../http/client.ts';
import { complete } from './served-shop.ts';

type Counted = Extract<Outcomes, { state: 'counted' }>;
const NOW = 1_764_000_000;
const PRICES = [10, 20, 30];

describe('outcomes', () => {
  let dir: string;
  let workspace: Workspace;
  let server: Server;
  let get: Client['get'];
  const ask = async () =>
    (await complete(
      async () => outcomesSchema.parse((await get('/v1/admin/outcomes')).body),
      ({ state }) => state === 'counted',
    )) as Counted;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lorekeep-outcomes-'));
    workspace = await openWorkspace(join(dir, 'shop'), { create: true });
    await workspace.store.upsertItems(PRICES.map((price, at) => ({ id: `item-${at}`, title: `Item ${at}`, price })));
    server = createServer(undefined, { ...QUIET, workspace });
    ({ get } = clientOf(await server.listen()));
  });
  after(async () => {
    await server?.close();
    await workspace?.close();
    await rm(dir, { recursive: true });
  });

  test('without impressions there are no rates', async () => {
    const { total, surfaces, days, from } = await ask();
    assert.deepEqual(
      [total.impressions, total.ctr, surfaces, days, from],
      [0, { value: null, interval: null }, [], [], null],
    );
  });

  test('rates are those of a plain count, with intervals over users', async () => {
    const random = createRandom(3);
    const rate = (surface: string, position: number) => (surface === 'home' ? 0.3 : 0.15) / (1 + position);
    const plain = new Map<string, number[]>();
    const countIn = (key: string, by: number[]) => {
      const sums = plain.get(key) ?? [0, 0, 0, 0];
      plain.set(
        key,
        sums.map((sum, at) => sum + by[at]),
      );
    };
    const events = Array.from({ length: 2_000 }, (_, list) => {
      const [user, surface, request] = [`user-${random.int(400)}`, list % 3 === 0 ? 'cart' : 'home', `list-${list}`];
      const timestamp = NOW - random.int(20 * 86_400);
      return [0, 1, 2].flatMap((position) => {
        const at = random.int(3);
        const item = `item-${at}`;
        const isClicked = random.next() < rate(surface, position);
        const isBought = isClicked && random.next() < 0.2;
        for (const key of [surface, `${surface} ${position}`])
          countIn(key, [1, Number(isClicked), Number(isBought), isBought ? PRICES[at] : 0]);
        const shown = { user, item, surface, request, position, timestamp, type: 'impression' };
        return [
          shown,
          ...(isClicked ? [{ ...shown, type: 'click', timestamp: timestamp + 60 }] : []),
          // Two days later, which only the request attributes.
          ...(isBought ? [{ ...shown, type: 'purchase', timestamp: timestamp + 2 * 86_400 }] : []),
        ];
      });
    }).flat();
    // Older than the days that are counted, and an outcome of no impression.
    await workspace.store.appendEvents([
      { user: 'old', item: 'item-0', type: 'impression', timestamp: NOW - 60 * 86_400, surface: 'home', position: 0 },
      { user: 'other', item: 'item-0', type: 'click', timestamp: NOW },
      ...events,
    ]);
    const { total, surfaces, days, types } = await complete(ask, (answer) => answer.total.impressions > 0);
    assert.deepEqual(types, { impressions: ['impression'], clicks: ['click'], purchases: ['purchase'] });
    assert.equal(total.impressions, 6_000);
    assert.deepEqual(
      surfaces.map(({ surface }) => surface),
      ['home', 'cart'],
    );
    for (const { surface, total: all, positions } of surfaces) {
      const figures = ({ impressions, clicks, purchases, value }: typeof all) => [
        impressions,
        clicks,
        purchases,
        value,
      ];
      assert.deepEqual(figures(all), plain.get(surface as string));
      assert.deepEqual(
        positions.map(({ position }) => position),
        [0, 1, 2],
      );
      for (const cell of positions) {
        assert.deepEqual(figures(cell), plain.get(`${surface} ${cell.position}`));
        assert.equal(cell.ctr.value, cell.clicks / cell.impressions);
        const [low, high] = cell.ctr.interval as number[];
        const truth = rate(surface as string, cell.position as number);
        assert.ok(Math.abs((cell.ctr.value as number) - truth) < high - low, `${surface} ${cell.position}`);
        // These clicks are independent, so that the interval is that of a proportion.
        const proportion = 2 * 1.96 * Math.sqrt((truth * (1 - truth)) / cell.impressions);
        assert.ok(Math.abs((high - low) / proportion - 1) < 0.15, `${high - low} is not near ${proportion}`);
      }
    }
    assert.equal(days.length, 28);
    assert.equal(
      days.reduce((sum, { impressions }) => sum + impressions, 0),
      6_000,
    );
  });

  test('the outcomes of an erased user are gone', async () => {
    const before = (await ask()).total.impressions;
    await workspace.store.deleteUsers(['user-1']);
    const { total } = await complete(ask, (answer) => answer.total.impressions !== before);
    assert.ok(total.impressions < before && total.impressions > 0);
  });
});

test('the interval of a rate is that of the bootstrap over users', () => {
  const random = createRandom(7);
  const shown = Array.from({ length: 600 }, () => 1 + random.int(30));
  const clicked = shown.map((impressions) => {
    const own = 0.3 * random.next();
    return Array.from({ length: impressions }, () => Number(random.next() < own)).reduce((sum, one) => sum + one, 0);
  });
  const { value, interval } = rateOf(clicked, shown);
  const [low, high] = interval as [number, number];
  const resampled = Float64Array.from({ length: 2_000 }, () => {
    let [clicks, impressions] = [0, 0];
    for (let draw = 0; draw < shown.length; draw++) {
      const at = random.int(shown.length);
      clicks += clicked[at];
      impressions += shown[at];
    }
    return clicks / impressions;
  }).sort();
  assert.ok(Math.abs(resampled[50] - low) < 0.08 * (high - low));
  assert.ok(Math.abs(resampled[1_949] - high) < 0.08 * (high - low));
  // As if the impressions of a user were independent: too narrow.
  const all = shown.reduce((sum, one) => sum + one, 0);
  const rate = value as number;
  assert.ok(2 * 1.96 * Math.sqrt((rate * (1 - rate)) / all) < 0.8 * (high - low));
  assert.deepEqual(rateOf([], []), { value: null, interval: null });
  assert.deepEqual(rateOf([1, 0], [2, 0]), { value: 0.5, interval: null });
});
