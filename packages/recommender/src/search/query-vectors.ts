/**
 * The vectors of what people search for. Few queries make up most searches, and an encoder takes
 * milliseconds for one, so the vectors of the last ones are kept.
 */
import type { TextEncoder } from '@lorekeep/encoder';

/** Queries that are kept: 3 MB of 384 dimensions. */
const MOST = 2_000;

export interface QueryVectors {
  /** The vector of a query, `[dim]`, of length 1; zeros if the encoder knows nothing of it. */
  of(query: string): Promise<Float32Array>;
}

/** @param most queries that are kept, those asked for last. Default 2,000. */
export function createQueryVectors(encoder: TextEncoder, most: number = MOST): QueryVectors {
  const kept = new Map<string, Promise<Float32Array>>();
  const encode = async (query: string) =>
    encoder.encodeQueries === undefined ? encoder.encode([query]) : encoder.encodeQueries([query]);
  return {
    of(query) {
      const vector = kept.get(query) ?? encode(query);
      kept.delete(query);
      kept.set(query, vector);
      if (kept.size > most) kept.delete(kept.keys().next().value as string);
      // A failure is not kept: the next request tries again.
      vector.catch(() => {
        if (kept.get(query) === vector) kept.delete(query);
      });
      return vector;
    },
  };
}

/** A query as it is encoded and kept: without marks of how it was typed. */
export const plainQuery = (query: string): string =>
  query.normalize('NFKC').replace(/\s+/gu, ' ').trim().toWellFormed();
