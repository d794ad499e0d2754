/** Lists joined, cut and filled: the last steps of the composition. */
import type { RankedCandidates } from '@lorekeep/ranking';

/**
 * What ordered a list. Items of the towers may follow behind a list of `'reranker'` or `'linear'`,
 * and popular and new items behind one of `'content'`.
 */
export type Source = 'reranker' | 'linear' | 'towers' | 'content' | 'popularity' | 'newest';

/** Catalogue rows, best first. */
export interface RankedItems {
  keys: Uint32Array;
  /** Falling; comparable within one list only. */
  scores: Float32Array;
  source: Source;
  /** How many of them `source` has ordered; those behind fill the list. Default: all. */
  own?: number;
}

/** A list without some rows. */
export function without({ items, scores }: RankedCandidates, rows: ReadonlySet<number>): RankedCandidates {
  if (rows.size === 0) return { items, scores };
  const kept = Array.from(items.keys()).filter((at) => !rows.has(items[at]));
  return { items: Int32Array.from(kept, (at) => items[at]), scores: Float32Array.from(kept, (at) => scores[at]) };
}

/**
 * One order from two: re-ranked items in their order, except that new items, which the re-ranker
 * does not know, take the very rank that the linear model gives them. The other items of the linear
 * model follow behind the last re-ranked one. A longer list begins with every shorter one.
 *
 * @param reranked best first
 * @param order of the linear model, best first; at least `limit` rows if it has them
 * @param limit rows wanted
 */
export function mergeNewItems(
  reranked: ArrayLike<number>,
  order: ArrayLike<number>,
  isNew: (row: number) => boolean,
  limit: number,
): number[] {
  const result: number[] = [];
  const placed = new Set<number>();
  const newRanks = Array.from(order, (_, rank) => rank).filter((rank) => isNew(order[rank]));
  let nextNew = 0;
  let nextReranked = 0;
  let nextOther = 0;
  const place = (row: number) => {
    if (placed.has(row)) return;
    placed.add(row);
    result.push(row);
  };
  while (result.length < limit) {
    if (nextNew < newRanks.length && newRanks[nextNew] <= result.length) place(order[newRanks[nextNew++]]);
    else if (nextReranked < reranked.length) place(reranked[nextReranked++]);
    else if (nextOther < order.length) place(order[nextOther++]);
    else break;
  }
  return result;
}

/**
 * The rows with the scores of the re-ranker. A row that the linear model placed has its score on
 * another scale, so it gets the score of the row before it.
 */
export function withScoresOf(
  rows: readonly number[],
  { items, scores }: RankedCandidates,
): { keys: Uint32Array; scores: Float32Array } {
  const own = new Map(Array.from(items, (row, at) => [row, scores[at]]));
  let score = scores[0];
  return {
    keys: Uint32Array.from(rows),
    scores: Float32Array.from(rows, (row) => {
      score = own.get(row) ?? score;
      return score;
    }),
  };
}

/**
 * The list, then rows of another list that it lacks. They all get one score: the last of the list, or
 * 0 if that is lower.
 */
export function fillBehind(
  { keys: first, scores: firstScores, source }: RankedItems,
  behind: { keys: Uint32Array },
  k: number,
): RankedItems {
  const placed = new Set(first);
  const keys = [...first, ...[...behind.keys].filter((row) => !placed.has(row))].slice(0, k);
  const scores = new Float32Array(keys.length).fill(Math.min(0, firstScores.at(-1) ?? 0));
  scores.set(firstScores);
  return { keys: Uint32Array.from(keys), scores, source, own: Math.min(first.length, keys.length) };
}

/**
 * Two lists whose scores are on one scale as one, best first. An item of both has the higher of its
 * scores. Of equal scores, the item of the first list comes first.
 */
export function mergedByScore(
  first: RankedCandidates,
  second: RankedCandidates,
): { keys: Uint32Array; scores: Float32Array } {
  const items = [...first.items, ...second.items];
  const scores = [...first.scores, ...second.scores];
  const value = (at: number) => (Number.isFinite(scores[at]) ? scores[at] : Number.NEGATIVE_INFINITY);
  const placed = new Set<number>();
  const order = Array.from(items.keys())
    .sort((a, b) => value(b) - value(a) || a - b)
    .filter((at) => {
      const isFirst = !placed.has(items[at]);
      placed.add(items[at]);
      return isFirst;
    });
  return {
    keys: Uint32Array.from(order, (at) => items[at]),
    scores: Float32Array.from(order, (at) => scores[at]),
  };
}

/** How much of a list may be new. */
export interface NewBound {
  /** Of the first n items at most ⌈share · n⌉ are new, for every n. */
  share: number;
  /** Whether new items that must wait stand behind all others, or are left out. */
  keepsAll: boolean;
}

/** The bound if a request names none: half of a list, as long as there are other items. */
export const USUAL_BOUND: NewBound = { share: 0.5, keepsAll: true };

/** @param atMost the share that a request names. Default: `USUAL_BOUND`. */
export const newBound = (atMost: number | undefined): NewBound =>
  atMost === undefined ? USUAL_BOUND : { share: atMost, keepsAll: false };

/**
 * The list with new items moved back as far as their share requires. An item that had to wait has at
 * most the score of the item before it.
 */
export function withFewerNew(
  { keys, scores, source }: RankedItems,
  isNew: (row: number) => boolean,
  bound: NewBound,
): RankedItems {
  const order = orderWithFewerNew(keys.length, (at) => isNew(keys[at]), bound);
  return {
    keys: Uint32Array.from(order, (at) => keys[at]),
    scores: Float32Array.from(fallingScores(order.map((at) => scores[at]))),
    source,
  };
}

/** Positions of a list of this length in the order that `withFewerNew` describes. */
export function orderWithFewerNew(
  length: number,
  isNew: (at: number) => boolean,
  { share, keepsAll }: NewBound,
): number[] {
  const order: number[] = [];
  const waiting: number[] = [];
  let admitted = 0;
  // Rounding errors of the product must not admit another item.
  const hasPlace = () => admitted + 1 <= Math.ceil(share * (order.length + 1) - 1e-9);
  const admitWaiting = () => {
    while (admitted < waiting.length && hasPlace()) order.push(waiting[admitted++]);
  };
  for (let at = 0; at < length; at++) {
    if (isNew(at)) waiting.push(at);
    admitWaiting();
    if (!isNew(at)) order.push(at);
  }
  admitWaiting();
  return keepsAll ? [...order, ...waiting.slice(admitted)] : order;
}

/** Scores none of which is above the one before it. */
export function fallingScores(scores: readonly number[]): number[] {
  let least = Number.POSITIVE_INFINITY;
  return scores.map((score) => {
    if (score < least) least = score;
    return least;
  });
}
