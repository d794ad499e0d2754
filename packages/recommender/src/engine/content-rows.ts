/**
 * The text vectors of the catalogue, for lists by similarity of texts alone. They are read from the
 * store when a request first asks for them, because they take more memory than all else: 154 MB for
 * 100,000 items of 384 dimensions. From then on they follow the catalogue.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTopK } from '@lorekeep/core';
import { createVectorTable } from '@lorekeep/vector-index';
import type { CatalogueRow, RankedRows } from '../composition/recommender.ts';
import { createRowSet } from '../filters/row-set.ts';

const NO_BONUS: ReadonlyMap<CatalogueRow, number> = new Map();
/** Rows that are scored between two turns of other work: 3 ms for 384 dimensions. */
const SLICE = 8_192;

/** Default: all rows. */
export interface AmongRows {
  passes?: (row: CatalogueRow) => boolean;
  among?: Uint32Array;
}

export interface ContentRows {
  /**
   * The `k` items with the largest cosine between their text and that of the row, itself included;
   * `undefined` if it has no text.
   */
  nearest(row: CatalogueRow, k: number, options: AmongRows): Promise<RankedRows | undefined>;
  /**
   * The `k` items with the largest cosine between their text and a vector of length 1, plus what
   * `bonus` gives them; `undefined` if no item has a text.
   */
  nearestTo(
    query: Float32Array,
    k: number,
    options: AmongRows & { bonus?: ReadonlyMap<CatalogueRow, number> },
  ): Promise<RankedRows | undefined>;
  /**
   * Takes in items whose text is new.
   * @param content `[rows.length × dim]` raw; zeros for an item without text
   */
  put(rows: readonly CatalogueRow[], content: Float32Array): void;
  remove(row: CatalogueRow): void;
}

/** @param read all items of the catalogue, in batches, as `put` takes them; row −1 for an item that has gone */
export function createContentRows(
  dim: number,
  read: () => AsyncIterable<{ rows: readonly CatalogueRow[]; content: Float32Array }>,
): ContentRows {
  const table = createVectorTable(dim);
  /** Rows that were put or removed since the reading began: what is read of them is out of date. */
  const known = createRowSet();
  let reading: Promise<void> | undefined;

  function set(row: CatalogueRow, vector: Float32Array): void {
    known.add(row);
    const length = Math.hypot(...vector);
    if (length === 0) table.delete(row);
    else
      table.put(
        row,
        vector.map((value) => value / length),
      );
  }

  async function readAll(): Promise<void> {
    for await (const { rows, content } of read()) {
      rows.forEach((row, at) => {
        if (row >= 0 && !known.has(row)) set(row, content.subarray(at * dim, (at + 1) * dim));
      });
      await nextTurn();
    }
  }

  async function ready(): Promise<void> {
    reading ??= readAll().catch((error) => {
      reading = undefined;
      throw error;
    });
    await reading;
  }

  async function nearestTo(
    query: Float32Array,
    k: number,
    { passes, among, bonus = NO_BONUS }: AmongRows & { bonus?: ReadonlyMap<CatalogueRow, number> },
  ): Promise<RankedRows> {
    const candidates = among ?? table.keys().slice();
    const best = createTopK(Math.min(k, candidates.length));
    const offer = (rows: Uint32Array, most: number) => {
      const { keys, scores } = table.rescore(query, most, rows);
      keys.forEach((key, at) => {
        best.offer(key, scores[at] + (bonus.get(key) ?? 0));
      });
    };
    for (let from = 0; from < candidates.length; from += SLICE) {
      if (from > 0) await nextTurn();
      const slice = candidates.subarray(from, from + SLICE);
      const rows = passes === undefined ? slice : slice.filter(passes);
      if (bonus.size === 0) offer(rows, k);
      else {
        // One with a bonus may be among the best whatever its cosine is.
        const preferred = rows.filter((row) => bonus.has(row));
        offer(preferred, preferred.length);
        offer(
          rows.filter((row) => !bonus.has(row)),
          k,
        );
      }
    }
    return best.best();
  }

  return {
    async nearest(row, k, options) {
      await ready();
      const query = table.get(row);
      return query === undefined ? undefined : nearestTo(query, k, options);
    },
    async nearestTo(query, k, options) {
      await ready();
      return table.size === 0 ? undefined : nearestTo(query, k, options);
    },
    put(rows, content) {
      if (reading === undefined) return;
      rows.forEach((row, at) => {
        set(row, content.subarray(at * dim, (at + 1) * dim));
      });
    },
    remove(row) {
      if (reading === undefined) return;
      known.add(row);
      table.delete(row);
    },
  };
}
