/**
 * Cosines of two groups of items for each of several queries, as one matrix product. A query has some
 * thousands of them; one by one they would take milliseconds on the thread that answers requests.
 */
import { createGraphCache, namedArray, tf, threadsFor } from '@lorekeep/graph';
import type { ContentRows } from './features.ts';

/** Queries of one product: 1 for a request, 32 for bulk work. */
const BATCHES = [1, 32] as const;

export interface CosineQuery {
  /** Items, at most `rows` of the reader; an item without a vector has the cosine 0 with all others. */
  rows: readonly number[];
  /** At most `columns` of the reader. */
  columns: readonly number[];
}

export interface CosineReader {
  /** @returns for each query `[rows × columns]` of the reader, 0 where the query has no item */
  read(queries: readonly CosineQuery[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

export function createCosineReader(
  content: ContentRows,
  { rows, columns, threads }: { rows: number; columns: number; threads?: number },
): CosineReader {
  const { dim } = content;
  const products = BATCHES.map((batch) =>
    createGraphCache(({ left, right }) => ({ cosines: tf.matMul(left as never, right as never, false, true) }), {
      name: 'cosines',
      threads: threadsFor(batch, threads),
    }),
  );
  const gather = (into: Float32Array, from: number, items: readonly number[]) => {
    items.forEach((item, at) => {
      const vector = item < 0 ? undefined : content.of(item);
      if (vector !== undefined) into.set(vector, (from + at) * dim);
    });
  };
  return {
    async read(queries) {
      const result: Float32Array[] = [];
      for (let first = 0; first < queries.length; ) {
        const size = queries.length - first > 1 ? 1 : 0;
        const batch = BATCHES[size];
        const block = queries.slice(first, first + batch);
        first += batch;
        const left = new Float32Array(batch * rows * dim);
        const right = new Float32Array(batch * columns * dim);
        block.forEach((query, at) => {
          gather(left, at * rows, query.rows);
          gather(right, at * columns, query.columns);
        });
        const { cosines } = await products[size].run({
          left: namedArray([batch, rows, dim], left),
          right: namedArray([batch, columns, dim], right),
        });
        const values = cosines.data as Float32Array;
        block.forEach((_, at) => {
          result.push(values.subarray(at * rows * columns, (at + 1) * rows * columns));
        });
      }
      return result;
    },
    async close() {
      await Promise.all(products.map((product) => product.close()));
    },
  };
}
