/**
 * How readily new items are shown: an offset that is added to the log odds of all of them. Hidden
 * items teach what a chosen new item looks like, but not how often a new item is chosen: in a log
 * whose last event of each user is held out hardly any target is new, in a shop that lives in time a
 * fifth to a half of them are. The offset that is best on validation would show almost none, because
 * a user cannot choose what is not shown. So validation sets a price, by one rule for all data: the
 * highest offset that costs at most half the share of the cases whose target is new, or three
 * quarters of a per cent. It is never above 0, the odds that hidden items had: a new item is not
 * better than one that users know. Where validation lists hardly have new items there is no price to
 * read, and new items get e⁻¹ of these odds.
 */
import { metricsOfRanks } from '@lorekeep/evaluation';
import type { RankedCandidates } from '../../contract.ts';

/** Of NDCG@10 that may be given up, per share of the cases whose target is new. */
const PRICE = 0.5;
/** Share of NDCG@10 that may always be given up. */
const LEAST_PRICE = 0.0075;
const OFFSETS = Array.from({ length: 41 }, (_, at) => -5 + at / 8);
/** The offset where the price cannot be read. */
const UNPRICED = -1;
/** Cases with a new item among the first ten at the highest offset: with fewer there is no price. */
const MIN_SHOWN = 100;
/** Items that a user sees. */
const SHOWN = 10;

/** The lists of one validation case. */
export interface OffsetCase {
  target: number;
  /** Re-ranked items, best first. */
  ranked: Pick<RankedCandidates, 'items' | 'scores'>;
  /** New items with the offset 0, best first. */
  fresh: Pick<RankedCandidates, 'items' | 'scores'>;
  /** Rank of a target that is in neither list, at least. */
  behind: number;
}

/** What one offset gives. */
export interface OffsetTrial {
  offset: number;
  /** `[cases]` ranks of the targets with it. */
  ranks: Float64Array;
  /** NDCG@10 of these ranks. */
  ndcg: number;
  /** Cases with a new item among the first ten. */
  shown: number;
}

/**
 * Every offset that is tried, ascending.
 *
 * @param isNew whether an item is new; others are proposed because they are rare
 */
export function offsetTrials(cases: readonly OffsetCase[], isNew: (item: number) => boolean): OffsetTrial[] {
  const joined = cases.map(joinedScores);
  return OFFSETS.map((offset) => {
    const ranks = Float64Array.from(joined, (own) => rankWith(own, offset));
    const shown = cases.filter((own) => showsNew(own, offset, isNew)).length;
    return { offset, ranks, ndcg: metricsOfRanks(ranks)['ndcg@10'], shown };
  });
}

/** Whether the best new item is among the first ten. */
function showsNew({ ranked, fresh }: OffsetCase, offset: number, isNew: (item: number) => boolean): boolean {
  const at = fresh.items.findIndex(isNew);
  if (at < 0) return false;
  const tenth = ranked.scores[SHOWN - 1];
  return tenth === undefined || fresh.scores[at] + offset > tenth;
}

/**
 * The highest offset within the price.
 *
 * @param share of the cases whose target is new
 */
export function pricedTrial(trials: readonly OffsetTrial[], share: number): OffsetTrial {
  const highest = trials[trials.length - 1];
  if (highest.shown < MIN_SHOWN) return trials.find(({ offset }) => offset === UNPRICED) as OffsetTrial;
  const least = (1 - Math.max(LEAST_PRICE, PRICE * share)) * Math.max(...trials.map(({ ndcg }) => ndcg));
  return trials.findLast(({ ndcg }) => ndcg >= least) as OffsetTrial;
}

/** The scores of both lists of a case as one. An item in both has the higher of its two scores. */
interface JoinedScores {
  /** Of each item: as a re-ranked one, and as a new one with the offset 0; −∞ where it is none. */
  ranked: Float64Array;
  fresh: Float64Array;
  /** Position of the target, −1 if it is in neither list. */
  target: number;
  behind: number;
}

function joinedScores({ target, ranked, fresh, behind }: OffsetCase): JoinedScores {
  const items = [...new Set([...ranked.items, ...fresh.items])];
  const scoresIn = (list: OffsetCase['ranked']) => {
    const scores = new Map(Array.from(list.items, (item, at) => [item, list.scores[at]]));
    return Float64Array.from(items, (item) => scores.get(item) ?? Number.NEGATIVE_INFINITY);
  };
  return { ranked: scoresIn(ranked), fresh: scoresIn(fresh), target: items.indexOf(target), behind };
}

function rankWith({ ranked, fresh, target, behind }: JoinedScores, offset: number): number {
  if (target < 0) return Math.max(behind, ranked.length + 1);
  const own = Math.max(ranked[target], fresh[target] + offset);
  const isKnown = ranked[target] > Number.NEGATIVE_INFINITY;
  let rank = 1;
  for (let at = 0; at < ranked.length; at++) {
    const score = Math.max(ranked[at], fresh[at] + offset);
    // Of equal scores, re-ranked items come first.
    if (score > own || (score === own && !isKnown && ranked[at] > Number.NEGATIVE_INFINITY)) rank++;
  }
  return rank;
}
