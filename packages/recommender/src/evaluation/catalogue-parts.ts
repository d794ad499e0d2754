/**
 * The parts of the composition over a whole catalogue in memory, as evaluation reads them: exact
 * scans instead of an index, everything else as in the engine.
 */
import { dot, type SparseRows } from '@lorekeep/core';
import { createScorer, type HistorySettings } from '@lorekeep/evaluation';
import { isNewItem, type NewItems } from '@lorekeep/ranking';
import {
  createLinearPart,
  createRerankerPart,
  popularRows,
  type RerankerSources,
  topRows,
} from '../composition/parts.ts';
import type { CatalogueRow, LinearPart, RecommenderParts, TrainedRows } from '../composition/recommender.ts';

export interface CatalogueParts extends RecommenderParts {
  /** Item–item weights in the rows of the catalogue; absent without a linear model. */
  weights?: { rows: SparseRows; settings: HistorySettings };
  /** `[items × dim]` */
  itemVectors(): Promise<Float32Array>;
}

export interface CatalogueSources {
  items: number;
  weights?: { rows: SparseRows; settings: HistorySettings };
  reranker?: RerankerSources;
  /**
   * `[items]` row of each item in the trained model, −1 if it does not know it. Default: the
   * same rows.
   */
  trainedRows?: Int32Array;
  /**
   * Whether the index of the engine has a row: the towers list no others. Default: it has all rows.
   */
  isIndexed?: (row: number) => boolean;
  towers: {
    dim: number;
    /** `inputs` are what the user tower reads, `vectors [items × dim]` what the index holds. */
    items(): Promise<{ inputs: Float32Array; vectors: Float32Array }>;
    /** `[histories.length × dim]` */
    users(inputs: Float32Array, histories: readonly Int32Array[]): Promise<Float32Array>;
  };
  /** `[items]` users who chose each item. */
  counts: ArrayLike<number>;
  /**
   * What places new items: the opened model of the re-ranker with all new rows in its table. Default:
   * the linear model does.
   */
  newItems?: NewItems;
}

export function createCatalogueParts({
  items,
  weights,
  reranker,
  trainedRows,
  isIndexed = () => true,
  towers,
  counts,
  newItems,
}: CatalogueSources): CatalogueParts {
  let adapted: ReturnType<typeof towers.items> | undefined;
  const adaptedItems = () => {
    adapted ??= towers.items();
    return adapted;
  };
  const allRows = Int32Array.from({ length: items }, (_, row) => row);
  const { dim } = towers;
  const known = trainedRowsOf(trainedRows);
  const isNew = (row: CatalogueRow) => isNewItem(known.trainedRowOf(row), reranker?.statistics.users);
  return {
    ...(weights === undefined ? {} : { weights, linear: linearPart(weights) }),
    ...(reranker === undefined
      ? {}
      : {
          reranker: createRerankerPart(reranker, known, newItems && ((row) => isNew(row) && newItems.table.has(row))),
        }),
    ...(newItems === undefined ? {} : { newItems }),
    isNew,
    towers: {
      source: 'towers',
      dim,
      async userVectors(histories) {
        const { inputs } = await adaptedItems();
        return towers.users(
          inputs,
          histories.map((history) => Int32Array.from(history)),
        );
      },
      async scores(user, rows) {
        const { vectors } = await adaptedItems();
        return Float32Array.from(rows, (row) => dot(user, 0, vectors, row * dim, dim));
      },
      async search(user, k, { exclude, passes }) {
        const { vectors } = await adaptedItems();
        const isWanted = (row: CatalogueRow) =>
          isIndexed(row) && !exclude?.has(row) && (passes === undefined || passes(row));
        return topRows(allRows, Math.min(k, items), (row) => dot(user, 0, vectors, row * dim, dim), isWanted);
      },
    },
    popular: (k, passes) =>
      popularRows(
        () => allRows,
        Math.min(k, items),
        (row) => counts[row],
        passes,
      ),
    itemVectors: async () => (await adaptedItems()).vectors,
  };
}

function linearPart({ rows, settings }: NonNullable<CatalogueSources['weights']>): LinearPart {
  const scorer = createScorer(rows);
  return createLinearPart(
    () => rows.items,
    (history, each) => {
      const { items, scores } = scorer.score(history, settings);
      for (let at = 0; at < items.length; at++) each(items[at], scores[at]);
    },
  );
}

function trainedRowsOf(trainedRows: Int32Array | undefined): TrainedRows {
  if (trainedRows === undefined) return { trainedRowOf: (row) => row as number, rowOfTrained: (row) => row as number };
  const rowOf = new Map(Array.from(trainedRows, (trained, row) => [trained, row]));
  return { trainedRowOf: (row) => trainedRows[row], rowOfTrained: (trained) => rowOf.get(trained) ?? -1 };
}
