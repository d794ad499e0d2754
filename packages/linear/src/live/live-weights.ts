/**
 * The weights of a served model while its columns move. Weights between items that the model was
 * solved with are changed in the arrays of the model itself, so that everything that reads them (the
 * candidates, and the features of a re-ranker) reads the newest ones. Weights from and to later items
 * are held beside them.
 */
import type { SparseRows } from '@lorekeep/core';
import { type Entries, type LargestEntries, noEntries, offerEntry, removeEntry } from '../fold-in/entries.ts';
import type { LiveColumn } from './live-solver.ts';

/** Entries that a row can gain before a new one takes the place of its weakest, at most. */
const ROOM = 32;

/**
 * The rows with room for further entries. A free entry has the row itself as its item, which has no
 * weight in any row, and the value 0.
 */
export function withRoom({ items, offsets, ids, values }: SparseRows, perRow: number): SparseRows {
  const ends = new Uint32Array(items + 1);
  for (let row = 0; row < items; row++) {
    const length = offsets[row + 1] - offsets[row];
    ends[row + 1] = ends[row] + Math.max(length, Math.min(perRow, items - 1, length + ROOM));
  }
  const wider: SparseRows = {
    items,
    offsets: ends,
    ids: new Int32Array(ends[items]),
    values: new Float32Array(ends[items]),
  };
  for (let row = 0; row < items; row++) {
    wider.ids.fill(row, ends[row], ends[row + 1]);
    wider.ids.set(ids.subarray(offsets[row], offsets[row + 1]), ends[row]);
    wider.values.set(values.subarray(offsets[row], offsets[row + 1]), ends[row]);
  }
  return wider;
}

export interface LiveWeights {
  /** Whether the column of an item has been solved again: weights to it from fold-in count no more. */
  isMoved(row: number): boolean;
  /** Whether a later item has a column of its own. */
  isChosen(row: number): boolean;
  /** Weights from a row to moved columns, if one of the two is a later item. */
  entriesOf(row: number): Entries | undefined;
  put(column: LiveColumn): void;
}

/**
 * @param table with room; it is changed
 * @param pairs whose items may be regressors of an item
 */
export function createLiveWeights(table: SparseRows, pairs: SparseRows, perRow: number): LiveWeights {
  const solved = table.items;
  const moved = new Set<number>();
  const beside = new Map<number, LargestEntries>();
  /** Rows with an entry beside the table, by column. */
  const rowsOf = new Map<number, Int32Array>();
  /** Regressors of moved columns that the model was solved with. */
  const regressorsOf = new Map<number, Int32Array>();

  function putInTable(row: number, column: number, weight: number): void {
    const [from, to] = [table.offsets[row], table.offsets[row + 1]];
    let least = -1;
    for (let at = from; at < to; at++) {
      if (table.ids[at] === column) {
        table.values[at] = weight;
        if (weight === 0) table.ids[at] = row;
        return;
      }
      if (least < 0 || table.values[at] < table.values[least]) least = at;
    }
    if (least < 0 || table.values[least] >= weight) return;
    table.ids[least] = column;
    table.values[least] = weight;
  }

  function putBeside(row: number, column: number, weight: number): void {
    let entries = beside.get(row);
    if (entries === undefined) beside.set(row, (entries = noEntries()));
    offerEntry(entries, column, weight, perRow);
  }

  /** Rows of the table that may have a weight to the column. */
  function formerRegressors({ row, texts }: LiveColumn): Iterable<number> {
    const known = regressorsOf.get(row);
    if (known !== undefined) return known;
    return new Set([...texts, ...pairs.ids.subarray(pairs.offsets[row], pairs.offsets[row + 1])]);
  }

  return {
    isMoved: (row) => moved.has(row),
    isChosen: (row) => row >= solved && moved.has(row),
    entriesOf: (row) => beside.get(row),
    put(column) {
      const { row, ids, weights } = column;
      if (row < solved) for (const other of formerRegressors(column)) putInTable(other, row, 0);
      for (const other of rowsOf.get(row) ?? []) {
        const entries = beside.get(other) as LargestEntries;
        if (removeEntry(entries, row)) entries.leastAt = -1;
      }
      const isBeside = (other: number) => row >= solved || other >= solved;
      ids.forEach((other, at) => {
        if (isBeside(other)) putBeside(other, row, weights[at]);
        else putInTable(other, row, weights[at]);
      });
      rowsOf.set(row, ids.filter(isBeside));
      if (row < solved)
        regressorsOf.set(
          row,
          ids.filter((other) => !isBeside(other)),
        );
      moved.add(row);
    },
  };
}
