/** A small impression log of two surfaces: some items are clicked by many, others by few. */
import { createRandom } from '@lorekeep/core';
import type { RankingData } from '@lorekeep/ranking';

const DAY = 86_400;
const START = 1_700_000_000;

/** Impressions are spread evenly over `days`. Surface "side" has one of five. */
export function smallLog({ rows = 1500, users = 30, items = 24, days = 12, seed = 1 } = {}): RankingData {
  const random = createRandom(seed);
  const columns = {
    users: random.ints(users, new Int32Array(rows)),
    items: random.ints(items, new Int32Array(rows)),
    timestamps: Float64Array.from({ length: rows }, (_, row) => START + Math.floor((row * days * DAY) / rows)),
    surfaces: Int32Array.from({ length: rows }, () => Number(random.next() < 0.2)),
    positions: new Int32Array(rows).fill(-1),
    requests: new Float64Array(rows),
    outcomes: new Uint32Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    const clicked = random.next() < (columns.items[row] % 3 === 0 ? 0.8 : 0.15);
    columns.outcomes[row] = Number(clicked) + 2 * Number(clicked && random.next() < 0.4);
  }
  const names = {
    userIds: Array.from({ length: users }, (_, user) => `u${user}`),
    itemIds: Array.from({ length: items }, (_, item) => `i${item}`),
    surfaceNames: ['main', 'side'],
    outcomeNames: ['click', 'buy'],
  };
  const log = { ...columns, ...names, impressions: rows, unattributed: [0, 0], fingerprint: `small ${seed}` };
  const genre = {
    name: 'genre',
    codes: Int32Array.from({ length: items }, (_, i) => i % 4),
    values: ['w', 'x', 'y', 'z'],
  };
  return { log, names, items: [genre], users: [] };
}

export const SMALL = { dim: 4, hidden: [8], taskHidden: [6], towers: 3, attention: 4, batch: 32, maxRows: 1024 };
