/**
 * Items for a query in words. The score of an item is
 *
 *     cosine of query and text + share of the words that it has · .3 + taste of the user · .1
 *
 * The first two are exact over the whole catalogue. The taste orders the best 200 of them.
 */
import type { RankedItems } from '../composition/lists.ts';
import type { LoadedPublication } from '../engine/loaded-publication.ts';
import { errors } from '../errors.ts';
import type { ListableRows } from '../page/listable-rows.ts';
import { HEAD } from '../page/page.ts';
import { wordBonus } from './words.ts';

/** What the item that fits a user best gets. */
export const TASTE_WEIGHT = 0.1;

export interface Searched {
  query: string;
  /** Of the query. */
  vector: Float32Array;
  /** Rows that the user chose, oldest first; none for a list that is the same for all. */
  history: readonly number[];
  listable: ListableRows;
}

/**
 * @returns the list of a length
 * @throws LorekeepError `SEARCH_WITHOUT_TEXTS`
 */
export async function searchItems(
  loaded: LoadedPublication,
  { query, vector, history, listable: { passes, among } }: Searched,
): Promise<(size: number) => Promise<RankedItems>> {
  const { catalogue, content } = loaded;
  const words = await wordBonus(query, catalogue.fields);
  // Of a query that the encoder does not know, only the words say something.
  const isKnown = vector.some((value) => value !== 0);
  const mayMatch = (row: number) => (isKnown || words.has(row)) && (passes === undefined || passes(row));
  const nearest = async (size: number, bonus: ReadonlyMap<number, number>) => {
    const found = await content.nearestTo(vector, size, { passes: mayMatch, among, bonus });
    if (found === undefined) throw errors.SEARCH_WITHOUT_TEXTS();
    return found;
  };
  const head = await nearest(HEAD, words);
  const taste = await tasteOf(loaded, head.keys, history);
  const bonus = taste.size === 0 ? words : sum(words, taste);
  const ordered = taste.size === 0 ? head : await loaded.content.nearestTo(vector, HEAD, { among: head.keys, bonus });
  return async (size) => {
    if (size <= HEAD && ordered !== undefined)
      return { keys: ordered.keys.slice(0, size), scores: ordered.scores.slice(0, size), source: 'content' };
    return { ...(await nearest(size, bonus)), source: 'content' };
  };
}

/** By their place in the order of the model: 0.1 for the first, nearly 0 for the last. */
async function tasteOf(
  { recommender }: LoadedPublication,
  rows: Uint32Array,
  history: readonly number[],
): Promise<Map<number, number>> {
  if (history.length === 0 || rows.length === 0) return new Map();
  const among = new Set(rows);
  const [prepared] = await recommender.prepare([
    { history, passes: (row) => among.has(row), among: rows, atMostNew: 1 },
  ]);
  const { keys, source } = await prepared.list(rows.length);
  if (source === 'popularity' || source === 'newest') return new Map();
  return new Map(Array.from(keys, (row, at) => [row, TASTE_WEIGHT * (1 - at / rows.length)]));
}

function sum(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): Map<number, number> {
  const all = new Map(a);
  for (const [row, value] of b) all.set(row, (all.get(row) ?? 0) + value);
  return all;
}
