/**
 * The vectors of an index in full precision, row by row, and the exact search over them.
 *
 * Every built-in adapter keeps such a table beside its graph, for three reasons. The graph may hold
 * half-precision copies, so its candidates are rescored here, and the results have exact inner
 * products in exact order. A filter that few items pass is slow in a graph and fast in a scan. A
 * small index needs no graph.
 *
 * The scan takes four rows at a time in plain loops. On 64-dimensional vectors against ONNX
 * Runtime's MatMul + TopK on one thread, it takes (ms per query): 1,000 rows .05 | .27, 10,000 rows
 * .6 | 2.2, 100,000 rows 7 | 22. A product with a single vector is bound by memory, not by
 * arithmetic, and the runtime's packing adds to the cost.
 */
import { createTopK, dot as innerProduct, type TopK } from '@lorekeep/core';
import type { SearchResult } from '../contract.ts';
import { errors } from '../errors.ts';

/** Vectors by key, in one array that grows. */
export interface VectorTable {
  readonly dim: number;
  readonly size: number;
  /** Keys of the rows, `[size]`; a view that the next change may invalidate. */
  keys(): Uint32Array;
  /** All rows, `[size × dim]`; a view that the next change may invalidate. */
  vectors(): Float32Array;
  /** Whether the key has a row. */
  has(key: number): boolean;
  /** A copy of the key's row; `undefined` for an unknown key. */
  get(key: number): Float32Array | undefined;
  /** The same for each key. */
  getMany(keys: ArrayLike<number>): (Float32Array | undefined)[];
  /** Inner products with the rows of the keys; 0 for an unknown key. */
  scores(query: Float32Array, keys: ArrayLike<number>): Float32Array;
  /** Adds or replaces one row. */
  put(key: number, vector: Float32Array): void;
  /** Removes a row; the last row takes its position. Returns false for an unknown key. */
  delete(key: number): boolean;
  /** The exact k best of all rows that pass. Of equal scores, the smaller key comes first. */
  scan(query: Float32Array, k: number, filter?: (key: number) => boolean): SearchResult;
  /** The exact k best of the candidates. Unknown keys are ignored. */
  rescore(query: Float32Array, k: number, candidates: ArrayLike<number>): SearchResult;
  /**
   * Share of the rows that pass, in [0, 1], estimated on `samples` evenly spread rows. Default 256.
   */
  selectivity(filter: (key: number) => boolean, samples?: number): number;
}

/**
 * Makes a table, empty or over rows that exist.
 *
 * @param dim dimension of the vectors
 * @param capacity rows that fit before the arrays grow; ignored if `keys` is given. Default 1,024
 * @param keys `[size]` keys of initial rows. The table takes ownership of the array and does not
 *   copy it. Default: none
 * @param vectors `[size × dim]` initial rows, owned in the same way; given together with `keys`
 */
export function createVectorTable(
  dim: number,
  capacity = 1024,
  keys?: Uint32Array,
  vectors?: Float32Array,
): VectorTable {
  let size = keys?.length ?? 0;
  let keyOf = keys ?? new Uint32Array(capacity);
  let rows = vectors ?? new Float32Array(capacity * dim);
  const rowOf = new Map<number, number>();
  for (let row = 0; row < size; row++) rowOf.set(keyOf[row], row);

  function grow(): void {
    const wider = new Uint32Array(Math.max(16, keyOf.length * 2));
    wider.set(keyOf);
    const longer = new Float32Array(wider.length * dim);
    longer.set(rows);
    keyOf = wider;
    rows = longer;
  }

  function dot(query: Float32Array, row: number): number {
    let sum = 0;
    for (let j = 0, o = row * dim; j < dim; j++) sum += query[j] * rows[o + j];
    return sum;
  }

  const get = (key: number) => {
    const row = rowOf.get(key);
    return row === undefined ? undefined : rows.slice(row * dim, (row + 1) * dim);
  };

  /** Scores four rows at once, each with its own sum in the order of `dot`. */
  function offerFour(best: TopK, query: Float32Array, r0: number, r1: number, r2: number, r3: number): void {
    const o0 = r0 * dim;
    const o1 = r1 * dim;
    const o2 = r2 * dim;
    const o3 = r3 * dim;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < dim; j++) {
      const value = query[j];
      s0 += value * rows[o0 + j];
      s1 += value * rows[o1 + j];
      s2 += value * rows[o2 + j];
      s3 += value * rows[o3 + j];
    }
    best.offer(keyOf[r0], s0);
    best.offer(keyOf[r1], s1);
    best.offer(keyOf[r2], s2);
    best.offer(keyOf[r3], s3);
  }

  /** `undefined` for all rows. */
  function rowsThatPass(filter: ((key: number) => boolean) | undefined): Int32Array | undefined {
    if (filter === undefined) return undefined;
    const passing = new Int32Array(size);
    let count = 0;
    for (let row = 0; row < size; row++) if (filter(keyOf[row])) passing[count++] = row;
    return passing.subarray(0, count);
  }

  return {
    dim,
    get size() {
      return size;
    },
    keys: () => keyOf.subarray(0, size),
    vectors: () => rows.subarray(0, size * dim),
    has: (key) => rowOf.has(key),
    get,
    getMany: (wanted) => Array.from(wanted, get),
    scores(query, wanted) {
      const found = new Float32Array(wanted.length);
      for (let at = 0; at < found.length; at++) {
        const row = rowOf.get(wanted[at]);
        if (row !== undefined) found[at] = innerProduct(query, 0, rows, row * dim, dim);
      }
      return found;
    },
    put(key, vector) {
      let row = rowOf.get(key);
      if (row === undefined) {
        if (size === keyOf.length) grow();
        row = size++;
        keyOf[row] = key;
        rowOf.set(key, row);
      }
      rows.set(vector, row * dim);
    },
    delete(key) {
      const row = rowOf.get(key);
      if (row === undefined) return false;
      const last = --size;
      rowOf.delete(key);
      if (row !== last) {
        keyOf[row] = keyOf[last];
        rows.copyWithin(row * dim, last * dim, (last + 1) * dim);
        rowOf.set(keyOf[row], row);
      }
      return true;
    },
    scan(query, k, filter) {
      const best = createTopK(Math.min(k, size));
      const passing = rowsThatPass(filter);
      const count = passing?.length ?? size;
      const rowAt = (at: number) => (passing === undefined ? at : passing[at]);
      let at = 0;
      for (; at + 4 <= count; at += 4) offerFour(best, query, rowAt(at), rowAt(at + 1), rowAt(at + 2), rowAt(at + 3));
      for (; at < count; at++) best.offer(keyOf[rowAt(at)], dot(query, rowAt(at)));
      return best.best();
    },
    rescore(query, k, candidates) {
      const best = createTopK(Math.min(k, size, candidates.length));
      for (let i = 0; i < candidates.length; i++) {
        const key = candidates[i];
        const row = rowOf.get(key);
        if (row !== undefined) best.offer(key, dot(query, row));
      }
      return best.best();
    },
    selectivity(filter, samples = 256) {
      if (size === 0) return 0;
      const step = Math.max(1, size / samples);
      let passing = 0;
      let sampled = 0;
      for (let at = 0; at < size; at += step, sampled++) if (filter(keyOf[Math.floor(at)])) passing++;
      return passing / sampled;
    },
  };
}

/**
 * Checks the arguments of a search.
 *
 * @throws LorekeepError `INDEX_BAD_K`, `INDEX_BAD_QUERY`
 */
export function checkQuery(dim: number, query: Float32Array, k: number): void {
  if (!Number.isInteger(k) || k < 1) throw errors.INDEX_BAD_K({ k });
  if (query.length !== dim) {
    throw errors.INDEX_BAD_QUERY({
      reason: `it has ${query.length} values, but the index has dimension ${dim}`,
      expected: dim,
      actual: query.length,
    });
  }
  for (let j = 0; j < dim; j++) {
    if (!Number.isFinite(query[j])) throw errors.INDEX_BAD_QUERY({ reason: `value ${j} is ${query[j]}`, position: j });
  }
}

/**
 * Checks the arguments of an addition, before anything changes.
 *
 * @throws LorekeepError `INDEX_BAD_VECTORS`
 */
export function checkVectors(dim: number, keys: Uint32Array, vectors: Float32Array): void {
  if (vectors.length !== keys.length * dim) {
    throw errors.INDEX_BAD_VECTORS({
      reason: `${keys.length} keys of dimension ${dim} need ${keys.length * dim} numbers, not ${vectors.length}`,
      expected: keys.length * dim,
      actual: vectors.length,
    });
  }
  for (let i = 0; i < vectors.length; i++) {
    if (!Number.isFinite(vectors[i])) {
      const row = Math.floor(i / dim);
      throw errors.INDEX_BAD_VECTORS({
        reason: `value ${i % dim} of key ${keys[row]} is ${vectors[i]}`,
        key: keys[row],
        position: i % dim,
      });
    }
  }
}

/** Row numbers of `keys`, without rows whose key occurs again later in the batch. */
export function lastOfEachKey(keys: Uint32Array): number[] {
  const last = new Map<number, number>();
  for (let row = 0; row < keys.length; row++) last.set(keys[row], row);
  return last.size === keys.length ? Array.from(keys.keys()) : [...last.values()].sort((a, b) => a - b);
}
