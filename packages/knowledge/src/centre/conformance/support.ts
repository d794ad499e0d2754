/** What the checks of the suite share: places, a schema, entries, and K̂ by its definition. */
import assert from 'node:assert/strict';
import { createRandom } from '@lorekeep/core';
import type { KnowledgeEntries, KnowledgeQuery, KnowledgeSchema } from '../contract/data.ts';
import type { KnowledgeStore } from '../contract/store.ts';
import type { StoreOptions } from '../options.ts';

/** An empty place, in which several stores may be open at once. */
export interface KnowledgePlace {
  open(options?: StoreOptions): Promise<KnowledgeStore>;
  /** Closes what is still open and removes the place. */
  dispose(): Promise<void>;
}

export type Check = (title: string, run: (place: KnowledgePlace) => Promise<void>) => void;

export const SPACE = 'keep';

export const SCHEMA: KnowledgeSchema = {
  user: [
    { name: 'user-id', dim: 3 },
    { name: 'user-click', dim: 4, factor: true },
    { name: 'user-cart', dim: 2, factor: true },
  ],
  item: [
    { name: 'item-click', dim: 4, factor: true },
    { name: 'item-id', dim: 2 },
    { name: 'item-cart', dim: 2, factor: true },
  ],
  interactions: [
    { name: 'click', user: 'user-click', item: 'item-click', kind: 'product' },
    { name: 'cart', user: 'user-cart', item: 'item-cart', kind: 'dot' },
  ],
  userCategory: [{ name: 'category', dim: 3 }],
};
const WIDTHS = { user: 9, item: 8, userCategory: 3 };
/** 3 user + 2 item + 4 product + 1 dot + 3 category */
export const WIDTH = 13;

export function entriesOf(
  kind: KnowledgeEntries['kind'],
  ids: string[],
  seed: number,
  categories?: string[],
): KnowledgeEntries {
  const random = createRandom(seed);
  const values = Float32Array.from({ length: ids.length * WIDTHS[kind] }, () => random.normal());
  return { kind, ids, ...(categories && { categories }), values };
}

/** Users u0 …, items i0 …; each user with the categories c0 and c1. */
export function smallShop(seed: number, users = 5, items = 7): KnowledgeEntries[] {
  const userIds = Array.from({ length: users }, (_, at) => `u${at}`);
  const itemIds = Array.from({ length: items }, (_, at) => `i${at}`);
  return [
    entriesOf('user', userIds, seed),
    entriesOf('item', itemIds, seed + 1),
    entriesOf('userCategory', [...userIds, ...userIds], seed + 2, [
      ...userIds.map(() => 'c0'),
      ...userIds.map(() => 'c1'),
    ]),
  ];
}

/** K̂ of the pairs, by its definition in plain loops; of several entries of an entity the last counts. */
export function expected(entries: KnowledgeEntries[], { users, items, categories }: KnowledgeQuery) {
  const values: number[] = [];
  const present: number[] = [];
  const find = (kind: KnowledgeEntries['kind'], id: string, category?: string) => {
    let row: number[] | undefined;
    for (const batch of entries)
      batch.ids.forEach((other, at) => {
        if (batch.kind === kind && other === id && batch.categories?.[at] === category)
          row = Array.from(batch.values.slice(at * WIDTHS[kind], (at + 1) * WIDTHS[kind]));
      });
    return row;
  };
  users.forEach((user, at) => {
    const found = [find('user', user), find('item', items[at]), find('userCategory', user, categories[at])] as const;
    present.push(...found.map((row) => (row === undefined ? 0 : 1)));
    const [u, i, c] = found.map((row, kind) => row ?? new Array(Object.values(WIDTHS)[kind]).fill(0));
    values.push(...u.slice(0, 3), ...i.slice(4, 6));
    for (let j = 0; j < 4; j++) values.push(u[3 + j] * i[j]);
    values.push(u[7] * i[6] + u[8] * i[7], ...c);
  });
  return { values, present };
}

export function assertClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, wanted.length);
  for (let at = 0; at < wanted.length; at++)
    assert.ok(
      Math.abs(actual[at] - wanted[at]) <= tolerance * Math.max(1, Math.abs(wanted[at])),
      `number ${at} is ${actual[at]}, not ${wanted[at]}`,
    );
}

/** Every user with every item; categories c0, c1 and one that no user has. */
export function allPairs(users = 5, items = 7): KnowledgeQuery {
  const query: KnowledgeQuery = { users: [], items: [], categories: [] };
  for (let u = 0; u < users; u++)
    for (let i = 0; i < items; i++) {
      query.users.push(`u${u}`);
      query.items.push(`i${i}`);
      query.categories.push(['c0', 'c1', 'c2'][i % 3]);
    }
  return query;
}

export const hasCode = (code: string) => (error: unknown) => {
  assert.equal((error as { code?: unknown }).code, code, String(error));
  return true;
};

/** Entries without those of some users and items. */
export function withoutIds(entries: KnowledgeEntries[], users: string[], items: string[]): KnowledgeEntries[] {
  return entries.flatMap(({ kind, ids, categories, values }) => {
    const width = values.length / ids.length;
    const gone = kind === 'item' ? items : users;
    const kept = ids.flatMap((id, at) => (gone.includes(id) ? [] : [at]));
    if (kept.length === 0) return [];
    return {
      kind,
      ids: kept.map((at) => ids[at]),
      ...(categories && { categories: kept.map((at) => categories[at]) }),
      values: Float32Array.from(kept.flatMap((at) => [...values.subarray(at * width, (at + 1) * width)])),
    };
  });
}
