/**
 * New items in use: they are proposed for a history, scored by the network, and placed among the
 * re-ranked items by one scale.
 */
import {
  type Arrays,
  type CompiledGraph,
  compileGraph,
  createSession,
  inference,
  namedArray,
  tf,
  threadsFor,
} from '@lorekeep/graph';
import type { RankedCandidates } from '../../contract.ts';
import { type ContentRows, NEW_ITEM_WIDTH, PROPOSALS } from './features.ts';
import { logOfSum } from './hidden-examples.ts';
import { newItemLogits } from './network.ts';
import { createNewItemTable, type NewItemTable } from './new-item-table.ts';
import { predictedPopularity } from './popularity.ts';
import { createProposer, type ProposalQuery } from './proposals.ts';

/** Queries per run: 1 for a request, 32 for bulk work. */
export const NEW_ITEM_BATCHES = [1, 32] as const;

/** `features [batch · PROPOSALS, NEW_ITEM_WIDTH]` → `logits [batch · PROPOSALS]` */
export function newItemGraph(network: Arrays, batch: number): CompiledGraph {
  return compileGraph(
    (given) => ({ logits: tf.clone(newItemLogits(given, given.features, inference)) }),
    { features: { shape: [batch * PROPOSALS, NEW_ITEM_WIDTH] } },
    { name: 'new items', constants: network },
  );
}

export interface NewItemModel {
  /** One per entry of `NEW_ITEM_BATCHES`, compiled or as paths of files. */
  graphs: readonly (CompiledGraph | string)[];
  /** `[contentDim]`, see popularity.ts */
  popularity: Float32Array;
  /** `[contentDim]` mean of the content vectors in training, which is removed from those of later items. */
  mean: Float32Array;
  /** Added to the log odds of every new item, see offset.ts. */
  offset: number;
  /** Most users of a rare item. Rare items are proposed like new ones and keep their own score too. */
  rareUsers: number;
}

export interface RankedQuery extends ProposalQuery {
  /** What the re-ranker made of the query; not empty. */
  ranked: Pick<RankedCandidates, 'items' | 'scores'>;
}

export interface NewItems {
  /** The new and rare items there are: to be kept up to date by who holds the catalogue. */
  readonly table: NewItemTable;
  /** @returns new items for each query, best first, with scores on the scale of `ranked` */
  score(queries: readonly RankedQuery[]): Promise<RankedCandidates[]>;
  close(): Promise<void>;
}

/**
 * @param content vectors of all rows that occur in queries
 * @throws LorekeepError what `createSession` throws
 */
export async function openNewItems(
  { graphs, popularity, offset }: Pick<NewItemModel, 'graphs' | 'popularity' | 'offset'>,
  content: ContentRows,
  { threads }: { threads?: number } = {},
): Promise<NewItems> {
  const sessions = await Promise.all(
    graphs.map((graph, at) =>
      createSession(graph, { threads: threadsFor(NEW_ITEM_BATCHES[at], threads), name: 'new items' }),
    ),
  );
  const table = createNewItemTable(content, { threads });
  const proposer = createProposer(table, content, predictedPopularity(popularity), { threads });
  return {
    table,
    async score(queries) {
      if (table.count === 0) return queries.map(() => ({ items: new Int32Array(0), scores: new Float32Array(0) }));
      const proposals = await proposer.propose(queries);
      const result: RankedCandidates[] = [];
      for (let first = 0; first < queries.length; ) {
        const size = queries.length - first > 1 ? 1 : 0;
        const batch = NEW_ITEM_BATCHES[size];
        const block = proposals.slice(first, first + batch);
        const features = new Float32Array(batch * PROPOSALS * NEW_ITEM_WIDTH);
        block.forEach((own, at) => {
          features.set(own.features, at * PROPOSALS * NEW_ITEM_WIDTH);
        });
        const { logits } = await sessions[size].run({
          features: namedArray([batch * PROPOSALS, NEW_ITEM_WIDTH], features),
        });
        block.forEach(({ rows }, at) => {
          const own = (logits.data as Float32Array).subarray(at * PROPOSALS, at * PROPOSALS + rows.length);
          const zero = logOfSum(queries[first + at].ranked.scores) + offset;
          const order = Array.from(rows.keys()).sort((a, b) => own[b] - own[a] || a - b);
          result.push({
            items: Int32Array.from(order, (place) => rows[place]),
            scores: Float32Array.from(order, (place) => own[place] + zero),
          });
        });
        first += batch;
      }
      return result;
    },
    async close() {
      await Promise.all([proposer.close(), table.close(), ...sessions.map((session) => session.close())]);
    },
  };
}
