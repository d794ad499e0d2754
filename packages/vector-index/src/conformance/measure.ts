/** Data for the conformance suite, and the naive scan that results are compared with. */
import assert from 'node:assert/strict';
import { createRandom, type LorekeepError } from '@lorekeep/core';
import type { IndexAdapter, IndexKind, SearchOptions, VectorIndex } from '../index.ts';

export const DIM = 32;
export const COUNT = 5000;
export const QUERIES = 40;

/** What the tests of one kind share. It is filled before the first test. */
export interface Subject {
  kind: IndexKind;
  adapter: IndexAdapter;
  /** A temporary directory. */
  directory: string;
  /** An index of `keys` and `vectors`, which tests must not change. */
  full: VectorIndex;
}

/**
 * Points around 60 centres, as item vectors lie.
 *
 * @param spread σ of the log-normal distribution of the norms; 0 for unit vectors
 */
export function clustered(seed: number, count: number, spread: number): Float32Array {
  const random = createRandom(seed);
  const centres = Float32Array.from({ length: 60 * DIM }, () => random.normal());
  const vectors = new Float32Array(count * DIM);
  for (let row = 0; row < count; row++) {
    const centre = random.int(60) * DIM;
    let squares = 0;
    for (let j = 0; j < DIM; j++) {
      const value = centres[centre + j] + 0.8 * random.normal();
      vectors[row * DIM + j] = value;
      squares += value * value;
    }
    const scale = Math.exp(spread * random.normal()) / Math.sqrt(squares);
    for (let j = 0; j < DIM; j++) vectors[row * DIM + j] *= scale;
  }
  return vectors;
}

export const rowsOf = (vectors: Float32Array) =>
  Array.from({ length: vectors.length / DIM }, (_, row) => vectors.subarray(row * DIM, (row + 1) * DIM));

export const vectors = clustered(1, COUNT, 0);
/** Neither dense nor small, so an adapter that confuses keys and positions fails. */
export const keys = Uint32Array.from({ length: COUNT }, (_, row) => row * 3 + 4_000_000_000);
export const vectorOf: ReadonlyMap<number, Float32Array> = new Map(
  rowsOf(vectors).map((vector, row) => [keys[row], vector]),
);
export const queries = rowsOf(clustered(1, QUERIES, 0.3));

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

export interface Scored {
  key: number;
  score: number;
}

/**
 * Sorts all vectors. It shares no code with the package, so that both cannot have the same error.
 */
export function naiveSearch(
  set: ReadonlyMap<number, Float32Array>,
  query: Float32Array,
  k: number,
  { exclude = new Set(), filter = () => true }: SearchOptions = {},
): Scored[] {
  const all: Scored[] = [];
  for (const [key, vector] of set) {
    if (!exclude.has(key) && filter(key)) all.push({ key, score: product(vector, query) });
  }
  return all.sort((a, b) => b.score - a.score || a.key - b.key).slice(0, k);
}

/**
 * Share of the true k best that was found. It also checks order, scores, uniqueness and what may be
 * returned.
 */
export async function recall(
  index: VectorIndex,
  set: ReadonlyMap<number, Float32Array>,
  queries: readonly Float32Array[],
  k: number,
  options: Pick<SearchOptions, 'exclude' | 'filter'> = {},
): Promise<number> {
  let hits = 0;
  let wanted = 0;
  for (const query of queries) {
    const found = await index.search(query, k, options);
    const truth = naiveSearch(set, query, k, options);
    assert.equal(found.keys.length, truth.length, 'k results, or as many as pass');
    assert.equal(found.scores.length, found.keys.length);
    assert.equal(new Set(found.keys).size, found.keys.length, 'no key twice');
    for (let at = 0; at < found.keys.length; at++) {
      const key = found.keys[at];
      const vector = set.get(key);
      assert.ok(vector, `key ${key} is in the index`);
      assert.ok(options.filter?.(key) ?? true, `key ${key} passes the filter`);
      assert.ok(!options.exclude?.has(key), `key ${key} is not excluded`);
      const score = product(vector, query);
      assert.ok(Math.abs(found.scores[at] - score) < 1e-4 * Math.max(1, Math.abs(score)), 'scores are inner products');
      if (at > 0) assert.ok(found.scores[at - 1] >= found.scores[at], 'best first');
    }
    const foundKeys = new Set(found.keys);
    hits += truth.filter(({ key }) => foundKeys.has(key)).length;
    wanted += truth.length;
  }
  return wanted === 0 ? 1 : hits / wanted;
}

/** Fails with what was found and what is needed. */
export function demand(found: number, least: number, what = 'recall@10'): void {
  assert.ok(found >= least, `${what} is ${found.toFixed(4)}; at least ${least} is needed`);
}

/** Matches an error with this code and kind that says what to do. */
export const hasCode = (code: string, kind: 'usage' | 'failure') => (error: LorekeepError) =>
  error.code === code && error.kind === kind && error.hint !== undefined;
