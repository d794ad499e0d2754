/**
 * How readily new items are shown: an offset that is added to the log odds of all of them. Hidden
 * items teach what a chosen new item looks like, but not how often a new item is chosen: in a log
 * whose last event of each user is held out hardly any target is new, in a shop that lives in time a
 * fifth to a half of them are. The offset that is best on validation would show almost none, because
 * nobody can choose what is not shown. So validation sets a price, by one rule for all data: the
 * highest offset that costs at most half the share of the cases whose target is new, or three
 * quarters of a per cent.
 */
import { metricsOfRanks } from '@lorekeep/evaluation';
import type { RankedCandidates } from '../../contract.ts';

/** Of NDCG@10 that may be given up, per share of the cases whose target is new. */
const PRICE = 0.5;
/** Share of NDCG@10 that may always be given up. */
const LEAST_PRICE = 0.0075;
const OFFSETS = Array.from({ length: 57 }, (_, at) => -5 + at / 8);
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

export interface OffsetChoice {
  offset: number;
  /** `[cases]` ranks of the targets with it. */
  ranks: Float64Array;
}

/** @param isNew whether an item is new */
export function selectOffset(cases: readonly OffsetCase[], isNew: (item: number) => boolean): OffsetChoice {
  const trials = OFFSETS.map((offset) => {
    const ranks = Float64Array.from(cases, (own) => rankWith(own, offset));
    return { offset, ranks, ndcg: metricsOfRanks(ranks)['ndcg@10'] };
  });
  const share = cases.filter(({ target }) => isNew(target)).length / Math.max(1, cases.length);
  const least = (1 - Math.max(LEAST_PRICE, PRICE * share)) * Math.max(...trials.map(({ ndcg }) => ndcg));
  const { offset, ranks } = trials.findLast(({ ndcg }) => ndcg >= least) as (typeof trials)[number];
  return { offset, ranks };
}

/** Rank of the target in both lists as one. */
function rankWith({ target, ranked, fresh, behind }: OffsetCase, offset: number): number {
  const place = ranked.items.indexOf(target);
  if (place >= 0) return place + 1 + fresh.scores.filter((score) => score + offset > ranked.scores[place]).length;
  const own = fresh.items.indexOf(target);
  if (own >= 0) return own + 1 + ranked.scores.filter((score) => score >= fresh.scores[own] + offset).length;
  return Math.max(behind, ranked.items.length + fresh.items.length + 1);
}
