/**
 * The bench `index`: 100,000 × 64 clustered vectors, inner product, against hnswlib and faiss in
 * Python. All three build an HNSW graph with 16 links per node and a breadth of 128, and search 10
 * neighbours with a breadth of 64 on one thread, in turns. Ours is called as the service calls it:
 * one query per call from JavaScript, candidates scored again in full precision. The peers get all
 * queries in one call, which is the fastest way to call them. The recall of each side is measured
 * against the same exact scan, so that no side gains speed by losing recall unnoticed.
 *
 * `filtered_recall_min` is the worst recall@10 over five filters: four that 50 %, 10 %, 1 % and .1
 * % of the items pass at random, and one that hides the thousand nearest items of each query. The
 * time from upsert to retrieval is measured in `upserts.ts`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@lorekeep/core';
import { openIndexAdapter, type VectorIndex } from '@lorekeep/vector-index';
import { interleave } from '../../measure/interleave.ts';
import { peerPython } from '../../peers/environments.ts';
import { openPeer } from '../../peers/peer.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';
import { measureUpserts } from './upserts.ts';

const DIM = 64;
const K = 10;
const GRAPH = { connectivity: 16, efConstruction: 128, ef: 64 };
const REQUIREMENTS = ['hnswlib==0.8.0', 'faiss-cpu==1.15.1', 'numpy==2.4.6'];

interface Data {
  keys: Uint32Array;
  /** `[count × DIM]` */
  vectors: Float32Array;
  /** `[queries × DIM]` */
  queries: Float32Array;
}

/**
 * Unit vectors around random centres, about a hundred per centre; queries from the same centres.
 */
function clusteredData(count: number, queries: number): Data {
  const random = createRandom(42);
  const centres = Float32Array.from({ length: Math.ceil(count / 100) * DIM }, () => random.normal());
  const points = (rows: number) => {
    const matrix = new Float32Array(rows * DIM);
    for (let row = 0; row < rows; row++) {
      const centre = random.int(centres.length / DIM) * DIM;
      const vector = matrix.subarray(row * DIM, (row + 1) * DIM);
      for (let j = 0; j < DIM; j++) vector[j] = centres[centre + j] + 0.8 * random.normal();
      const norm = Math.hypot(...vector);
      for (let j = 0; j < DIM; j++) vector[j] /= norm;
    }
    return matrix;
  };
  return {
    keys: Uint32Array.from({ length: count }, (_, row) => row),
    vectors: points(count),
    queries: points(queries),
  };
}

const queryOf = (data: Data, at: number) => data.queries.subarray(at * DIM, (at + 1) * DIM);

/** Share of the true neighbours that were found, over all queries. */
function recallOf(found: ArrayLike<number>[], truth: ArrayLike<number>[]): number {
  let hits = 0;
  let all = 0;
  truth.forEach((keys, query) => {
    const set = new Set(Array.from(found[query]));
    hits += Array.from(keys).filter((key) => set.has(key)).length;
    all += keys.length;
  });
  return hits / all;
}

export async function run({ quick, log }: BenchOptions): Promise<BenchResult> {
  const count = quick ? 10_000 : 100_000;
  const queryCount = quick ? 300 : 1_000;
  const data = clusteredData(count, queryCount);
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  const peer = await openPeer('index.py', await peerPython(REQUIREMENTS, { log }), { log });
  try {
    const files = { vectors: join(directory, 'vectors.f32'), queries: join(directory, 'queries.f32') };
    await writeFile(files.vectors, new Uint8Array(data.vectors.buffer));
    await writeFile(files.queries, new Uint8Array(data.queries.buffer));

    log('building the exact index and our index');
    const exact = await (await openIndexAdapter('exact')).create({ dim: DIM, capacity: count });
    await exact.add(data.keys, data.vectors);
    const index = await (await openIndexAdapter('usearch')).create({ dim: DIM, capacity: count, ...GRAPH });
    const started = performance.now();
    await index.add(data.keys, data.vectors);
    const buildSeconds = (performance.now() - started) / 1000;
    log('building the indexes of the peers');
    const built = await peer.call<{ hnswlib_s: number; faiss_s: number }>('setup', { ...files, dim: DIM, ...GRAPH });

    const truth: Uint32Array[] = [];
    const found: Uint32Array[] = [];
    for (let at = 0; at < queryCount; at++) {
      truth.push((await exact.search(queryOf(data, at), K)).keys);
      found.push((await index.search(queryOf(data, at), K)).keys);
    }
    const theirs = await peer.call<Record<'hnswlib' | 'faiss', number[][]>>('neighbours', { k: K });
    const filteredRecall = await worstFilteredRecall(index, exact, data);

    const theirRun = (name: string) => async () =>
      (await peer.call<{ seconds: number }>('search', { name, k: K })).seconds;
    const timings = await interleave(
      [
        {
          name: 'lorekeep',
          run: async () => {
            const start = performance.now();
            for (let at = 0; at < queryCount; at++) await index.search(queryOf(data, at), K);
            return (performance.now() - start) / 1000;
          },
        },
        { name: 'hnswlib', run: theirRun('hnswlib') },
        { name: 'faiss', run: theirRun('faiss') },
        {
          name: 'exact',
          run: async () => {
            // An exact scan is slow, so its time is extrapolated from a few queries.
            const sample = Math.min(50, queryCount);
            const start = performance.now();
            for (let at = 0; at < sample; at++) await exact.search(queryOf(data, at), K);
            return ((performance.now() - start) / 1000 / sample) * queryCount;
          },
        },
      ],
      { rounds: quick ? 3 : 9, warmup: 1 },
    );
    const rate = (seconds: number) => queryCount / seconds;
    await index.close();
    await exact.close();
    await peer.close();

    const upsert = await measureUpserts(directory, quick ? 5 : 20, log);
    return {
      figures: {
        recall_at_10: recallOf(found, truth),
        queries_per_s: rate(timings.lorekeep.median),
        filtered_recall_min: filteredRecall,
        build_s: buildSeconds,
        exact_queries_per_s: rate(timings.exact.median),
        ...upsert,
        vectors: count,
        dim: DIM,
        ef: GRAPH.ef,
      },
      peers: {
        hnswlib_queries_per_s: rate(timings.hnswlib.median),
        hnswlib_recall_at_10: recallOf(theirs.hnswlib, truth),
        hnswlib_build_s: built.hnswlib_s,
        faiss_queries_per_s: rate(timings.faiss.median),
        faiss_recall_at_10: recallOf(theirs.faiss, truth),
        faiss_build_s: built.faiss_s,
      },
      ratios: {
        queries_vs_hnswlib: timings.hnswlib.median / timings.lorekeep.median,
        queries_vs_faiss: timings.faiss.median / timings.lorekeep.median,
      },
    };
  } finally {
    await peer.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * The worst recall over filters by a random share of the items, and over one that hides the
 * nearest.
 */
async function worstFilteredRecall(index: VectorIndex, exact: VectorIndex, data: Data): Promise<number> {
  const queries = 50;
  const random = createRandom(7);
  const draws = Float64Array.from(data.keys, () => random.next());
  let worst = 1;
  for (const share of [0.5, 0.1, 0.01, 0.001, undefined]) {
    const truth: Uint32Array[] = [];
    const found: Uint32Array[] = [];
    for (let at = 0; at < queries; at++) {
      const query = queryOf(data, at);
      const hidden = share === undefined ? new Set((await exact.search(query, 1000)).keys) : undefined;
      const filter = (key: number) => (hidden === undefined ? draws[key] < share! : !hidden.has(key));
      truth.push((await exact.search(query, K, { filter })).keys);
      found.push((await index.search(query, K, { filter })).keys);
    }
    worst = Math.min(worst, recallOf(found, truth));
  }
  return worst;
}
