/**
 * The new items that are proposed for a history: those near to its items by text, and those near to
 * the items that the re-ranker put first.
 */
import { createTopK } from '@lorekeep/core';
import { RECENT } from '@lorekeep/linear';
import { createCosineReader } from './cosines.ts';
import {
  COSINE_COLUMNS,
  COSINE_ROWS,
  type ContentRows,
  cosineQuery,
  fillFeatures,
  LEADERS,
  NEW_ITEM_WIDTH,
  type NewItemQuery,
  PROPOSALS,
  probabilitiesOf,
  type RankedItemScores,
  TEXT_DECAY,
} from './features.ts';
import type { NewItemTable } from './new-item-table.ts';

export interface ProposalQuery {
  /** Rows, oldest first; −1 for an unknown item. */
  history: ArrayLike<number>;
  ranked: RankedItemScores;
  /** Which new items may be proposed. Default: all. */
  passes?: (row: number) => boolean;
}

export interface Proposals {
  /** `[PROPOSALS or fewer]` rows of new items. */
  rows: Int32Array;
  /** `[PROPOSALS × NEW_ITEM_WIDTH]`; zeros behind the rows. */
  features: Float32Array;
}

export interface Proposer {
  /** Calls may overlap. */
  propose(queries: readonly ProposalQuery[]): Promise<Proposals[]>;
  /** The table stays open. */
  close(): Promise<void>;
}

/** @param popularityOf see popularity.ts */
export function createProposer(
  table: NewItemTable,
  content: ContentRows,
  popularityOf: (vector: Float32Array) => number,
  { threads }: { threads?: number } = {},
): Proposer {
  const weights = { byHistory: createRowWeights(), byLeaders: createRowWeights() };
  const reader = createCosineReader(content, { rows: COSINE_ROWS, columns: COSINE_COLUMNS, threads });
  return {
    async propose(queries) {
      const found = await proposedRows(table, queries, weights);
      const cosines = await reader.read(found.map(({ query, rows }) => cosineQuery(query, rows)));
      return found.map(({ query, rows }, at) => {
        const features = new Float32Array(PROPOSALS * NEW_ITEM_WIDTH);
        fillFeatures(content, query, rows, cosines[at], popularityOf, features);
        return { rows, features };
      });
    },
    close: () => reader.close(),
  };
}

async function proposedRows(
  table: NewItemTable,
  queries: readonly ProposalQuery[],
  { byHistory, byLeaders }: { byHistory: RowWeights; byLeaders: RowWeights },
): Promise<{ query: NewItemQuery; rows: Int32Array }[]> {
  const read = queries.map(({ history, ranked }) => ({
    newestFirst: newestRows(history),
    historyLength: history.length,
    ranked,
    probabilities: probabilitiesOf(ranked.scores, LEADERS),
  }));
  if (table.count > 0)
    await table.prepare(
      read.flatMap(({ newestFirst, ranked, probabilities }) => [
        ...newestFirst,
        ...Array.from(probabilities, (_, at) => ranked.items[at]),
      ]),
    );
  const best = createTopK(PROPOSALS, 0);
  return read.map((query, at) => {
    const { newestFirst, ranked, probabilities } = query;
    const passes = queries[at].passes ?? (() => true);
    // Whether to repeat an item is a question for the re-ranker.
    const own = new Set(Array.from(queries[at].history));
    addNear(
      byHistory,
      table,
      newestFirst.length,
      (age) => newestFirst[age],
      (age) => TEXT_DECAY ** age,
    );
    addNear(
      byLeaders,
      table,
      probabilities.length,
      (rank) => ranked.items[rank],
      (rank) => probabilities[rank],
    );
    best.clear();
    const [mostHistory, mostLeaders] = [byHistory.largest(), byLeaders.largest()];
    const offer = (row: number) => {
      const weight = byHistory.of(row) / mostHistory + byLeaders.of(row) / mostLeaders;
      if (weight < best.least || !table.has(row) || own.has(row) || !passes(row)) return;
      best.offer(row, weight);
    };
    byHistory.rows.forEach(offer);
    for (const row of byLeaders.rows) if (byHistory.of(row) === 0) offer(row);
    byHistory.clear();
    byLeaders.clear();
    return { query, rows: Int32Array.from(best.best().keys) };
  });
}

/** The newest rows of a history that are known. */
function newestRows(history: ArrayLike<number>): number[] {
  const rows: number[] = [];
  for (let at = history.length - 1; at >= 0 && rows.length < RECENT; at--) if (history[at] >= 0) rows.push(history[at]);
  return rows;
}

/** Sums of weights by row; 0 for a row without one. */
interface RowWeights {
  /** Those with a weight, each once. */
  readonly rows: readonly number[];
  add(row: number, weight: number): void;
  of(row: number): number;
  /** 1 if there is none. */
  largest(): number;
  clear(): void;
}

/** Holds one number per row, reused from query to query. */
function createRowWeights(): RowWeights {
  let sums = new Float64Array(1024);
  const rows: number[] = [];
  return {
    rows,
    add(row, weight) {
      if (row >= sums.length) {
        const longer = new Float64Array(2 * Math.max(row, sums.length));
        longer.set(sums);
        sums = longer;
      }
      if (sums[row] === 0) rows.push(row);
      sums[row] += weight;
    },
    of: (row) => sums[row] ?? 0,
    largest() {
      let most = 0;
      for (const row of rows) if (sums[row] > most) most = sums[row];
      return most || 1;
    },
    clear() {
      for (const row of rows) sums[row] = 0;
      rows.length = 0;
    },
  };
}

/** Adds the weights of the new items in the lists of these rows. */
function addNear(
  into: RowWeights,
  table: NewItemTable,
  count: number,
  rowAt: (at: number) => number,
  weightAt: (at: number) => number,
): void {
  for (let at = 0; at < count; at++) {
    const list = table.near(rowAt(at));
    if (list === undefined) continue;
    const weight = weightAt(at);
    for (let entry = 0; entry < list.rows.length; entry++) into.add(list.rows[entry], weight * list.weights[entry]);
  }
}
