/**
 * The linear model of a publication in the row numbers of the service: items that the model was solved with have their
 * solved rows, all others are folded in by their text.
 */
import { type LinearModel, openItemModel } from '@lorekeep/towers';

export interface LinearRows {
  has(row: number): boolean;
  /** The service's `row` is the model's `solved` row. */
  place(row: number, solved: number): void;
  /** New or changed items; what was folded for a row before is forgotten. `content [rows.length × contentDim]`, raw. */
  fold(rows: readonly number[], content: Float32Array): void;
  /** The row is not scored any more. */
  remove(row: number): void;
  /** Calls `each` once for every item that the history speaks for. Items without a place in the model are passed over. */
  score(history: readonly number[], each: (row: number, score: number) => void): void;
}

export function openLinearRows(linear: LinearModel): LinearRows {
  const model = openItemModel(linear);
  const placeOf = new Map<number, number>();
  const rowAt = new Map<number, number>();
  const place = (row: number, solved: number) => {
    const before = placeOf.get(row);
    if (before !== undefined) rowAt.delete(before);
    placeOf.set(row, solved);
    rowAt.set(solved, row);
  };
  return {
    has: (row) => placeOf.has(row),
    place,
    fold(rows, content) {
      const first = model.fold(content, rows.length);
      rows.forEach((row, at) => {
        place(row, first + at);
      });
    },
    remove(row) {
      const before = placeOf.get(row);
      if (before !== undefined) rowAt.delete(before);
      placeOf.delete(row);
    },
    score(history, each) {
      const { items, scores } = model.score(history.map((row) => placeOf.get(row) ?? -1));
      for (let at = 0; at < items.length; at++) {
        const row = rowAt.get(items[at]);
        if (row !== undefined) each(row, scores[at]);
      }
    },
  };
}
