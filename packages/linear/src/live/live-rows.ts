/**
 * XᵀX and the texts of a solved model with what has come since: events, and items. The arrays of the
 * model are not changed. A row that an event touches is copied and counted on from there.
 *
 * A pair that training dropped from both of its rows, because both have more than
 * `COUNTS_PER_ITEM` stronger ones, is counted from 0.
 */
import { createTopK, dot } from '@lorekeep/core';
import type { LocalFoldIn } from '../fold-in/local-fold-in.ts';
import { COUNTS_PER_ITEM } from '../local/local-solver.ts';
import type { PairRows, RowView, TextRows } from '../local/row-readers.ts';

/** What a user has chosen: the values of X at these rows. */
export interface UserRow {
  rows: readonly number[];
  values: readonly number[];
}

/** One user before and after new events. */
export interface UserChange {
  before: UserRow;
  after: UserRow;
}

export interface LiveRows {
  /** Items, those that came later included. */
  readonly items: number;
  /** Items that there is room for. When it grows, `pairs.diagonal` is another array. */
  readonly capacity: number;
  readonly pairs: PairRows;
  readonly texts: TextRows;
  /** Sets the text of an item that the model was not solved with. */
  putText(row: number, vector: Float32Array): void;
  /** Counts what a user's events have changed. */
  count(change: UserChange): void;
  /** A number that grows whenever the row of the item changes. */
  versionOf(row: number): number;
  /** The number of the last change. */
  readonly version: number;
}

/** Sums below this are rounding errors of values that cancel. */
const NOTHING = 1e-4;
/** Rows for later items are made in steps of this. */
const STEP = 1024;

export function createLiveRows({
  content,
  pairs,
  chosen,
}: Pick<LocalFoldIn, 'content' | 'pairs' | 'chosen'>): LiveRows {
  const solved = chosen.length;
  const dim = content.length / solved;
  let items = solved;
  let diagonal = Float32Array.from(chosen);
  let later = new Float32Array(0);
  let version = 0;
  /** Rows that have changed. */
  const changed = new Map<number, Map<number, number>>();
  const versions = new Map<number, number>();
  /** The strongest entries of changed rows, until they change again. */
  const views = new Map<number, RowView>();
  const best = createTopK(COUNTS_PER_ITEM, 0);
  const base: RowView = { ids: pairs.ids, values: pairs.values, from: 0, to: 0 };

  function baseRow(item: number): RowView {
    base.from = item < solved ? pairs.offsets[item] : 0;
    base.to = item < solved ? pairs.offsets[item + 1] : 0;
    return base;
  }

  function changedRow(item: number): Map<number, number> {
    let row = changed.get(item);
    if (row === undefined) {
      const { ids, values, from, to } = baseRow(item);
      row = new Map();
      for (let at = from; at < to; at++) row.set(ids[at], values[at]);
      changed.set(item, row);
    }
    views.delete(item);
    versions.set(item, version);
    return row;
  }

  function addPair(a: number, b: number, change: number): void {
    const [rowA, rowB] = [changedRow(a), changedRow(b)];
    // Of a pair that is not in both rows, the stored one has the count.
    const value = (rowA.get(b) ?? rowB.get(a) ?? 0) + change;
    if (value > NOTHING) {
      rowA.set(b, value);
      rowB.set(a, value);
    } else {
      rowA.delete(b);
      rowB.delete(a);
    }
  }

  function viewOf(row: ReadonlyMap<number, number>): RowView {
    const size = Math.min(row.size, COUNTS_PER_ITEM);
    const view: RowView = { ids: new Int32Array(size), values: new Float32Array(size), from: 0, to: size };
    if (row.size <= COUNTS_PER_ITEM) {
      view.ids.set([...row.keys()]);
      view.values.set([...row.values()]);
      return view;
    }
    best.clear();
    for (const [id, value] of row) best.offer(id, value);
    best.drain(view.ids, view.values, 0);
    return view;
  }

  const vectorsOf = (row: number) => (row < solved ? content : later);
  const startOf = (row: number) => (row < solved ? row : row - solved) * dim;

  function reserve(row: number): void {
    if (row < items) return;
    items = row + 1;
    if (items <= diagonal.length) return;
    const size = solved + Math.ceil(Math.max(items - solved, 2 * (diagonal.length - solved)) / STEP) * STEP;
    const [wider, widerTexts] = [new Float32Array(size), new Float32Array((size - solved) * dim)];
    wider.set(diagonal);
    widerTexts.set(later);
    [diagonal, later] = [wider, widerTexts];
  }

  return {
    get items() {
      return items;
    },
    get capacity() {
      return diagonal.length;
    },
    get version() {
      return version;
    },
    versionOf: (row) => versions.get(row) ?? 0,
    pairs: {
      get diagonal() {
        return diagonal;
      },
      rowOf(item) {
        const row = changed.get(item);
        if (row === undefined) return baseRow(item);
        let view = views.get(item);
        if (view === undefined) views.set(item, (view = viewOf(row)));
        return view;
      },
    },
    texts: {
      dim,
      cosine: (a, b) => dot(vectorsOf(a), startOf(a), vectorsOf(b), startOf(b), dim),
      gather(rows, into) {
        for (let at = 0; at < rows.length; at++) {
          const from = startOf(rows[at]);
          into.set(vectorsOf(rows[at]).subarray(from, from + dim), at * dim);
        }
      },
    },
    putText(row, vector) {
      reserve(row);
      version++;
      versions.set(row, version);
      later.set(vector, startOf(row));
    },
    count({ before, after }) {
      version++;
      const was = new Map(before.rows.map((row, at) => [row, before.values[at]]));
      const is = new Map(after.rows.map((row, at) => [row, after.values[at]]));
      const rows = [...new Set([...was.keys(), ...is.keys()])];
      for (const row of rows) reserve(row);
      for (const [at, row] of rows.entries()) {
        const [old, now] = [was.get(row) ?? 0, is.get(row) ?? 0];
        if (old === now) continue;
        changedRow(row);
        diagonal[row] = Math.max(0, diagonal[row] + now * now - old * old);
        rows.forEach((other, place) => {
          if (other === row) return;
          const [otherOld, otherNow] = [was.get(other) ?? 0, is.get(other) ?? 0];
          // A pair of two changed items is counted once.
          if (otherOld !== otherNow && place < at) return;
          addPair(row, other, now * otherNow - old * otherOld);
        });
      }
    },
  };
}
