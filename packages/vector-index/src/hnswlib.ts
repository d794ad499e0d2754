/**
 * hnswlib's graph, for those who want the reference implementation. Opt-in: the package compiles when it is installed,
 * so the default set-up leaves it out and `pnpm extras` fetches it into `.extras`.
 *
 * Its search takes a filter, but one that few items pass makes it walk most of the graph through callbacks (20,000 × 64,
 * ms with callback | scan: 20 % pass .4 | .6, 10 % .7 | .3, 2 % 2.4 | .2), so such searches scan the table instead. Its inner-product space
 * and its file are its own; the file holds the vectors, from which the table is filled when it is opened. An element
 * is never really removed, only marked, and its place is taken again when its key comes back.
 */
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { IndexAdapter, IndexOptions, VectorIndex } from './contract.ts';
import { errors } from './errors.ts';
import { checkQuery, checkVectors, createVectorTable, lastOfEachKey, type VectorTable } from './vector-table.ts';

const PACKAGE = 'hnswlib-node';
/** Rows added before other work gets a turn. */
const CHUNK = 256;
/** Below this share of passing items a scan beats the callback. */
const SELECTIVE = 0.1;

/** The part of the binding that is used here; its own types cannot be imported where it is not installed. */
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
    await checkWidth(path, options.dim);
    const graph = newGraph(options.dim);
    try {
      graph.readIndexSync(path);
    } catch (error) {
      throw errors.INDEX_FILE_INVALID({ path, reason: 'hnswlib cannot read it' }, error);
    }
    // The library gives an empty graph no room at all on reading it, and cannot make any.
    if (graph.getCurrentCount() === 0) return hnswlibAdapter.create(options);
    const table = createVectorTable(options.dim, graph.getCurrentCount());
    for (const label of graph.getIdsList()) {
      const point = livePoint(graph, label);
      if (point !== undefined) table.put(label, point);
    }
    return hnswlibIndex(graph, table, options);
  },
};

/** The library trusts the width it is told; another one would read past its memory. Its header gives the true one. */
async function checkWidth(path: string, dim: number): Promise<void> {
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
  const width = Number(header.readBigUInt64LE(32) - header.readBigUInt64LE(40)) / 4;
  if (width !== dim)
    throw errors.INDEX_FILE_INVALID({ path, reason: `its vectors are ${width} wide and ${dim} were expected` });
}

/** Reading the point of an element that is marked as deleted is the library's way of saying so. */
function livePoint(graph: Native, label: number): Float32Array | undefined {
  try {
    return Float32Array.from(graph.getPoint(label));
  } catch {
    return undefined;
  }
}

/** Looked for where this program was started (`.extras`, its own packages), then beside this file. */
function newGraph(dim: number): Native {
  const places = [join(process.cwd(), '.extras', 'package.json'), join(process.cwd(), 'package.json'), import.meta.url];
  const failures: unknown[] = [];
  for (const place of places) {
    try {
      const { HierarchicalNSW } = createRequire(place)(PACKAGE) as {
        HierarchicalNSW: new (space: 'ip', dim: number) => Native;
      };
      return new HierarchicalNSW('ip', dim);
    } catch (error) {
      failures.push(error);
    }
  }
  const install = 'Install hnswlib-node 3.0.0 (it compiles), or choose the index kind "usearch".';
  throw errors.INDEX_ADAPTER_MISSING({ kind: 'hnswlib', package: PACKAGE, install }, new AggregateError(failures));
}

function hnswlibIndex(initial: Native, table: VectorTable, { dim, ef: defaultEf = 64 }: IndexOptions): VectorIndex {
  let graph: Native | undefined = initial;
  const live = () => {
    if (graph === undefined) throw errors.INDEX_CLOSED();
    return graph;
  };

  return {
    kind: 'hnswlib',
    dim,
    get size() {
      live();
      return table.size;
    },

    async add(keys, vectors) {
      live();
      checkVectors(dim, keys, vectors);
      const rows = lastOfEachKey(keys);
      for (let at = 0; at < rows.length; at++) {
        if (at > 0 && at % CHUNK === 0) await new Promise(setImmediate);
        const native = live();
        const vector = vectors.subarray(rows[at] * dim, (rows[at] + 1) * dim);
        if (native.getCurrentCount() === native.getMaxElements()) native.resizeIndex(native.getMaxElements() * 2);
        // A label that is there, marked or not, is updated in place and lives again.
        native.addPoint(Array.from(vector), keys[rows[at]]);
        table.put(keys[rows[at]], vector);
      }
    },

    async remove(keys) {
      const native = live();
      let removed = 0;
      for (const key of keys) {
        if (!table.delete(key)) continue;
        native.markDelete(key);
        removed++;
      }
      return removed;
    },

    async search(query, k, { filter, ef = defaultEf } = {}) {
      const native = live();
      checkQuery(dim, query, k);
      const breadth = Math.max(k, ef);
      if (breadth >= table.size) return table.scan(query, k, filter);
      if (filter !== undefined && table.selectivity(filter) < SELECTIVE) return table.scan(query, k, filter);
      native.setEf(breadth);
      const { neighbors } = native.searchKnn(Array.from(query), k, filter);
      return neighbors.length < k ? table.scan(query, k, filter) : table.rescore(query, k, neighbors);
    },

    get(key) {
      live();
      return table.get(key);
    },

    async save(path) {
      live().writeIndexSync(path);
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
