/**
 * No graph: every search looks at every vector. Right for up to some ten thousand items (under a millisecond at
 * 10,000 × 64), and the measure that the other kinds are held to.
 */
import { rm } from 'node:fs/promises';
import type { IndexAdapter, VectorIndex } from './contract.ts';
import { errors } from './errors.ts';
import { appendTail, readTail } from './table-file.ts';
import { checkQuery, checkVectors, createVectorTable, type VectorTable } from './vector-table.ts';

export const exactAdapter: IndexAdapter = {
  create: async ({ dim, capacity = 1024 }) => exactIndex(createVectorTable(dim, capacity)),
  open: async (path, { dim }) => exactIndex((await readTail(path, dim)).table),
};

function exactIndex(initial: VectorTable): VectorIndex {
  let table: VectorTable | undefined = initial;
  const live = () => {
    if (table === undefined) throw errors.INDEX_CLOSED();
    return table;
  };
  return {
    kind: 'exact',
    dim: initial.dim,
    get size() {
      return live().size;
    },
    async add(keys, vectors) {
      const { dim, put } = live();
      checkVectors(dim, keys, vectors);
      for (let row = 0; row < keys.length; row++) put(keys[row], vectors.subarray(row * dim, (row + 1) * dim));
    },
    async remove(keys) {
      const rows = live();
      let removed = 0;
      for (const key of keys) if (rows.delete(key)) removed++;
      return removed;
    },
    async search(query, k, { filter } = {}) {
      const rows = live();
      checkQuery(rows.dim, query, k);
      return rows.scan(query, k, filter);
    },
    get: (key) => live().get(key),
    async save(path) {
      const rows = live();
      await rm(path, { force: true });
      await appendTail(path, rows);
    },
    async close() {
      table = undefined;
    },
  };
}
