/**
 * The default index: usearch's HNSW graph over half-precision vectors, with the full-precision
 * table beside it.
 *
 * The binding's search takes neither a filter nor a breadth, so this file adds both. A request for
 * max(k, ef) neighbours walks the graph with that breadth (`expansion_search` is the larger of the
 * two), and rescoring in full precision corrects the order that half precision blurred. For a
 * filter a sample estimates how many items pass. If nearly all do, the graph is asked for
 * proportionally more neighbours, which are then filtered. If fewer do (`filteredSearch`), or if too
 * few are left, the table is scanned, which is exact.
 *
 * Pitfalls of the binding (2.26): adding a key that exists is an error, so a key is removed before
 * it is replaced; `exactSearch` ignores the byte offset of a typed array; inner-product distances
 * are 1 − x·y, which rounds small scores.
 */
import { createRequire } from 'node:module';
import type { Index as NativeIndex } from 'usearch';
import type { IndexAdapter, IndexOptions, VectorIndex } from '../contract.ts';
import { errors } from '../errors.ts';
import { filteredSearch, keysAmong, searchPredicate } from '../search-predicate.ts';
import { appendTable, readTable, writeNatively } from '../table/table-file.ts';
import { checkQuery, checkVectors, createVectorTable, lastOfEachKey, type VectorTable } from '../table/vector-table.ts';

/**
 * Rows that are added before the event loop runs other work: some milliseconds in an index of 100,000
 * rows.
 */
const CHUNK = 32;
/**
 * By default the library builds on all cores and then loses links: over 40 builds of 3,000 × 32
 * clustered vectors, recall@10 varied between .9875 and 1. On one thread it is 1 and the graph is
 * always the same.
 */
const ONE_THREAD = 1;
/**
 * From this number of candidates on, a scan is as fast as the graph (100,000 × 64: 8.3 ms and 8.4
 * ms).
 */
const MAX_CANDIDATES = 4096;

export const usearchAdapter: IndexAdapter = {
  async create(options) {
    return usearchIndex(newGraph(options), createVectorTable(options.dim, options.capacity), options);
  },
  async open(path, options) {
    const { table } = await readTable(path, options.dim);
    const graph = newGraph(options);
    try {
      graph.load(path);
    } catch (error) {
      throw errors.INDEX_FILE_INVALID({ path, reason: 'usearch cannot read it' }, error);
    }
    if (Number(graph.size()) !== table.size || Number(graph.dimensions()) !== options.dim) {
      throw errors.INDEX_FILE_INVALID({ path, reason: 'its graph and its vectors do not match' });
    }
    return usearchIndex(graph, table, options);
  },
};

function newGraph({ dim, connectivity = 16, efConstruction = 128, ef = 64 }: IndexOptions): NativeIndex {
  return new (library().Index)({
    dimensions: dim,
    metric: 'ip' as never,
    quantization: 'f16' as never,
    connectivity,
    expansion_add: efConstruction,
    expansion_search: ef,
    multi: false,
  });
}

/** Loaded on first use: a platform without a prebuilt binary can still use the other kinds. */
function library(): typeof import('usearch') {
  try {
    return createRequire(import.meta.url)('usearch');
  } catch (error) {
    throw errors.INDEX_ADAPTER_MISSING(
      { kind: 'usearch', package: 'usearch', install: 'Install usearch, or choose the index kind "exact".' },
      error,
    );
  }
}

/** The first candidates in half-precision order that contain the k best in full-precision order. */
const rescoredCount = (k: number) => 2 * k + 16;

/**
 * The keys that the graph finds, best first. They are read as 32-bit words: BigInts would cost more
 * than the search.
 */
function nearest(graph: NativeIndex, query: Float32Array, count: number): Uint32Array {
  const { keys } = graph.search(query, count, ONE_THREAD);
  const words = new Uint32Array(keys.buffer, keys.byteOffset, keys.length * 2);
  const low = new Uint32Array(keys.length);
  for (let at = 0; at < low.length; at++) low[at] = words[2 * at];
  return low;
}

function usearchIndex(
  initial: NativeIndex,
  table: VectorTable,
  { dim, ef: defaultEf = 64 }: IndexOptions,
): VectorIndex {
  let graph: NativeIndex | undefined = initial;
  const openGraph = () => {
    if (graph === undefined) throw errors.INDEX_CLOSED();
    return graph;
  };

  /**
   * Adds or replaces some rows in one synchronous step: no search misses a key that is being
   * replaced.
   */
  function addChunk(chunk: readonly number[], keys: Uint32Array, vectors: Float32Array): void {
    const chunkKeys = new BigUint64Array(chunk.length);
    const chunkVectors = new Float32Array(chunk.length * dim);
    chunk.forEach((row, at) => {
      chunkKeys[at] = BigInt(keys[row]);
      chunkVectors.set(vectors.subarray(row * dim, (row + 1) * dim), at * dim);
    });
    const replaced = chunkKeys.filter((key) => table.has(Number(key)));
    if (replaced.length > 0) openGraph().remove(replaced);
    openGraph().add(chunkKeys, chunkVectors, ONE_THREAD);
    chunk.forEach((row, at) => {
      table.put(keys[row], chunkVectors.subarray(at * dim, (at + 1) * dim));
    });
  }

  return {
    kind: 'usearch',
    capabilities: { local: true },
    dim,
    get size() {
      openGraph();
      return table.size;
    },

    async add(keys, vectors) {
      openGraph();
      checkVectors(dim, keys, vectors);
      const rows = lastOfEachKey(keys);
      for (let from = 0; from < rows.length; from += CHUNK) {
        if (from > 0) await new Promise(setImmediate);
        addChunk(rows.slice(from, from + CHUNK), keys, vectors);
      }
    },

    async remove(keys) {
      const present = [...new Set(keys)].filter((key) => table.has(key));
      if (present.length === 0) return 0;
      openGraph().remove(BigUint64Array.from(present, BigInt));
      for (const key of present) table.delete(key);
      return present.length;
    },

    async search(query, k, options = {}) {
      const native = openGraph();
      checkQuery(dim, query, k);
      if (options.among !== undefined) return table.rescore(query, k, keysAmong(options.among, options));
      const passes = searchPredicate(options);
      const breadth = Math.max(k, options.ef ?? defaultEf);
      if (passes === undefined) {
        if (breadth >= Math.min(MAX_CANDIDATES, table.size)) return table.scan(query, k);
        return table.rescore(query, k, nearest(native, query, breadth).subarray(0, rescoredCount(k)));
      }
      const { scans, share, broader } = filteredSearch(table, options.filter ?? (() => true));
      if (scans) return table.scan(query, k, passes);
      // More than need to pass, so that an unlucky sample or a filter that opposes the query seldom
      // leads to a scan.
      const wanted =
        (options.filter === undefined ? breadth : Math.ceil((broader * breadth) / share)) +
        (options.exclude?.size ?? 0);
      if (wanted < Math.min(MAX_CANDIDATES, table.size)) {
        const found = nearest(native, query, wanted).filter(passes);
        if (found.length >= k) return table.rescore(query, k, found.subarray(0, rescoredCount(k)));
      }
      return table.scan(query, k, passes);
    },

    async scores(query, keys) {
      openGraph();
      return table.scores(query, keys);
    },

    get(key) {
      openGraph();
      return table.get(key);
    },

    async getMany(keys) {
      openGraph();
      return table.getMany(keys);
    },

    async save(path) {
      const native = openGraph();
      await writeNatively(path, () => native.save(path));
      await appendTable(path, table);
    },

    async close() {
      graph = undefined;
    },
  };
}
