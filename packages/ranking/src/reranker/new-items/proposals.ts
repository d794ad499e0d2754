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
  const reader = createCosineReader(content, { rows: COSINE_ROWS, columns: COSINE_COLUMNS, threads });
  return {
    async propose(queries) {
      const found = await proposedRows(table, queries);
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
    const byHistory = nearTo(table, newestFirst, (age) => TEXT_DECAY ** age);
    const byLeaders = nearTo(
      table,
      Array.from(probabilities, (_, rank) => ranked.items[rank]),
      (rank) => probabilities[rank],
    );
    best.clear();
    const [mostHistory, mostLeaders] = [largest(byHistory), largest(byLeaders)];
    const offer = (row: number) => {
      if (!table.has(row) || own.has(row) || !passes(row)) return;
      best.offer(row, (byHistory.get(row) ?? 0) / mostHistory + (byLeaders.get(row) ?? 0) / mostLeaders);
    };
    for (const row of byHistory.keys()) offer(row);
    for (const row of byLeaders.keys()) if (!byHistory.has(row)) offer(row);
    return { query, rows: Int32Array.from(best.best().keys) };
  });
}

/** The newest rows of a history that are known. */
function newestRows(history: ArrayLike<number>): number[] {
  const rows: number[] = [];
  for (let at = history.length - 1; at >= 0 && rows.length < RECENT; at--) if (history[at] >= 0) rows.push(history[at]);
  return rows;
}

/** Weights of new items, summed over the lists of these rows. */
function nearTo(table: NewItemTable, rows: readonly number[], weightAt: (at: number) => number): Map<number, number> {
  const sums = new Map<number, number>();
  rows.forEach((row, at) => {
    const list = table.near(row);
    if (list === undefined) return;
    const weight = weightAt(at);
    for (let entry = 0; entry < list.rows.length; entry++) {
      const other = list.rows[entry];
      sums.set(other, (sums.get(other) ?? 0) + weight * list.weights[entry]);
    }
  });
  return sums;
}

const largest = (sums: ReadonlyMap<number, number>) => {
  let most = 0;
  for (const value of sums.values()) if (value > most) most = value;
  return most || 1;
};
