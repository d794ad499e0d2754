/**
 * The re-ranker in use: it reads the features of the candidates and runs the network as an ONNX
 * graph.
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
import { CANDIDATES } from '@lorekeep/linear';
import { orderedByScore, type RankedCandidates, type Reranker } from '../contract.ts';
import { WIDTH } from './features/feature-names.ts';
import { createFeatureReader } from './features/feature-reader.ts';
import { candidateLogits } from './network.ts';
import type { ItemStatistics } from './statistics/item-statistics.ts';

/** Queries per run: 1 for a request, 32 for bulk work. */
export const RERANKER_BATCHES = [1, 32] as const;

/**
 * The network for `batch` queries: `features [batch · CANDIDATES, WIDTH]` →
 * `scores [batch · CANDIDATES]`.
 */
export function rerankerGraph(parameters: Arrays, batch: number): CompiledGraph {
  return compileGraph(
    (given) => ({ scores: tf.clone(candidateLogits(given, given.features, inference)) }),
    { features: { shape: [batch * CANDIDATES, WIDTH] } },
    { name: 're-ranker', constants: parameters },
  );
}

/**
 * @param graphs one per entry of `RERANKER_BATCHES`, compiled or as paths of files
 * @param includesHistory that of the candidate source
 * @throws LorekeepError what `createSession` throws
 */
export async function openReranker(
  statistics: ItemStatistics,
  graphs: readonly (CompiledGraph | string)[],
  includesHistory: boolean,
  { threads }: { threads?: number } = {},
): Promise<Reranker> {
  const open = (graph: CompiledGraph | string, at: number) =>
    createSession(graph, { threads: threadsFor(RERANKER_BATCHES[at], threads), name: 're-ranker' });
  const sessions = await Promise.all(graphs.map(open));
  const reader = createFeatureReader(statistics, includesHistory, threads);
  return {
    async rerank(queries) {
      const ranked: RankedCandidates[] = [];
      for (let first = 0; first < queries.length; ) {
        const size = queries.length - first > 1 ? 1 : 0;
        const batch = RERANKER_BATCHES[size];
        const block = queries.slice(first, first + batch);
        first += batch;
        const features = new Float32Array(batch * CANDIDATES * WIDTH);
        const read = block.map(({ history, candidates }) =>
          candidates.count === 0 ? undefined : reader.read(history, candidates),
        );
        await reader.finish(read.filter((own) => own !== undefined));
        read.forEach((own, at) => {
          if (own !== undefined) features.set(own.features, at * CANDIDATES * WIDTH);
        });
        const { scores } = await sessions[size].run({
          features: namedArray([batch * CANDIDATES, WIDTH], features),
        });
        block.forEach(({ candidates: { items, count } }, at) => {
          const own = (scores.data as Float32Array).subarray(at * CANDIDATES, at * CANDIDATES + count);
          ranked.push(orderedByScore(items.subarray(0, count), own, read[at]?.unchosen ?? new Uint8Array(0)));
        });
      }
      return ranked;
    },
    async close() {
      await Promise.all([reader.close(), ...sessions.map((session) => session.close())]);
    },
  };
}
