/** Candidates in the order of the ranker, as a list. */
import type { RankedItems } from '../composition/lists.ts';
import type { RankedBy } from '../engine/request-types.ts';
import type { RankingService } from '../ranking/ranking-service.ts';
import type { SourcedItems } from './page.ts';

/** Fewest candidates that a ranker orders, and most. */
const CANDIDATES = 100;
const MAX_CANDIDATES = 1_000;

export interface RankedSourceOptions {
  ranking: RankingService;
  /** The best `size` candidates. */
  list(size: number): Promise<RankedItems>;
  idOf(row: number): string;
  user?: string;
  /** Items of a session, oldest first: the ranker reads them as if they had been chosen. */
  history?: readonly string[];
  surface?: string;
}

export interface RankedSource {
  /**
   * At least 100 of the candidates, in their new order.
   * @throws LorekeepError `RANKER_NOT_SERVED`
   */
  list(size: number): Promise<SourcedItems>;
  /** Of the rows of the last list. */
  probabilitiesOf(row: number): Record<string, number>;
  /** What ordered the last list. */
  by(): Omit<RankedBy, 'model'>;
}

export function createRankedSource({ ranking, list, idOf, user, history, surface }: RankedSourceOptions): RankedSource {
  const probabilities = new Map<number, Record<string, number>>();
  let by: Omit<RankedBy, 'model'> | undefined;
  return {
    async list(size) {
      const { keys } = await list(Math.min(MAX_CANDIDATES, Math.max(size, CANDIDATES)));
      const outcome = ranking.stats().ranker?.outcomes[0];
      const rowOf = new Map(Array.from(keys, (row) => [idOf(row), row]));
      const { items, ...ranked } = await ranking.rank({
        user,
        surface,
        items: [...rowOf.keys()],
        history: history?.map((item) => ({ item, outcomes: outcome === undefined ? [] : [outcome] })),
      });
      by = ranked;
      const rows = items.map(({ id }) => rowOf.get(id) as number);
      items.forEach((item, at) => {
        probabilities.set(rows[at], item.probabilities);
      });
      return {
        keys: Uint32Array.from(rows),
        scores: Float32Array.from(items, (item) => item.probabilities[ranked.by]),
        source: 'ranker',
      };
    },
    probabilitiesOf: (row) => probabilities.get(row) ?? {},
    by: () => by as Omit<RankedBy, 'model'>,
  };
}
