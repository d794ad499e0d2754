/**
 * The parts of the composition over a whole catalogue in memory, as evaluation reads them: exact
 * scans instead of an index, everything else as in the engine.
 */
import { createTopK, dot, type SparseRows } from '@lorekeep/core';
import { createScorer, type HistorySettings } from '@lorekeep/evaluation';
import type { CandidateSource } from '@lorekeep/linear';
import type { Reranker } from '@lorekeep/ranking';
import type { RankedRows, RecommenderParts, RerankerPart } from '../composition/recommender.ts';

export interface CatalogueParts extends RecommenderParts {
  /** Item–item weights in the rows of the catalogue; absent without a linear model. */
  weights?: { rows: SparseRows; settings: HistorySettings };
  /** `[items × dim]` */
  itemVectors(): Promise<Float32Array>;
}

export interface CatalogueSources {
  items: number;
  weights?: { rows: SparseRows; settings: HistorySettings };
  reranker?: { source: CandidateSource; reranker: Reranker; towerWeight: number };
  /**
   * `[items]` row of each item in the re-ranker's tables, −1 if it does not know it. Default: the
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
  /** `[items]` events of each item. */
  counts: ArrayLike<number>;
}

export function createCatalogueParts({
  items,
  weights,
  reranker,
  trainedRows,
  isIndexed = () => true,
  towers,
  counts,
}: CatalogueSources): CatalogueParts {
  let adapted: ReturnType<typeof towers.items> | undefined;
  const adaptedItems = () => {
    adapted ??= towers.items();
    return adapted;
  };
  const best = (k: number, score: (row: number) => number, passes: (row: number) => boolean): RankedRows => {
    const top = createTopK(Math.min(k, items));
    for (let row = 0; row < items; row++) if (passes(row)) top.offer(row, score(row));
    return drained(top, Math.min(k, items));
  };
  let vectors = new Float32Array(0);
  const { dim } = towers;
  return {
    ...(weights === undefined ? {} : { weights, linear: linearPart(weights) }),
    ...(reranker === undefined ? {} : { reranker: rerankerPart(reranker, trainedRows) }),
    towers: {
      dim,
      async userVectors(histories) {
        const { inputs, vectors: all } = await adaptedItems();
        vectors = all as Float32Array<ArrayBuffer>;
        return towers.users(
          inputs,
          histories.map((history) => Int32Array.from(history)),
        );
      },
      scores: (user, rows) => Float32Array.from(rows, (row) => dot(user, 0, vectors, row * dim, dim)),
      async search(user, k, passes) {
        const { vectors: all } = await adaptedItems();
        const isListed = passes === undefined ? isIndexed : (row: number) => isIndexed(row) && passes(row);
        return best(k, (row) => dot(user, 0, all, row * dim, dim), isListed);
      },
    },
    popular: (k, passes) => best(k, (row) => counts[row], passes),
    itemVectors: async () => (await adaptedItems()).vectors,
  };
}

function linearPart({ rows, settings }: NonNullable<CatalogueSources['weights']>): RecommenderParts['linear'] {
  const scorer = createScorer(rows);
  return {
    top(history, k, passes) {
      const { items, scores } = scorer.score(history, settings);
      const top = createTopK(Math.min(k, rows.items), 0);
      for (let at = 0; at < items.length; at++)
        if (scores[at] >= top.least && passes(items[at])) top.offer(items[at], scores[at]);
      return drained(top, Math.min(k, rows.items));
    },
  };
}

function rerankerPart(
  { source, reranker, towerWeight }: NonNullable<CatalogueSources['reranker']>,
  trainedRows: Int32Array | undefined,
): RerankerPart {
  if (trainedRows === undefined) {
    return {
      towerWeight,
      knows: () => true,
      rerank: (queries) =>
        reranker.rerank(
          queries.map(({ history, passes }) => ({ history, candidates: source.candidates(history, passes) })),
        ),
    };
  }
  const rowOfTrained = new Map(Array.from(trainedRows, (trained, row) => [trained, row]));
  const rowOf = (trained: number) => rowOfTrained.get(trained) ?? -1;
  return {
    towerWeight,
    knows: (row) => trainedRows[row] >= 0,
    async rerank(queries) {
      const ranked = await reranker.rerank(
        queries.map(({ history: rows, passes }) => {
          const history = Int32Array.from(rows, (row) => trainedRows[row]);
          const isCandidate = (trained: number) => {
            const row = rowOf(trained);
            return row >= 0 && (passes === undefined || passes(row));
          };
          return { history, candidates: source.candidates(history, isCandidate) };
        }),
      );
      return ranked.map((list) => ({ ...list, items: list.items.map(rowOf) }));
    },
  };
}

function drained(top: ReturnType<typeof createTopK>, most: number): RankedRows {
  const keys = new Uint32Array(most);
  const scores = new Float32Array(most);
  const end = top.drain(keys, scores, 0);
  return { keys: keys.subarray(0, end), scores: scores.subarray(0, end) };
}
