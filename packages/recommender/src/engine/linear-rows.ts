/**
 * The linear model of a publication in the rows of the engine: items that the model was solved with
 * have their solved rows, all others are folded in by their text.
 */
import { type ItemModel, type LinearModel, openItemModel } from '@lorekeep/linear';

export interface LinearRows {
  has(row: number): boolean;
  /** The engine's `row` is the model's `solved` row. */
  place(row: number, solved: number): void;
  /**
   * Folds new or changed items in; what was folded for a row before is replaced.
   *
   * @param content `[rows.length × contentDim]` raw
   */
  fold(rows: readonly number[], content: Float32Array): Promise<void>;
  /** The row gets no scores any more. */
  remove(row: number): void;
  /** Calls `each` once for every item that the history has as a neighbour. Items without a place are ignored. */
  score(history: ArrayLike<number>, each: (row: number, score: number) => void): void;
  close(): Promise<void>;
}

export function openLinearRows(linear: LinearModel, options: { threads?: number } = {}): LinearRows {
  const model: ItemModel = openItemModel(linear, options);
  const solvedItems = linear.neighbours.items;
  const placeOf = new Map<number, number>();
  const rowAt = new Map<number, number>();
  const place = (row: number, at: number) => {
    const before = placeOf.get(row);
    if (before !== undefined) rowAt.delete(before);
    placeOf.set(row, at);
    rowAt.set(at, row);
  };
  return {
    has: (row) => placeOf.has(row),
    place,
    async fold(rows, content) {
      const before = Int32Array.from(rows, (row) => {
        const at = placeOf.get(row);
        return at === undefined || at < solvedItems ? -1 : at;
      });
      const placed = await model.fold(before, content);
      rows.forEach((row, at) => {
        place(row, placed[at]);
      });
    },
    remove(row) {
      const before = placeOf.get(row);
      if (before !== undefined) rowAt.delete(before);
      placeOf.delete(row);
    },
    score(history, each) {
      const { items, scores } = model.score(Int32Array.from(history, (row) => placeOf.get(row) ?? -1));
      for (let at = 0; at < items.length; at++) {
        const row = rowAt.get(items[at]);
        if (row !== undefined) each(row, scores[at]);
      }
    },
    close: () => model.close(),
  };
}
