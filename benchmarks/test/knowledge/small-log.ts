/** A small log of the shape of the real one: history without surfaces and clicks, then twelve days. */
import { createRandom } from '@lorekeep/core';
import type { Field, RankingData } from '@lorekeep/ranking';

const DAY = 86_400;
export const START = 100 * DAY;
const USERS = 20;
const ITEMS = 30;
const SURFACES = ['1', '0', '2', '4', '6', '9'];

const field = (name: string, count: number, values: number): Field => ({
  name,
  codes: Int32Array.from({ length: count }, (_, i) => i % values),
  values: Array.from({ length: values }, (_, i) => `${name} ${i}`),
});

/** Items differ in quality: an even item is clicked three times as often as an odd one. */
export function smallLog(): RankingData {
  const random = createRandom(3);
  const rows: [user: number, item: number, timestamp: number, surface: number, outcomes: number][] = [];
  for (let i = 0; i < 200; i++) rows.push([random.int(USERS), random.int(ITEMS), START - 1000, -1, 2 * random.int(2)]);
  for (let i = 0; i < 900; i++) {
    const item = random.int(ITEMS);
    const click = Number(random.next() < (item % 2 === 0 ? 0.6 : 0.2));
    const longView = click * random.int(2);
    const surface = random.int(2) === 0 ? 0 : random.int(SURFACES.length);
    rows.push([random.int(USERS), item, START + Math.floor((i * 12 * DAY) / 900), surface, click + 2 * longView]);
  }
  const column = (at: number) => Int32Array.from(rows, (row) => row[at]);
  const log = {
    userIds: Array.from({ length: USERS }, (_, i) => `u${i}`),
    itemIds: Array.from({ length: ITEMS }, (_, i) => `i${i}`),
    surfaceNames: SURFACES,
    outcomeNames: ['click', 'long_view', 'like'],
    impressions: rows.length,
    unattributed: [0, 0, 0],
    users: column(0),
    items: column(1),
    timestamps: Float64Array.from(rows, (row) => row[2]),
    surfaces: column(3),
    positions: new Int32Array(rows.length).fill(-1),
    requests: new Float64Array(rows.length),
    outcomes: Uint32Array.from(rows, (row) => row[4]),
    fingerprint: 'small',
  };
  return {
    log,
    names: log,
    items: [field('author_id', ITEMS, 7), field('tag', ITEMS, 5)],
    users: [field('activity', USERS, 3)],
  };
}
