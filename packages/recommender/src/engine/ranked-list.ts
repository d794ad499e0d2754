/** A list of candidates in the order of the ranker. */
import { fallingScores, newBound, orderWithFewerNew } from '../composition/lists.ts';
import type { RankingService } from '../ranking/ranking-service.ts';
import type { Recommendations } from './request-types.ts';

export interface RankedListOptions {
  user?: string;
  /** Items of a session, oldest first: the ranker reads them as if they had been chosen. */
  history?: string[];
  surface?: string;
  /** Number of items. */
  k: number;
  /** Largest share of new items, as in `Query`. */
  atMostNew: number | undefined;
  /** The trained model that chose the candidates. */
  model: string | null;
}

/** @throws LorekeepError `RANKER_NOT_SERVED` */
export async function rankedList(
  ranking: RankingService,
  candidates: Recommendations,
  { user, history, surface, k, atMostNew, model }: RankedListOptions,
): Promise<Recommendations> {
  const outcome = ranking.stats().ranker?.outcomes[0];
  const { items, ...ranked } = await ranking.rank({
    user,
    surface,
    items: candidates.items.map(({ id }) => id),
    history: history?.map((item) => ({ item, outcomes: outcome === undefined ? [] : [outcome] })),
  });
  const candidateOf = new Map(candidates.items.map((candidate) => [candidate.id, candidate]));
  const isNew = (at: number) => candidateOf.get(items[at].id)?.new === true;
  const order = orderWithFewerNew(items.length, isNew, newBound(atMostNew)).slice(0, k);
  const scores = fallingScores(order.map((at) => items[at].probabilities[ranked.by]));
  return {
    ...candidates,
    source: 'ranker',
    items: order.map((at, place) => {
      const { id, probabilities } = items[at];
      return { ...candidateOf.get(id), id, score: scores[place], probabilities };
    }),
    ranked: { ...ranked, model },
  };
}
