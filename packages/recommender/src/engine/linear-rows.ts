/**
 * The linear model of a publication in the rows of the engine: items that the model was solved with
 * have their solved rows, all others are folded in by their text.
 */
import type { RowOf, TrainedRow } from '@lorekeep/core';
import {
  type ItemModel,
  type ItemModelOptions,
  type LinearModel,
  openItemModel,
  type UserChange,
  type UserRow,
} from '@lorekeep/linear';
import type { CatalogueRow } from '../composition/recommender.ts';
import type { Learned } from './live-events.ts';

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
  /** Whether events move columns. */
  readonly isLive: boolean;
  /** Takes in what events have changed, in rows of the catalogue. */
  learn(learned: Learned): void;
  /** Whether a later item has a column of its own, because users have chosen it. */
  isChosen(row: CatalogueRow): boolean;
  /** Waits until all columns are those of the events so far. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export function openLinearRows(linear: LinearModel, options: ItemModelOptions = {}): LinearRows {
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
    isLive: model.isLive,
    learn({ changes, touched }) {
      const placesOf = ({ rows, values }: UserRow): UserRow => {
        const known = Array.from(rows.keys()).filter((at) => placeOf.has(rows[at]));
        return { rows: known.map((at) => placeOf.get(rows[at]) as number), values: known.map((at) => values[at]) };
      };
      model.learn(
        changes.map(({ before, after }): UserChange => ({ before: placesOf(before), after: placesOf(after) })),
        touched.flatMap((row) => placeOf.get(row) ?? []),
      );
    },
    isChosen(row) {
      const place = placeOf.get(row);
      return place !== undefined && model.isChosen(place);
    },
    settle: () => model.settle(),
    close: () => model.close(),
  };
}
