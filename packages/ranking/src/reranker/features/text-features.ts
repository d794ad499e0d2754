/**
 * Features of a candidate from text alone: cosines of its content vector with those of the history
 * and of the other candidates. All cosines of some queries are one matrix product, because one by one
 * they take most of the time of a query.
 */
import { gatherRows } from '@lorekeep/core';
import { createGraphCache, namedArray, type Tensors, tf } from '@lorekeep/graph';
import { CANDIDATES, RECENT } from '@lorekeep/linear';
import { column, WIDTH } from './feature-names.ts';
import type { FeatureQuery } from './query.ts';

/** Queries of one product: 1 for a request, 32 for bulk work. */
const BATCHES = [1, 32] as const;
/** Rows of the product: candidates, then items of the history. */
const ROWS = CANDIDATES + RECENT;
/** Columns: items of the history, then the sum of the candidates. */
const COLUMNS = RECENT + 1;

type TextQuery = Pick<FeatureQuery, 'newestFirst' | 'candidates' | 'features'>;

export interface TextFeatures {
  /** Fills the columns of the group in the features of each query. Calls may overlap. */
  fill(queries: readonly TextQuery[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param content `[items × contentDim]` centred rows of length 1, zeros for an item without text
 * @param threads of a product for bulk work
 */
export function createTextFeatures(
  content: Float32Array,
  { items, decay }: { items: number; decay: number },
  threads: number | undefined,
): TextFeatures {
  const dim = content.length / items;
  const products = BATCHES.map((batch) =>
    createGraphCache(cosines, { name: 'text features', threads: batch === 1 ? 1 : threads }),
  );

  /** The vectors of the items of one query, and the weights of the candidates in their sum. */
  function gather({ newestFirst, candidates }: TextQuery, at: number, vectors: Float32Array, weights: Float32Array) {
    const { items: rows, scores, count } = candidates;
    const own = vectors.subarray(at * ROWS * dim, (at + 1) * ROWS * dim);
    gatherRows(content, dim, rows.subarray(0, count), own);
    gatherRows(content, dim, newestFirst, own.subarray(CANDIDATES * dim));
    for (let rank = 0; rank < count; rank++) weights[at * ROWS + rank] = scores[rank] ** 2;
  }

  return {
    async fill(queries) {
      for (let first = 0; first < queries.length; ) {
        const size = queries.length - first > 1 ? 1 : 0;
        const batch = BATCHES[size];
        const block = queries.slice(first, first + batch);
        first += batch;
        const vectors = new Float32Array(batch * ROWS * dim);
        const weights = new Float32Array(batch * ROWS);
        block.forEach((query, at) => {
          gather(query, at, vectors, weights);
        });
        const found = await products[size].run({
          vectors: namedArray([batch, ROWS, dim], vectors),
          weights: namedArray([batch, 1, ROWS], weights),
        });
        const values = found.cosines.data as Float32Array;
        block.forEach((query, at) => {
          const own = values.subarray(at * ROWS * COLUMNS, (at + 1) * ROWS * COLUMNS);
          fillColumns(query, own, weights.subarray(at * ROWS, (at + 1) * ROWS), decay);
        });
      }
    },
    async close() {
      await Promise.all(products.map((product) => product.close()));
    },
  };
}

/**
 * @param given `vectors [batch, ROWS, dim]`, `weights [batch, 1, ROWS]`
 * @returns `cosines [batch, ROWS, COLUMNS]`
 */
function cosines(given: Tensors): Tensors {
  const { vectors, weights } = given;
  const [batch, , dim] = vectors.shape;
  const history = tf.slice(vectors, [0, CANDIDATES, 0], [batch, RECENT, dim]);
  const sum = tf.matMul(weights as never, vectors as never);
  return { cosines: tf.matMul(vectors as never, tf.concat([history, sum], 1) as never, false, true) };
}

/** @param cosines `[ROWS × COLUMNS]` of the query */
function fillColumns(
  { newestFirst, candidates: { count }, features }: TextQuery,
  cosines: Float32Array,
  weights: Float32Array,
  decay: number,
): void {
  const coherence = coherenceOf(cosines, newestFirst.length);
  let squared = 0;
  for (let rank = 0; rank < count; rank++) squared += weights[rank] * cosines[rank * COLUMNS + RECENT];
  const length = Math.sqrt(Math.max(0, squared)) || 1;
  const recencies = newestFirst.map((_, age) => decay ** age);
  const total = recencies.reduce((sum, recency) => sum + recency, 0);
  for (let rank = 0, from = 0, start = 0; rank < count; rank++, from += COLUMNS, start += WIDTH) {
    let most = -1;
    let sum = 0;
    let decayedSum = 0;
    for (let age = 0; age < recencies.length; age++) {
      const cosine = cosines[from + age];
      if (cosine > most) most = cosine;
      sum += cosine;
      decayedSum += recencies[age] * cosine;
    }
    features[start + column.cosineLast] = cosines[from];
    features[start + column.cosineMost] = most;
    features[start + column.cosineMean] = decayedSum / total;
    features[start + column.cosineHistory] = sum / recencies.length;
    features[start + column.cosineCandidates] = cosines[from + RECENT] / length;
    features[start + column.coherence] = coherence;
  }
}

/** Mean cosine of two different items of the history; 1 for a history of one item. */
function coherenceOf(cosines: Float32Array, length: number): number {
  let sum = 0;
  for (let age = 0; age < length; age++)
    for (let other = 0; other < length; other++)
      if (other !== age) sum += cosines[(CANDIDATES + age) * COLUMNS + other];
  const pairs = length * (length - 1);
  return pairs === 0 ? 1 : sum / pairs;
}
