/**
 * The rows that pass a filter, kept for the next request with the same filter: a service asks with few
 * different filters, again and again.
 */
import type { Filter } from './filter.ts';
import type { ItemFields } from './item-fields.ts';
import type { RowSet } from './row-set.ts';

/** Rows that may be listed. */
export interface FilteredRows {
  readonly set: RowSet;
  readonly count: number;
  /** The rows themselves if they are few: then it is faster to score them all than to search among all. */
  readonly few?: Uint32Array;
}

/** An item with this field is not for sale now: it stays in histories, and no list has it. */
export const UNAVAILABLE: Filter = { fields: { available: [false, 0, 'false', '0'] } };

/**
 * Most rows that are scored one by one: 1.6 ms for 64 dimensions. A search in the graph for rows of
 * which one in ten passes takes longer.
 */
const FEW = 16_384;
const MAX_KEPT = 64;

export interface RowFilters {
  /** `undefined` if all items pass. */
  rowsFor(filter: Filter | undefined): Promise<FilteredRows | undefined>;
}

export function createRowFilters(fields: ItemFields): RowFilters {
  const kept = new Map<string, { revision: number; rows: FilteredRows | undefined }>();

  function evaluate(filter: Filter | undefined): FilteredRows | undefined {
    const unavailable = fields.rowsThatPass(UNAVAILABLE);
    if (filter === undefined && unavailable.count === 0) return undefined;
    const set = filter === undefined ? fields.live.copy() : fields.rowsThatPass(filter);
    set.subtract(unavailable);
    const { count } = set;
    return { set, count, ...(count <= FEW ? { few: set.rows() } : {}) };
  }

  return {
    async rowsFor(filter) {
      const key = filter === undefined ? '' : JSON.stringify(filter);
      const before = kept.get(key);
      if (before?.revision === fields.revision) {
        kept.delete(key);
        kept.set(key, before);
        return before.rows;
      }
      if (filter !== undefined) await fields.prepare(filter);
      const { revision } = fields;
      const rows = evaluate(filter);
      kept.set(key, { revision, rows });
      if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value as string);
      return rows;
    },
  };
}
