/** A list of candidates in the order of the ranker. */
import type { RankingService } from '../ranking/ranking-service.ts';
import type { Recommendations } from './request-types.ts';

export interface RankedListOptions {
  user?: string;
  /** Items of a session, oldest first: the ranker reads them as if they had been chosen. */
  history?: string[];
  surface?: string;
  /** Number of items. */
  k: number;
  /** The trained model that chose the candidates. */
  model: string | null;
}

/** @throws LorekeepError `RANKER_NOT_SERVED` */
export async function rankedList(
  ranking: RankingService,
  candidates: Recommendations,
  { user, history, surface, k, model }: RankedListOptions,
): Promise<Recommendations> {
  const outcome = ranking.stats().ranker?.outcomes[0];
  const { items, ...ranked } = await ranking.rank({
    user,
    surface,
    items: candidates.items.map(({ id }) => id),
    history: history?.map((item) => ({ item, outcomes: outcome === undefined ? [] : [outcome] })),
  });
  const candidateOf = new Map(candidates.items.map((candidate) => [candidate.id, candidate]));
  return {
    ...candidates,
    source: 'ranker',
    items: items.slice(0, k).map(({ id, probabilities }) => {
      return { ...candidateOf.get(id), id, score: probabilities[ranked.by], probabilities };
    }),
    ranked: { ...ranked, model },
  };
}
