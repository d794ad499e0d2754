/** Vectors to search in, and how well they were found. */
import { createRandom } from '@lorekeep/core';

export const DIM = 64;

export interface Data {
  keys: Uint32Array;
  /** `[count × DIM]` */
  vectors: Float32Array;
  /** `[queries × DIM]` */
  queries: Float32Array;
}

/**
 * Vectors around random centres, about a hundred per centre; queries from the same centres.
 *
 * @param spread σ of the log-normal distribution of the norms. Default 0: unit vectors
 */
export function clusteredData(count: number, queries: number, spread = 0): Data {
  const random = createRandom(42);
  const centres = Float32Array.from({ length: Math.ceil(count / 100) * DIM }, () => random.normal());
  const points = (rows: number, deviation: number) => {
    const matrix = new Float32Array(rows * DIM);
    for (let row = 0; row < rows; row++) {
      const centre = random.int(centres.length / DIM) * DIM;
      const vector = matrix.subarray(row * DIM, (row + 1) * DIM);
      for (let j = 0; j < DIM; j++) vector[j] = centres[centre + j] + 0.8 * random.normal();
      const norm = Math.hypot(...vector) / (deviation === 0 ? 1 : Math.exp(deviation * random.normal()));
      for (let j = 0; j < DIM; j++) vector[j] /= norm;
    }
    return matrix;
  };
  return {
    keys: Uint32Array.from({ length: count }, (_, row) => row),
    vectors: points(count, spread),
    queries: points(queries, 0),
  };
}

export const queryOf = (data: Data, at: number) => data.queries.subarray(at * DIM, (at + 1) * DIM);

/** Share of the true neighbours that were found, over all queries. */
export function recallOf(found: ArrayLike<number>[], truth: ArrayLike<number>[]): number {
  let hits = 0;
  let all = 0;
  truth.forEach((keys, query) => {
    const set = new Set(Array.from(found[query]));
    hits += Array.from(keys).filter((key) => set.has(key)).length;
    all += keys.length;
  });
  return hits / all;
}
