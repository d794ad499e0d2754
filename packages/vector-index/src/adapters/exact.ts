/**
 * The exact index: every search scores every vector. It suits up to some 10,000 items (below 1 ms
 * at 10,000 × 64), and the recall of the other kinds is measured against it.
 */
import { rm } from 'node:fs/promises';
import type { IndexAdapter, VectorIndex } from '../contract.ts';
import { errors } from '../errors.ts';
import { keysAmong, searchPredicate } from '../search-predicate.ts';
import { appendTable, readTable } from '../table/table-file.ts';
import { checkQuery, checkVectors, createVectorTable, type VectorTable } from '../table/vector-table.ts';

export const exactAdapter: IndexAdapter = {
  create: async ({ dim, capacity = 1024 }) => exactIndex(createVectorTable(dim, capacity)),
  open: async (path, { dim }) => exactIndex((await readTable(path, dim)).table),
};

function exactIndex(initial: VectorTable): VectorIndex {
  let table: VectorTable | undefined = initial;
  const openTable = () => {
    if (table === undefined) throw errors.INDEX_CLOSED();
    return table;
  };
  return {
    kind: 'exact',
    capabilities: { local: true },
    dim: initial.dim,
    get size() {
      return openTable().size;
    },
    async add(keys, vectors) {
      const { dim, put } = openTable();
      checkVectors(dim, keys, vectors);
      for (let row = 0; row < keys.length; row++) put(keys[row], vectors.subarray(row * dim, (row + 1) * dim));
    },
    async remove(keys) {
      const rows = openTable();
      let removed = 0;
      for (const key of keys) if (rows.delete(key)) removed++;
      return removed;
    },
    async search(query, k, options = {}) {
      const rows = openTable();
      checkQuery(rows.dim, query, k);
      if (options.among !== undefined) return rows.rescore(query, k, keysAmong(options.among, options));
      return rows.scan(query, k, searchPredicate(options));
    },
    async scores(query, keys) {
      return openTable().scores(query, keys);
    },
    get: (key) => openTable().get(key),
    async getMany(keys) {
      return openTable().getMany(keys);
    },
    async save(path) {
      const rows = openTable();
      await rm(path, { force: true });
      await appendTable(path, rows);
    },
    async close() {
      table = undefined;
    },
  };
}
