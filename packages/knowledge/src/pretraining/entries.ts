/**
 * What a model of stage 1 publishes to the General Knowledge Center: one entry per user and one per
 * item. The interaction of both is the dot product of their towers, so that N_u + N_i entries stand
 * for N_u × N_i pairs (KEEP, section 4.4).
 *
 * Dot products and biases mean the same in every retraining, while the axes of the vectors do not. A
 * ranker that is served K̂ of these parts can therefore be given another version.
 */
import type { ImpressionRanker } from '@lorekeep/ranking';
import type { ImpressionColumns } from '@lorekeep/store';
import type { KnowledgeEntries, KnowledgeSchema } from '../centre/contract/data.ts';

/** Entities per group of entries. */
const CHUNK = 4096;

/** The form of the entries of a model: per task a factor and a bias on each side. */
export function servedSchema(tasks: readonly string[], dim: number): KnowledgeSchema {
  const blocks = (of: 'user' | 'item') =>
    tasks.flatMap((task) => [
      { name: `${of} ${task} vector`, dim, factor: true },
      { name: `${of} ${task} bias`, dim: 1 },
    ]);
  return {
    user: blocks('user'),
    item: blocks('item'),
    interactions: tasks.map((task) => ({
      name: `pair ${task}`,
      user: `user ${task} vector`,
      item: `item ${task} vector`,
      kind: 'dot',
    })),
    userCategory: [],
  };
}

export interface EntriesOptions {
  userIds: readonly string[];
  itemIds: readonly string[];
  /** Unix seconds: ages of behaviours count from here. */
  now: number;
  /** Which users, as indices in `userIds`. Default: all. */
  users?: Int32Array;
  /** Which items, as indices in `itemIds`. Default: all. */
  items?: Int32Array;
}

/** Entries of users, then of items, computed while they are read. */
export async function* knowledgeEntries(
  ranker: ImpressionRanker,
  { userIds, itemIds, now, ...chosen }: EntriesOptions,
): AsyncGenerator<KnowledgeEntries, void, void> {
  const all = (ids: readonly string[]) => Int32Array.from(ids.keys());
  const { users = all(userIds), items = all(itemIds) } = chosen;
  for (const part of chunks(users)) {
    const { userVectors } = await scored(ranker, { users: part, items: part.map(() => 0), now });
    yield { kind: 'user', ids: Array.from(part, (user) => userIds[user]), values: userVectors! };
  }
  for (const part of chunks(items)) {
    const { itemVectors } = await scored(ranker, { users: part.map(() => -1), items: part, now });
    yield { kind: 'item', ids: Array.from(part, (item) => itemIds[item]), values: itemVectors! };
  }
}

function* chunks(all: Int32Array): Generator<Int32Array> {
  for (let first = 0; first < all.length; first += CHUNK) yield all.subarray(first, first + CHUNK);
}

function scored(
  ranker: ImpressionRanker,
  { users, items, now }: { users: Int32Array; items: Int32Array; now: number },
) {
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
