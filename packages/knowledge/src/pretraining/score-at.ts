/** Pairs of user and item that were not logged, as a model of stage 1 sees them at a time. */
import type { ImpressionRanker } from '@lorekeep/ranking';
import type { ImpressionColumns } from '@lorekeep/store';

export interface PairsAt {
  /** Numbers of users; −1 for none. */
  users: Int32Array;
  items: Int32Array;
  /** Unix seconds: ages of behaviours count from here. */
  now: number;
}

/** The vectors of both towers, of each pair. */
export function scoreAt(ranker: ImpressionRanker, { users, items, now }: PairsAt) {
  const columns: ImpressionColumns = {
    users,
    items,
    timestamps: new Float64Array(users.length).fill(now),
    surfaces: new Int32Array(users.length).fill(-1),
    positions: new Int32Array(users.length).fill(-1),
    requests: new Float64Array(users.length),
    outcomes: new Uint32Array(users.length),
  };
  return ranker.score({ columns, rows: Int32Array.from(users.keys()) }, { towerVectors: true });
}
