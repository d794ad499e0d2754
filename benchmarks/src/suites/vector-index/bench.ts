/**
 * The bench `index`: 100,000 × 64 clustered vectors, inner product, against hnswlib and faiss in
 * Python. All three build an HNSW graph with 16 links per node and a breadth of 128, and search 10
 * neighbours with a breadth of 64, in turns. Ours is called as the service calls it: one query per
 * call from JavaScript, on one thread, candidates scored again in full precision. The peers are called
 * in the same way (`queries_vs_…`), and with all queries in one call, on one thread and on two, which
 * is the fastest way to call them and which ours does not have (`queries_vs_…_batch…`). The recall of
 * each side is measured against the same exact scan, so that no side gains speed by losing recall
 * unnoticed.
 *
 * `filtered_recall_…` is the recall@10 with filters that 50 %, 10 %, 1 % and .1 % of the items pass at
 * random, and with one that hides the thousand nearest items of each query: the lower of that of these
 * vectors and of vectors of uneven norm, as item vectors are. The time from upsert to retrieval is
 * measured in `upserts.ts`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIndexAdapter } from '@lorekeep/vector-index';
import { interleave } from '../../measure/interleave.ts';
import { peerPython } from '../../peers/environments.ts';
import { openPeer } from '../../peers/peer.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';
import { clusteredData, DIM, queryOf, recallOf } from './data.ts';
import { filteredRecalls } from './filters.ts';
import { measureUpserts } from './upserts.ts';

const K = 10;
const GRAPH = { connectivity: 16, efConstruction: 128, ef: 64 };
const THEIRS = [
  'hnswlib',
  'faiss',
  'hnswlib_batch',
  'faiss_batch',
  'hnswlib_batch_2_threads',
  'faiss_batch_2_threads',
] as const;
const REQUIREMENTS = ['hnswlib==0.8.0', 'faiss-cpu==1.15.1', 'numpy==2.4.6'];

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
    log('filtered searches');
    const filtered = await filteredRecalls(index, exact, data, GRAPH);

    const inOneCall = (name: string, threads: number) => async () =>
      (await peer.call<{ seconds: number }>('search', { name, k: K, threads })).seconds;
    const oneByOne = (name: string) => async () =>
      (await peer.call<{ seconds: number }>('search_one_by_one', { name, k: K })).seconds;
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
        { name: 'hnswlib', run: oneByOne('hnswlib') },
        { name: 'faiss', run: oneByOne('faiss') },
        { name: 'hnswlib_batch', run: inOneCall('hnswlib', 1) },
        { name: 'faiss_batch', run: inOneCall('faiss', 1) },
        { name: 'hnswlib_batch_2_threads', run: inOneCall('hnswlib', 2) },
        { name: 'faiss_batch_2_threads', run: inOneCall('faiss', 2) },
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
        ...filtered,
        build_s: buildSeconds,
        exact_queries_per_s: rate(timings.exact.median),
        ...upsert,
        vectors: count,
        dim: DIM,
        ef: GRAPH.ef,
      },
      peers: {
        ...Object.fromEntries(THEIRS.map((name) => [`${name}_queries_per_s`, rate(timings[name].median)])),
        hnswlib_recall_at_10: recallOf(theirs.hnswlib, truth),
        hnswlib_build_s: built.hnswlib_s,
        faiss_recall_at_10: recallOf(theirs.faiss, truth),
        faiss_build_s: built.faiss_s,
      },
      ratios: Object.fromEntries(
        THEIRS.map((name) => [`queries_vs_${name}`, timings[name].median / timings.lorekeep.median]),
      ),
    };
  } finally {
    await peer.close();
    await rm(directory, { recursive: true, force: true });
  }
}
