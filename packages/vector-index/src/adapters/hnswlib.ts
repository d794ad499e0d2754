/**
 * hnswlib's HNSW graph, the reference implementation. It is optional, because its package compiles
 * native code when it is installed.
 *
 * The library's search takes a filter. If few items pass, it walks most of the graph through
 * callbacks, so such searches scan the table instead (20,000 × 64, ms with callback | scan: 20 %
 * pass .4 | .6, 10 % .7 | .3, 2 % 2.4 | .2). Its file holds the vectors, from which the table is
 * filled on opening. The library only marks elements as deleted, and reuses their slots when the
 * keys are added again.
 */

import { open } from 'node:fs/promises';
import { withOptionalPackage } from '@lorekeep/core';
import type { IndexAdapter, IndexOptions, VectorIndex } from '../contract.ts';
import { errors } from '../errors.ts';
import { filteredSearch, keysAmong, searchPredicate } from '../search-predicate.ts';
import { checkQuery, checkVectors, createVectorTable, lastOfEachKey, type VectorTable } from '../table/vector-table.ts';

const PACKAGE = 'hnswlib-node';
/** Rows that are added before the event loop runs other work. */
const CHUNK = 256;
/** If a smaller share of the items passes, a scan is faster than the callback in a table of any size. */
const MIN_PASSING = 0.1;

/**
 * The part of the binding that is used here. Its own types cannot be imported if it is not
 * installed.
 */
interface Native {
  initIndex(options: { maxElements: number; m: number; efConstruction: number; randomSeed: number }): void;
  readIndexSync(path: string): void;
  writeIndexSync(path: string): void;
  resizeIndex(maxElements: number): void;
  addPoint(point: number[], label: number): void;
  markDelete(label: number): void;
  getIdsList(): number[];
  getPoint(label: number): number[];
  getCurrentCount(): number;
  getMaxElements(): number;
  setEf(ef: number): void;
  searchKnn(query: number[], k: number, filter?: (label: number) => boolean): { neighbors: number[] };
}

export const hnswlibAdapter: IndexAdapter = {
  async create(options) {
    const { dim, capacity = 1024, connectivity = 16, efConstruction = 128 } = options;
    const graph = newGraph(dim);
    graph.initIndex({ maxElements: Math.max(1, capacity), m: connectivity, efConstruction, randomSeed: 42 });
    return hnswlibIndex(graph, createVectorTable(dim, capacity), options);
  },
  async open(path, options) {
    await checkDimension(path, options.dim);
    const graph = newGraph(options.dim);
    try {
      graph.readIndexSync(path);
    } catch (error) {
      throw errors.INDEX_FILE_INVALID({ path, reason: 'hnswlib cannot read it' }, error);
    }
    // The library reads an empty graph with capacity 0 and cannot resize it.
    if (graph.getCurrentCount() === 0) return hnswlibAdapter.create(options);
    const table = createVectorTable(options.dim, graph.getCurrentCount());
    for (const label of graph.getIdsList()) {
      const point = storedPoint(graph, label);
      if (point !== undefined) table.put(label, point);
    }
    return hnswlibIndex(graph, table, options);
  },
};

/**
 * The library does not check the dimension and would read past its memory. Its header tells the
 * true one.
 */
async function checkDimension(path: string, dim: number): Promise<void> {
  const header = Buffer.alloc(48);
  const file = await open(path, 'r').catch((error: unknown) => {
    throw errors.INDEX_FILE_INVALID({ path, reason: 'it cannot be read' }, error);
  });
  try {
    const { bytesRead } = await file.read(header, 0, header.length, 0);
    if (bytesRead < header.length) throw errors.INDEX_FILE_INVALID({ path, reason: 'it is too short' });
  } finally {
    await file.close();
  }
  const actual = Number(header.readBigUInt64LE(32) - header.readBigUInt64LE(40)) / 4;
  if (actual !== dim)
    throw errors.INDEX_FILE_INVALID({ path, reason: `its vectors have dimension ${actual}, not ${dim}` });
}

/**
 * `undefined` for an element that is marked as deleted: the library throws when its point is read.
 */
function storedPoint(graph: Native, label: number): Float32Array | undefined {
  try {
    return Float32Array.from(graph.getPoint(label));
  } catch {
    return undefined;
  }
}

function newGraph(dim: number): Native {
  type Library = { HierarchicalNSW: new (space: 'ip', dim: number) => Native };
  try {
    return withOptionalPackage<Library, Native>(
      PACKAGE,
      import.meta.url,
      (loaded) => new loaded.HierarchicalNSW('ip', dim),
    );
  } catch (error) {
    const install = 'Install hnswlib-node 3.0.0 (it compiles), or choose the index kind "usearch".';
    throw errors.INDEX_ADAPTER_MISSING({ kind: 'hnswlib', package: PACKAGE, install }, error);
  }
}

function hnswlibIndex(initial: Native, table: VectorTable, { dim, ef: defaultEf = 64 }: IndexOptions): VectorIndex {
  let graph: Native | undefined = initial;
  const openGraph = () => {
    if (graph === undefined) throw errors.INDEX_CLOSED();
    return graph;
  };

  return {
    kind: 'hnswlib',
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
      for (let at = 0; at < rows.length; at++) {
        if (at > 0 && at % CHUNK === 0) await new Promise(setImmediate);
        const native = openGraph();
        const vector = vectors.subarray(rows[at] * dim, (rows[at] + 1) * dim);
        if (native.getCurrentCount() === native.getMaxElements()) native.resizeIndex(native.getMaxElements() * 2);
        // A label that exists is updated in place; if it was marked as deleted, the mark is
        // removed.
        native.addPoint(Array.from(vector), keys[rows[at]]);
        table.put(keys[rows[at]], vector);
      }
    },

    async remove(keys) {
      const native = openGraph();
      let removed = 0;
      for (const key of keys) {
        if (!table.delete(key)) continue;
        native.markDelete(key);
        removed++;
      }
      return removed;
    },

    async search(query, k, options = {}) {
      const native = openGraph();
      checkQuery(dim, query, k);
      if (options.among !== undefined) return table.rescore(query, k, keysAmong(options.among, options));
      const passes = searchPredicate(options);
      const breadth = Math.max(k, options.ef ?? defaultEf);
      if (breadth >= table.size) return table.scan(query, k, passes);
      if (passes !== undefined) {
        const { scans, share } = filteredSearch(table, passes);
        if (scans || share < MIN_PASSING) return table.scan(query, k, passes);
      }
      native.setEf(breadth);
      const { neighbors } = native.searchKnn(Array.from(query), k, passes);
      return neighbors.length < k ? table.scan(query, k, passes) : table.rescore(query, k, neighbors);
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
      openGraph().writeIndexSync(path);
      const file = await open(path, 'r');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    },

    async close() {
      graph = undefined;
    },
  };
}
