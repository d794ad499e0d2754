/**
 * How readily new items are shown: an offset that is added to the log odds of all of them. Hidden
 * items teach what a chosen new item looks like, but not how often a new item is chosen, and in a log
 * whose last event of each user is held out hardly any target is new. So validation selects the
 * offset, by one rule for all data: the highest weighted geometric mean of NDCG@10 over all cases and
 * over those whose target is new. With a weight of .05, twice the quality of new items is worth 3.5 %
 * of the whole.
 */
import { metricsOfRanks } from '@lorekeep/evaluation';
import type { RankedCandidates } from '../../contract.ts';

const NEW_WEIGHT = 0.05;
/** Without a new target, the highest offset that keeps this share of NDCG@10. */
const KEPT_SHARE = 0.995;
const OFFSETS = Array.from({ length: 29 }, (_, at) => -5 + at / 4);
/** Stands for an NDCG@10 of 0. */
const SMALLEST = 1e-4;

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
  const isNewCase = cases.map(({ target }) => isNew(target));
  const trials = OFFSETS.map((offset) => {
    const ranks = Float64Array.from(cases, (own) => rankWith(own, offset));
    const fresh = ranks.filter((_, at) => isNewCase[at]);
    return { offset, ranks, all: ndcg(ranks), fresh: fresh.length === 0 ? undefined : ndcg(fresh) };
  });
  const most = Math.max(...trials.map(({ all }) => all));
  const quality = ({ offset, all, fresh }: (typeof trials)[number]) =>
    fresh === undefined
      ? all >= KEPT_SHARE * most
        ? offset
        : Number.NEGATIVE_INFINITY
      : Math.log(all + SMALLEST) + NEW_WEIGHT * Math.log(fresh + SMALLEST);
  const { offset, ranks } = trials.reduce((best, other) => (quality(other) > quality(best) ? other : best));
  return { offset, ranks };
}

const ndcg = (ranks: Float64Array) => metricsOfRanks(ranks)['ndcg@10'];

/** Rank of the target in both lists as one. */
function rankWith({ target, ranked, fresh, behind }: OffsetCase, offset: number): number {
  const place = ranked.items.indexOf(target);
  if (place >= 0) return place + 1 + fresh.scores.filter((score) => score + offset > ranked.scores[place]).length;
  const own = fresh.items.indexOf(target);
  if (own >= 0) return own + 1 + ranked.scores.filter((score) => score >= fresh.scores[own] + offset).length;
  return Math.max(behind, ranked.items.length + fresh.items.length + 1);
}
