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
  /** False only if `isChosen` is false for all rows. */
  mayHaveChosen(): boolean;
  /** Waits until all columns are those of the events so far. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export function openLinearRows(linear: LinearModel, options: ItemModelOptions = {}): LinearRows {
  const model: ItemModel = openItemModel(linear, options);
  const solvedItems = linear.neighbours.items;
  // Every request reads thousands of them, so they are arrays and no maps.
  const placeOf = createRowNumbers<CatalogueRow, ModelRow>();
  const rowAt = createRowNumbers<ModelRow, CatalogueRow>();
  let mayHaveChosen = false;
  const place = (row: CatalogueRow, at: ModelRow) => {
    const before = placeOf.get(row);
    if (before >= 0) rowAt.set(before, NONE);
    placeOf.set(row, at);
    rowAt.set(at, row);
  };
  return {
    has: (row) => placeOf.get(row) >= 0,
    // The trained items are the first rows of the model.
    place: (row, solved) => place(row, solved as number),
    async fold(rows, content) {
      const before = Int32Array.from(rows, (row) => {
        const at = placeOf.get(row);
        return at < solvedItems ? NONE : at;
      });
      const placed = await model.fold(before, content);
      rows.forEach((row, at) => {
        place(row, placed[at]);
      });
    },
    remove(row) {
      const before = placeOf.get(row);
      if (before >= 0) rowAt.set(before, NONE);
      placeOf.set(row, NONE);
    },
    score(history, each) {
      const { items, scores } = model.score(Int32Array.from(history, placeOf.get));
      for (let at = 0; at < items.length; at++) {
        const row = rowAt.get(items[at]);
        if (row >= 0) each(row, scores[at]);
      }
    },
    isLive: model.isLive,
    learn({ changes, touched }) {
      const placesOf = ({ rows, values }: UserRow): UserRow => {
        const known = Array.from(rows.keys()).filter((at) => placeOf.get(rows[at]) >= 0);
        return { rows: known.map((at) => placeOf.get(rows[at])), values: known.map((at) => values[at]) };
      };
      const places = touched.map(placeOf.get).filter((at) => at >= 0);
      mayHaveChosen ||= places.some((at) => at >= solvedItems);
      model.learn(
        changes.map(({ before, after }): UserChange => ({ before: placesOf(before), after: placesOf(after) })),
        places,
      );
    },
    isChosen(row) {
      const at = placeOf.get(row);
      return at >= 0 && model.isChosen(at);
    },
    mayHaveChosen: () => mayHaveChosen,
    settle: () => model.settle(),
    close: () => model.close(),
  };
}

const NONE = -1;

interface RowNumbers<From extends number, To extends number> {
  /** −1 if there is none. */
  get(this: void, row: From): To;
  set(row: From, number: To | typeof NONE): void;
}

/** A number for each row, in an array that grows with the rows. */
function createRowNumbers<From extends number, To extends number>(): RowNumbers<From, To> {
  let numbers = new Int32Array(1024).fill(NONE);
  return {
    get: (row) => (row < numbers.length ? numbers[row] : NONE) as To,
    set(row, number) {
      if (row >= numbers.length) {
        const wider = new Int32Array(Math.max(row + 1, 2 * numbers.length)).fill(NONE);
        wider.set(numbers);
        numbers = wider;
      }
      numbers[row] = number;
    },
  };
}
