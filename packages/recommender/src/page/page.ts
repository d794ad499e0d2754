/**
 * From a ranked list to a page of it, always in this order:
 *
 *     list → boosts → diversity → caps and the bound on new items → k items
 *
 * Boosts and diversity reorder the best `HEAD` candidates of the list, which therefore does not depend
 * on k. What earlier pages have shown takes part in both, and is then left out. A page is cut from as
 * long a list as it takes.
 */
import { fallingScores, type NewBound, type RankedItems, type Source } from '../composition/lists.ts';
import { boosted, type RowBoost } from './boosts.ts';
import { diversified } from './diversity.ts';
import { placed, type ValueCap } from './places.ts';

/** Candidates that boosts and diversity reorder. */
export const HEAD = 200;
/** How many times its length a list is searched for items that new ones have to wait for. */
const SEARCHED = 8;
/** A list is searched so far for items that no cap leaves out. */
const SEARCHED_BY_CAPS = 4_000;

export interface PageRules {
  boosts: readonly RowBoost[];
  /** λ of maximal marginal relevance. Default: off. */
  lambda?: number;
  caps: readonly { atMost: number; valuesOf(row: number): readonly string[] }[];
  bound: NewBound;
  isNew(row: number): boolean;
  /** Whether an earlier page has shown the item. */
  isShown(row: number): boolean;
  /** Items that earlier pages have shown. */
  shown: number;
  /** Vectors of items, for the similarity of two of them. */
  vectorsOf(rows: readonly number[]): Promise<(Float32Array | undefined)[]>;
}

/** A list, also one of the ranker. */
export type SourcedItems = Omit<RankedItems, 'source'> & { source: Source | 'ranker' };

export interface Page extends SourcedItems {
  /** Scores before boosts and moves. */
  unboosted: Float32Array;
  /** Scores with boosts, before moves. */
  boosted: Float32Array;
  /** Whether the item fills the list behind those that `source` has ordered. */
  fills: boolean[];
  /** Whether further items may follow on another page. */
  hasMore: boolean;
}

/** @param list the best `size` items, or all if there are fewer. A longer list begins with a shorter one. */
export async function pageOf(
  list: (size: number) => Promise<SourcedItems>,
  k: number,
  rules: PageRules,
): Promise<Page> {
  const { shown, bound } = rules;
  const reorders = rules.boosts.length > 0 || rules.lambda !== undefined;
  for (let size = Math.max(k + shown, reorders ? HEAD : 0); ; size *= 2) {
    const found = await list(size);
    const isAll = found.keys.length < size;
    // Of a list that is nearly all new, the usual bound does not search for the few others.
    const most = rules.caps.length > 0 ? SEARCHED_BY_CAPS : bound.keepsAll ? 0 : Number.POSITIVE_INFINITY;
    const isWhole = isAll || size >= Math.max(most, SEARCHED * (k + shown));
    const wasShown = Uint8Array.from(found.keys, (row) => (rules.isShown(row) ? 1 : 0));
    const { order, scores } = await reordered(found, wasShown, rules);
    const caps = rules.caps.map(
      ({ atMost, valuesOf }): ValueCap => ({ atMost, valuesOf: (at) => valuesOf(found.keys[at]) }),
    );
    const places = placed(order, k, {
      caps,
      isNew: (at) => rules.isNew(found.keys[at]),
      // Items behind the list may be the others that new ones have to wait for.
      bound: { ...bound, keepsAll: bound.keepsAll && isWhole },
    });
    if (places.length < k && !isWhole) continue;
    return {
      keys: Uint32Array.from(places, (at) => found.keys[at]),
      scores: Float32Array.from(fallingScores(places.map((at) => scores[at]))),
      unboosted: Float32Array.from(places, (at) => found.scores[at]),
      boosted: Float32Array.from(places, (at) => scores[at]),
      source: found.source,
      fills: places.map((at) => at >= (found.own ?? found.keys.length)),
      hasMore: places.length > 0 && (!isAll || wasShown.filter((is) => is === 0).length > places.length),
    };
  }
}

/** Positions of what was not shown, in their new order, and the scores by position. */
async function reordered(
  { keys, scores }: SourcedItems,
  wasShown: Uint8Array,
  { boosts, lambda, vectorsOf }: PageRules,
): Promise<{ order: Iterable<number>; scores: ArrayLike<number> }> {
  const isLeft = (at: number) => wasShown[at] === 0;
  const count = Math.min(HEAD, keys.length);
  if (count === 0 || (boosts.length === 0 && lambda === undefined))
    return { order: [...keys.keys()].filter(isLeft), scores };
  const head = boosted(keys.subarray(0, count), scores.subarray(0, count), boosts);
  const tail = Array.from({ length: keys.length - count }, (_, at) => count + at).filter(isLeft);
  const all = [...head.scores, ...scores.subarray(count)];
  if (lambda === undefined) return { order: [...head.order.filter(isLeft), ...tail], scores: all };
  const vectors = await vectorsOf(head.order.map((at) => keys[at]));
  const inOrder = { scores: head.order.map((at) => head.scores[at]), vectors };
  const before = [...head.order.keys()].filter((at) => !isLeft(head.order[at]));
  return { order: diverseThen(diversified(inOrder, lambda, before), head.order, tail), scores: all };
}

function* diverseThen(places: Iterable<number>, order: readonly number[], tail: readonly number[]) {
  for (const at of places) yield order[at];
  yield* tail;
}
