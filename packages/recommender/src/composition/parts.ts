/**
 * Parts of the composition that are made in the same way for a catalogue in memory (evaluation) and
 * for a served one (engine).
 */
import { createTopK } from '@lorekeep/core';
import type { CandidateSource } from '@lorekeep/linear';
import type { ItemStatistics, NewItemModel, Reranker } from '@lorekeep/ranking';
import type { RankedItems } from './lists.ts';
import type { CatalogueRow, LinearPart, RankedRows, RerankerPart, TrainedRows } from './recommender.ts';

/**
 * @param size number of items in the catalogue now
 * @param scoreNeighbours calls `each` once for every row that the history has as a neighbour
 */
export function createLinearPart(
  size: () => number,
  scoreNeighbours: (history: ArrayLike<CatalogueRow>, each: (row: CatalogueRow, score: number) => void) => void,
): LinearPart {
  return {
    top(history, k, passes) {
      const top = createTopK(Math.min(k, size()), 0);
      scoreNeighbours(history, (row, score) => {
        if (score >= top.least && passes(row)) top.offer(row, score);
      });
      return top.best();
    },
  };
}

export interface RerankerSources {
  source: CandidateSource;
  reranker: Reranker;
  towerWeight: number;
  statistics: ItemStatistics;
  /** How new items are placed. Default: where the linear model puts them. */
  newItems?: NewItemModel;
}

/**
 * The re-ranker reads and names items by their trained rows; the composition does not.
 *
 * @param isNew rows that are candidates only if the history has them, because they are placed as new
 *   items. Default: none.
 */
export function createRerankerPart(
  { source, reranker, towerWeight }: RerankerSources,
  { trainedRowOf, rowOfTrained }: TrainedRows,
  isNew: (row: CatalogueRow) => boolean = () => false,
): RerankerPart {
  return {
    towerWeight,
    knows: (row) => trainedRowOf(row) >= 0,
    async rerank(queries) {
      const ranked = await reranker.rerank(
        queries.map(({ history: rows, passes }) => {
          const history = Int32Array.from(rows, trainedRowOf);
          // Whether to repeat an item is a question for the re-ranker.
          const own = new Set(Array.from(rows));
          const isCandidate = (trained: number) => {
            const row = rowOfTrained(trained);
            return row >= 0 && (!isNew(row) || own.has(row)) && (passes === undefined || passes(row));
          };
          return { history, candidates: source.candidates(history, isCandidate) };
        }),
      );
      return ranked.map((list) => ({ ...list, items: list.items.map(rowOfTrained) }));
    },
  };
}

/** The `k` rows with the highest scores that pass. */
export function topRows(
  rows: Iterable<CatalogueRow>,
  k: number,
  score: (row: CatalogueRow) => number,
  passes: (row: CatalogueRow) => boolean = () => true,
): RankedRows {
  const top = createTopK(k);
  for (const row of rows) if (passes(row)) top.offer(row, score(row));
  return top.best();
}

/**
 * The `k` rows with most events that pass, and behind them those without an event, the newest first.
 * The newest row is the highest.
 */
export function popularRows(
  rows: () => Iterable<CatalogueRow>,
  k: number,
  events: (row: CatalogueRow) => number,
  passes: (row: CatalogueRow) => boolean = () => true,
): RankedItems {
  const popular = topRows(rows(), k, events, (row) => events(row) > 0 && passes(row));
  if (popular.keys.length === k) return { ...popular, source: 'popularity' };
  const newest = topRows(
    rows(),
    k - popular.keys.length,
    (row) => row,
    (row) => events(row) === 0 && passes(row),
  );
  const scores = new Float32Array(popular.keys.length + newest.keys.length);
  scores.set(popular.scores);
  const isNewest = popular.keys.length === 0 && newest.keys.length > 0;
  return {
    keys: Uint32Array.from([...popular.keys, ...newest.keys]),
    scores,
    source: isNewest ? 'newest' : 'popularity',
  };
}
