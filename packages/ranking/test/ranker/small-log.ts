/** A small impression log with a pattern to learn: users of a group click the items of that group. */
import { createRandom } from '@lorekeep/core';
import type { ImpressionColumns } from '@lorekeep/store';
import type { RankingEntities } from '../../src/data/ranking-data.ts';

export interface SmallLogOptions {
  rows?: number;
  users?: number;
  items?: number;
  /** Default: each impression has a place from 0 to 4. */
  positions?: boolean;
  seed?: number;
}

/** Three surfaces; on "c" no purchase is ever recorded. Outcomes: click, buy (only after a click). */
export function smallLog(options: SmallLogOptions = {}): { log: ImpressionColumns; entities: RankingEntities } {
  const { rows = 400, users = 12, items = 20, positions = true, seed = 1 } = options;
  const random = createRandom(seed);
  const log: ImpressionColumns = {
    users: random.ints(users, new Int32Array(rows)),
    items: random.ints(items, new Int32Array(rows)),
    timestamps: Float64Array.from({ length: rows }, (_, row) => 1_000_000 + 60 * row),
    surfaces: random.ints(3, new Int32Array(rows)),
    positions: positions ? random.ints(5, new Int32Array(rows)) : new Int32Array(rows).fill(-1),
    requests: new Float64Array(rows),
    outcomes: new Uint32Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    const clicked = random.next() < (log.users[row] % 3 === log.items[row] % 3 ? 0.8 : 0.2);
    const bought = clicked && log.surfaces[row] !== 2 && random.next() < 0.5;
    log.outcomes[row] = Number(clicked) + 2 * Number(bought);
  }
  const names = {
    userIds: Array.from({ length: users }, (_, user) => `u${user}`),
    itemIds: Array.from({ length: items }, (_, item) => `i${item}`),
    surfaceNames: ['a', 'b', 'c'],
    outcomeNames: ['click', 'buy'],
  };
  const genre = {
    name: 'genre',
    codes: Int32Array.from({ length: items }, (_, i) => (i % 4) - 1),
    values: ['x', 'y', 'z'],
  };
  const age = { name: 'age', codes: Int32Array.from({ length: users }, (_, u) => u % 2), values: ['old', 'young'] };
  return { log, entities: { names, items: [genre], users: [age] } };
}

/** Rows `from` to `to` (exclusive). */
export const rowsBetween = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
