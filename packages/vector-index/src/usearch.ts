/**
 * The default index: usearch's HNSW graph over half-precision vectors, with the full-precision table beside it.
 *
 * The binding takes neither a filter nor a breadth for a search, so both are made here. Asking the graph for
 * max(k, ef) neighbours walks it with that breadth (`expansion_search` is the larger of the two), and scoring those
 * again in full precision restores what half precision blurred. A filter first looks at a sample: where many items
 * pass, the graph is asked for proportionally more and the answer filtered; where few do, or that brought too few, the
 * table is scanned, which is exact.
 *
 * Traps of the binding (2.26): a key that is there already is an error, so replacing is remove + add; `exactSearch`
 * ignores a typed array's byte offset; inner-product distances are 1 − x·y, which loses small scores to rounding.
 */
import { createRequire } from 'node:module';
import type { Index as NativeIndex } from 'usearch';
import type { IndexAdapter, IndexOptions, VectorIndex } from './contract.ts';
import { errors } from './errors.ts';
import { appendTail, readTail } from './table-file.ts';
import { checkQuery, checkVectors, createVectorTable, lastOfEachKey, type VectorTable } from './vector-table.ts';

/** Rows added before other work gets a turn: some tens of milliseconds. */
const CHUNK = 512;
/**
 * The library builds on every core where it is not told otherwise, and then loses links: over 40 builds of 3,000 × 32
 * clustered vectors recall@10 was .9875 to 1 and another each time; on one thread it is 1 and always the same graph.
 */
const ONE_THREAD = 1;
/** Beyond this many candidates a scan is as fast as the graph (100,000 × 64: 8.3 ms and 8.4). */
const WIDEST = 4096;

export const usearchAdapter: IndexAdapter = {
  async create(options) {
    return usearchIndex(newGraph(options), createVectorTable(options.dim, options.capacity), options);
  },
  async open(path, options) {
    const { table } = await readTail(path, options.dim);
    const graph = newGraph(options);
    try {
      graph.load(path);
    } catch (error) {
      throw errors.INDEX_FILE_INVALID({ path, reason: 'usearch cannot read it' }, error);
    }
    if (Number(graph.size()) !== table.size || Number(graph.dimensions()) !== options.dim) {
      throw errors.INDEX_FILE_INVALID({ path, reason: 'its graph and its vectors do not belong together' });
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

/** Loaded when first needed: a platform without a prebuilt binary can still use the other kinds. */
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

/** Of candidates in half precision's order, how many surely hold the k best in full precision's. */
const blurred = (k: number) => 2 * k + 16;

/** The keys the graph finds, best first. Read as pairs of 32-bit words: a BigInt for each would cost more than the walk. */
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
  const live = () => {
    if (graph === undefined) throw errors.INDEX_CLOSED();
    return graph;
  };

  return {
    kind: 'usearch',
    dim,
    get size() {
      live();
      return table.size;
    },

    async add(keys, vectors) {
      live();
      checkVectors(dim, keys, vectors);
      const rows = lastOfEachKey(keys);
      for (let from = 0; from < rows.length; from += CHUNK) {
        if (from > 0) await new Promise(setImmediate);
        // One step without a pause: no search ever misses a key that is being replaced.
        const chunk = rows.slice(from, from + CHUNK);
        const chunkKeys = new BigUint64Array(chunk.length);
        const chunkVectors = new Float32Array(chunk.length * dim);
        for (let i = 0; i < chunk.length; i++) {
          const vector = vectors.subarray(chunk[i] * dim, (chunk[i] + 1) * dim);
          chunkKeys[i] = BigInt(keys[chunk[i]]);
          chunkVectors.set(vector, i * dim);
        }
        const replaced = chunkKeys.filter((key) => table.has(Number(key)));
        if (replaced.length > 0) live().remove(replaced);
        live().add(chunkKeys, chunkVectors, ONE_THREAD);
        for (let i = 0; i < chunk.length; i++) {
          table.put(Number(chunkKeys[i]), chunkVectors.subarray(i * dim, (i + 1) * dim));
        }
      }
    },

    async remove(keys) {
      const present = [...new Set(keys)].filter((key) => table.has(key));
      if (present.length === 0) return 0;
      live().remove(BigUint64Array.from(present, BigInt));
      for (const key of present) table.delete(key);
      return present.length;
    },

    async search(query, k, { filter, ef = defaultEf } = {}) {
      const native = live();
      checkQuery(dim, query, k);
      const breadth = Math.max(k, ef);
      if (filter === undefined) {
        if (breadth >= Math.min(WIDEST, table.size)) return table.scan(query, k);
        return table.rescore(query, k, nearest(native, query, breadth).subarray(0, blurred(k)));
      }
      const passing = table.selectivity(filter);
      // Half as many again, so that an unlucky sample or a filter that goes against the query seldom costs a scan.
      const wanted = Math.ceil((1.5 * breadth) / passing);
      if (wanted < Math.min(WIDEST, table.size)) {
        const found = nearest(native, query, wanted).filter(filter);
        if (found.length >= k) return table.rescore(query, k, found.subarray(0, blurred(k)));
      }
      return table.scan(query, k, filter);
    },

    get(key) {
      live();
      return table.get(key);
    },

    async save(path) {
      live().save(path);
      await appendTail(path, table);
    },

    async close() {
      graph = undefined;
    },
  };
}
