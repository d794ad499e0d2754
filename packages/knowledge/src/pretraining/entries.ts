/**
 * What a model of stage 1 publishes to the General Knowledge Center: one entry per user, one per item,
 * and on request one per user and category. The interaction of user and item is the dot product of
 * their towers, so that N_u + N_i + N_uc entries stand for N_u × N_i pairs (KEEP, section 4.4).
 *
 * Dot products and biases mean the same in every retraining, while the axes of the vectors do not. A
 * ranker that is served K̂ of these parts can therefore be given another version.
 */
import type { ImpressionRanker } from '@lorekeep/ranking';
import type { KnowledgeEntries, KnowledgeSchema } from '../centre/contract/data.ts';
import { scoreAt } from './score-at.ts';
import { type CategoryAverages, createUserCategories, type UserCategorySource } from './user-categories.ts';

/** Entities per group of entries. */
const CHUNK = 4096;

/** Which kinds of entries a schema has beside users and items. */
export interface ServedSchemaOptions {
  /** Entries by user and category: one number per task. Default false. */
  userCategories?: boolean;
}

/** The form of the entries of a model: per task a factor and a bias on each side. */
export function servedSchema(
  tasks: readonly string[],
  dim: number,
  { userCategories = false }: ServedSchemaOptions = {},
): KnowledgeSchema {
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
    userCategory: userCategories ? tasks.map((task) => ({ name: `category ${task}`, dim: 1 })) : [],
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
  /** Entries by user and category, of the chosen users. Default: none. */
  userCategories?: UserCategorySource;
}

/**
 * Entries of users, with those by user and category, then of items, computed while they are read.
 *
 * @throws LorekeepError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export async function* knowledgeEntries(
  ranker: ImpressionRanker,
  { userIds, itemIds, now, userCategories: source, ...chosen }: EntriesOptions,
): AsyncGenerator<KnowledgeEntries, void, void> {
  const all = (ids: readonly string[]) => Int32Array.from(ids.keys());
  const { users = all(userIds), items = all(itemIds) } = chosen;
  const userCategories = source && createUserCategories(ranker, source);
  for (const part of chunks(users)) {
    const { userVectors } = await scoreAt(ranker, { users: part, items: part.map(() => 0), now });
    const ids = Array.from(part, (user) => userIds[user]);
    yield { kind: 'user', ids, values: userVectors! };
    if (userCategories === undefined) continue;
    yield byCategory(ids, await userCategories.averages({ users: part, userVectors: userVectors!, now }));
  }
  for (const part of chunks(items)) {
    const { itemVectors } = await scoreAt(ranker, { users: part.map(() => -1), items: part, now });
    yield { kind: 'item', ids: Array.from(part, (item) => itemIds[item]), values: itemVectors! };
  }
}

function* chunks(all: Int32Array): Generator<Int32Array> {
  for (let first = 0; first < all.length; first += CHUNK) yield all.subarray(first, first + CHUNK);
}

function byCategory(users: readonly string[], averages: readonly CategoryAverages[]): KnowledgeEntries {
  const ids: string[] = [];
  const categories: string[] = [];
  const values: number[] = [];
  for (const [row, own] of averages.entries())
    for (const [category, logits] of own) {
      ids.push(users[row]);
      categories.push(category);
      values.push(...logits);
    }
  return { kind: 'userCategory', ids, categories, values: Float32Array.from(values) };
}
