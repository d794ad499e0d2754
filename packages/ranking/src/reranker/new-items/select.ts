/**
 * Selects on the validation cases how new items are placed: the offset of their odds (offset.ts), and
 * whether rare items, which few users chose, are proposed like new ones too.
 *
 * The re-ranker ranks rare items behind text neighbours: it sees few of them chosen. An item that is
 * proposed and re-ranked has the higher of its two scores, so the odds of its text are a floor.
 */
import { createCandidateSource } from '@lorekeep/linear';
import { blendScores, type Reranker } from '../../contract.ts';
import type { ItemStatistics } from '../statistics/item-statistics.ts';
import { towerScores, type ValidationVectors } from '../training/tower-weight.ts';
import { contentRowsOf, rareRows } from './content-rows.ts';
import type { NewItemFit } from './fit.ts';
import { type OffsetCase, offsetTrials, pricedTrial } from './offset.ts';
import { NEW_ITEM_BATCHES, type NewItems, newItemGraph, openNewItems } from './open.ts';

/** Users of a rare item, at most: what is tried. */
const RARE_USERS = [0, 2, 5];
/** Cases that are ranked before the signal is checked again. */
const BLOCK = 256;

export interface SelectNewItemsOptions {
  cases: readonly { history: ArrayLike<number>; target: number }[];
  /** `[cases]` ranks by the linear model, of targets that are in no list. */
  behind: Float64Array;
  reranker: Reranker;
  towers: ValidationVectors | undefined;
  towerWeight: number;
  threads?: number;
  signal?: AbortSignal;
}

export interface SelectedNewItems {
  offset: number;
  rareUsers: number;
  /** `[cases]` ranks with both. */
  ranks: Float64Array;
}

/** @throws `signal.reason` if stopped */
export async function selectNewItems(
  statistics: ItemStatistics,
  { network, popularity }: Pick<NewItemFit, 'network' | 'popularity'>,
  { cases, behind, reranker, towers, towerWeight, threads, signal }: SelectNewItemsOptions,
): Promise<SelectedNewItems | undefined> {
  const content = contentRowsOf(statistics);
  if (content === undefined) return undefined;
  const isNew = (item: number) => statistics.users[item] === 0;
  const source = createCandidateSource(statistics);
  const graphs = NEW_ITEM_BATCHES.map((batch) => newItemGraph(network, batch));
  const opened: NewItems[] = [];
  try {
    for (const rareUsers of RARE_USERS) {
      const own = await openNewItems({ graphs, popularity, offset: 0 }, content, { threads });
      opened.push(own);
      for (const row of rareRows(statistics, content, rareUsers)) own.table.put(row, content.of(row) as Float32Array);
    }
    const [{ table }] = opened;
    const lists: OffsetCase[][] = RARE_USERS.map(() => []);
    for (let first = 0; first < cases.length; first += BLOCK) {
      signal?.throwIfAborted();
      const block = cases.slice(first, first + BLOCK);
      const queries = block.map(({ history }) => {
        const own = new Set(Array.from(history));
        return { history, candidates: source.candidates(history, (item) => !table.has(item) || own.has(item)) };
      });
      const ranked = (await reranker.rerank(queries)).map((list, at) =>
        towers === undefined ? list : blendScores(list, towerScores(towers, first + at, list.items), towerWeight),
      );
      for (const [at, own] of opened.entries()) {
        const fresh = await own.score(block.map(({ history }, index) => ({ history, ranked: ranked[index] })));
        block.forEach(({ target }, index) => {
          lists[at].push({ target, ranked: ranked[index], fresh: fresh[index], behind: behind[first + index] });
        });
      }
    }
    const share = cases.filter(({ target }) => isNew(target)).length / Math.max(1, cases.length);
    const trials = lists.map((own) => offsetTrials(own, isNew));
    const { offset } = pricedTrial(trials[0], share);
    const ndcgAt = (at: number) => trials[at].find((trial) => trial.offset === offset)?.ndcg ?? 0;
    const best = RARE_USERS.reduce((chosen, _, at) => (ndcgAt(at) > ndcgAt(chosen) ? at : chosen), 0);
    const { offset: selected, ranks } = pricedTrial(trials[best], share);
    return { offset: selected, rareUsers: RARE_USERS[best], ranks };
  } finally {
    await Promise.all(opened.map((own) => own.close()));
  }
}
