/**
 * The linear model of a publication in the rows of the engine: items that the model was solved with
 * have their solved rows, all others are folded in by their text.
 */
import type { RowOf, TrainedRow } from '@lorekeep/core';
import { type ItemModel, type LinearModel, openItemModel } from '@lorekeep/linear';
import type { CatalogueRow } from '../composition/recommender.ts';

/** A row of the item model: the trained rows, then the folded items. */
type ModelRow = RowOf<'item model'>;

export interface LinearRows {
  has(row: CatalogueRow): boolean;
  /** The item was there when the model was solved. */
  place(row: CatalogueRow, solved: TrainedRow): void;
  /**
   * Folds new or changed items in; what was folded for a row before is replaced.
   *
   * @param content `[rows.length × contentDim]` raw
   */
  fold(rows: readonly CatalogueRow[], content: Float32Array): Promise<void>;
  /** The row gets no scores any more. */
  remove(row: CatalogueRow): void;
  /**
   * Calls `each` once for every item that the history has as a neighbour. Items without a place are
   * ignored.
   */
  score(history: ArrayLike<CatalogueRow>, each: (row: CatalogueRow, score: number) => void): void;
  close(): Promise<void>;
}

export function openLinearRows(linear: LinearModel, options: { threads?: number } = {}): LinearRows {
  const model: ItemModel = openItemModel(linear, options);
  const solvedItems = linear.neighbours.items;
  const placeOf = new Map<CatalogueRow, ModelRow>();
  const rowAt = new Map<ModelRow, CatalogueRow>();
  const place = (row: CatalogueRow, at: ModelRow) => {
    const before = placeOf.get(row);
    if (before !== undefined) rowAt.delete(before);
    placeOf.set(row, at);
    rowAt.set(at, row);
  };
  return {
    has: (row) => placeOf.has(row),
    // The trained items are the first rows of the model.
    place: (row, solved) => place(row, solved as number),
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
