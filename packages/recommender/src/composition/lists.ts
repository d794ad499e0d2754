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
  const keptItems = new Int32Array(items.length);
  const keptScores = new Float32Array(items.length);
  let kept = 0;
  for (let at = 0; at < items.length; at++) {
    if (rows.has(items[at])) continue;
    keptItems[kept] = items[at];
    keptScores[kept++] = scores[at];
  }
  return { items: keptItems.subarray(0, kept), scores: keptScores.subarray(0, kept) };
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
  const total = first.items.length + second.items.length;
  const keys = new Uint32Array(total);
  const scores = new Float32Array(total);
  const [firstOrder, secondOrder] = [orderOf(first.scores), orderOf(second.scores)];
  const placed = new Set<number>();
  let count = 0;
  for (let one = 0, two = 0; one < firstOrder.length || two < secondOrder.length; ) {
    const ofFirst = one < firstOrder.length ? comparable(first.scores[firstOrder[one]]) : undefined;
    const ofSecond = two < secondOrder.length ? comparable(second.scores[secondOrder[two]]) : undefined;
    const takesFirst = ofSecond === undefined || (ofFirst !== undefined && ofFirst >= ofSecond);
    const [list, at] = takesFirst ? [first, firstOrder[one++]] : [second, secondOrder[two++]];
    const row = list.items[at];
    if (placed.has(row)) continue;
    placed.add(row);
    keys[count] = row;
    scores[count++] = list.scores[at];
  }
  return { keys: keys.subarray(0, count), scores: scores.subarray(0, count) };
}

/** What is not finite comes last. */
const comparable = (score: number) => (Number.isFinite(score) ? score : Number.NEGATIVE_INFINITY);

/** Positions, best first; of equal scores in their order. Lists nearly always are in order. */
function orderOf(scores: Float32Array): number[] {
  const order = Array.from({ length: scores.length }, (_, at) => at);
  let isFalling = true;
  for (let at = 1; at < scores.length; at++) if (comparable(scores[at]) > comparable(scores[at - 1])) isFalling = false;
  if (isFalling) return order;
  return order.sort((a, b) => comparable(scores[b]) - comparable(scores[a]) || a - b);
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
