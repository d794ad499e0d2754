/** Entries and queries of the bench: KEEP's three kinds, with the blocks of one task. */
import { createRandom } from '@lorekeep/core';
import type { KnowledgeEntries, KnowledgeQuery, KnowledgeSchema } from '@lorekeep/knowledge';

/** K̂ has 48 + 48 + 64 + 64 = 224 numbers. */
export const SCHEMA: KnowledgeSchema = {
  user: [
    { name: 'user_id', dim: 48 },
    { name: 'user_factor', dim: 64, factor: true },
  ],
  item: [
    { name: 'item_features', dim: 48 },
    { name: 'item_factor', dim: 64, factor: true },
  ],
  interactions: [{ name: 'interaction', user: 'user_factor', item: 'item_factor', kind: 'product' }],
  userCategory: [{ name: 'user_category', dim: 64 }],
};

/** Numbers of K̂. */
export const WIDTH = 224;

export interface Sizes {
  users: number;
  items: number;
  /** Categories of each user. */
  categories: number;
}

const BATCH = 10_000;
const CATEGORIES = 100;
const categoryOf = (user: number, place: number) => `category-${(user * 7 + place * 13) % CATEGORIES}`;

export function* entries({ users, items, categories }: Sizes): Generator<KnowledgeEntries> {
  const random = createRandom(1);
  const kinds = [
    { kind: 'user', count: users, width: 112 },
    { kind: 'item', count: items, width: 112 },
    { kind: 'userCategory', count: users * categories, width: 64 },
  ] as const;
  for (const { kind, count, width } of kinds)
    for (let from = 0; from < count; from += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => from + at);
      const values = new Float32Array(numbers.length * width);
      for (let at = 0; at < values.length; at++) values[at] = random.next() - 0.5;
      if (kind === 'userCategory')
        yield {
          kind,
          ids: numbers.map((n) => `user-${Math.floor(n / categories)}`),
          categories: numbers.map((n) => categoryOf(Math.floor(n / categories), n % categories)),
          values,
        };
      else yield { kind, ids: numbers.map((n) => `${kind}-${n}`), values };
    }
}

/** Batches of pairs that all have their three entries. */
export function queries(
  { users, items, categories }: Sizes,
  count: number,
  pairs: number,
  usersPerBatch: number,
): KnowledgeQuery[] {
  const random = createRandom(2);
  return Array.from({ length: count }, () => {
    const batch: KnowledgeQuery = { users: [], items: [], categories: [] };
    let user = 0;
    for (let pair = 0; pair < pairs; pair++) {
      if (pair % (pairs / usersPerBatch) === 0) user = random.int(users);
      batch.users.push(`user-${user}`);
      batch.items.push(`item-${random.int(items)}`);
      batch.categories.push(categoryOf(user, random.int(categories)));
    }
    return batch;
  });
}
