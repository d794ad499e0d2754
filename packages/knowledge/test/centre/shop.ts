/** A schema and entries whose every number says which entity it belongs to. */
import assert from 'node:assert/strict';
import type { KnowledgeAnswer, KnowledgeEntries, KnowledgeQuery, KnowledgeSchema } from '@lorekeep/knowledge';

export const SPACE = 'keep';

export const SCHEMA: KnowledgeSchema = {
  user: [{ name: 'user', dim: 2 }],
  item: [{ name: 'item', dim: 1 }],
  interactions: [],
  userCategory: [{ name: 'category', dim: 1 }],
};

/** User n is (n, version), item n is n, user n with category c0 is -n. */
export function* shop(version: number, count: number, batch = 100): Generator<KnowledgeEntries> {
  for (let from = 0; from < count; from += batch) {
    const numbers = Array.from({ length: Math.min(batch, count - from) }, (_, at) => from + at);
    const users = numbers.map((n) => `u${n}`);
    yield { kind: 'user', ids: users, values: Float32Array.from(numbers.flatMap((n) => [n, version])) };
    yield { kind: 'item', ids: numbers.map((n) => `i${n}`), values: Float32Array.from(numbers) };
    yield {
      kind: 'userCategory',
      ids: users,
      categories: users.map(() => 'c0'),
      values: Float32Array.from(numbers, (n) => -n),
    };
  }
}

/** `pairs` pairs from user and item `from` on. */
export const queryOf = (from: number, pairs: number): KnowledgeQuery => {
  const numbers = Array.from({ length: pairs }, (_, at) => from + at);
  return {
    users: numbers.map((n) => `u${n}`),
    items: numbers.map((n) => `i${n}`),
    categories: numbers.map(() => 'c0'),
  };
};

/** Every number of the answer is that of the shop. */
export function assertShop(answer: KnowledgeAnswer, version: number, from: number, pairs: number): void {
  assert.ok(
    answer.present.every((flag) => flag === 1),
    'an entry is missing',
  );
  const numbers = Array.from({ length: pairs }, (_, at) => from + at);
  assert.deepEqual(
    Array.from(answer.values),
    numbers.flatMap((n) => [n, version, n, n === 0 ? -0 : -n]),
  );
}
