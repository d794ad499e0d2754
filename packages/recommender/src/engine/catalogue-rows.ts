/**
 * The catalogue of a loaded publication: which row stands for which item, and what the engine holds
 * of each. A row is an item's position in `ids`, its key in the index, and its line in `inputs`.
 */
import type { TrainedRow } from '@lorekeep/core';
import type { Item } from '@lorekeep/store';
import { trainedRows } from '../bundle/trained-rows.ts';
import type { CatalogueRow, TrainedRows } from '../composition/recommender.ts';
import { createRowFilters, type RowFilters } from '../filters/filtered-rows.ts';
import { createItemFields, type ItemFields } from '../filters/item-fields.ts';
import type { Publication } from '../publication/publication.ts';

/** The hash of no text. */
const UNKNOWN_TEXT = 'unknown';

export interface CatalogueRows extends TrainedRows {
  /** Items that can be recommended. */
  readonly size: number;
  /** Rows there are, those of removed items included. */
  readonly length: number;
  rowOf(id: string): CatalogueRow | undefined;
  idOf(row: CatalogueRow): string;
  /** Rows of all items that can be recommended. */
  rows(): Iterable<CatalogueRow>;
  readonly fields: ItemFields;
  readonly filters: RowFilters;
  /** The trained row of an id, −1 for an item that training did not see. */
  trainedRowOfId(id: string): TrainedRow;
  /** Hash of the text that the row's vectors were made of. */
  textHashOf(row: CatalogueRow): string;
  setTextHash(row: CatalogueRow, hash: string): void;
  setFields(row: CatalogueRow, item: Item): void;
  /** The row of an item, a new one if it has none. */
  put(item: Item, inputs: Float32Array): CatalogueRow;
  /** What the user tower reads of these items, `[rows.length × inputDim]`. */
  inputsOf(rows: ArrayLike<CatalogueRow>): Float32Array;
  /** Number of users who chose an item. */
  users(row: CatalogueRow): number;
  /** @param countOf users of the item at that position of `ids` */
  addUsers(ids: readonly string[], countOf: (at: number) => number): void;
  resetUsers(): void;
  /** Rows without an item in the store. */
  withoutItem(): CatalogueRow[];
  /** The row stands for no item any more. If its id comes again, it is a new item. */
  remove(row: CatalogueRow): void;
}

/** Items that were deleted, by the time since which. If they exist again, they are other items. */
export interface DeletedItems {
  sinceTraining: readonly string[];
  sincePublication: readonly string[];
}

export function createCatalogueRows(
  { bundle, items: published, inputs: publishedInputs }: Publication,
  deleted: DeletedItems,
  storedItems: () => AsyncIterable<readonly Item[]>,
): CatalogueRows {
  const { inputDim } = bundle;
  const trainedRow = trainedRows(bundle, deleted.sinceTraining);
  const ids = published.ids.slice();
  const texts = published.texts.slice();
  const rows = new Map(ids.map((id, row) => [id, row]));
  const fields = createItemFields({ rowOf: (id) => rows.get(id), storedItems });
  const filters = createRowFilters(fields);
  const trainedOf = ids.map((id) => trainedRow.get(id) ?? -1);
  const rowsOfTrained = bundle.itemIds.map((id) => (trainedRow.has(id) ? (rows.get(id) ?? -1) : -1));
  for (const id of deleted.sincePublication) {
    const row = rows.get(id);
    if (row !== undefined) texts[row] = UNKNOWN_TEXT;
  }
  let inputs = publishedInputs;
  let users = Float64Array.from(published.events);

  function grow(count: number): void {
    if (count * inputDim > inputs.length) {
      const wider = new Float32Array(Math.max(count, 2 * ids.length) * inputDim);
      wider.set(inputs);
      inputs = wider;
    }
    if (count > users.length) {
      const wider = new Float64Array(Math.max(count, 2 * users.length));
      wider.set(users);
      users = wider;
    }
  }

  return {
    get size() {
      return rows.size;
    },
    get length() {
      return ids.length;
    },
    rowOf: (id) => rows.get(id),
    idOf: (row) => ids[row],
    rows: () => rows.values(),
    fields,
    filters,
    trainedRowOf: (row) => trainedOf[row],
    rowOfTrained: (row) => rowsOfTrained[row],
    trainedRowOfId: (id) => trainedRow.get(id) ?? -1,
    textHashOf: (row) => texts[row],
    setTextHash(row, hash) {
      texts[row] = hash;
    },
    setFields: (row, item) => fields.put(row, item),
    put(item, itemInputs) {
      const row = rows.get(item.id) ?? ids.length;
      if (row === ids.length) {
        grow(row + 1);
        ids.push(item.id);
        rows.set(item.id, row);
        const trained = trainedRow.get(item.id) ?? -1;
        trainedOf.push(trained);
        if (trained >= 0) rowsOfTrained[trained] = row;
      }
      fields.put(row, item);
      inputs.set(itemInputs, row * inputDim);
      return row;
    },
    inputsOf(wanted) {
      const gathered = new Float32Array(wanted.length * inputDim);
      for (let at = 0; at < wanted.length; at++) {
        const row = wanted[at];
        gathered.set(inputs.subarray(row * inputDim, (row + 1) * inputDim), at * inputDim);
      }
      return gathered;
    },
    users: (row) => users[row],
    addUsers(itemIds, countOf) {
      itemIds.forEach((id, at) => {
        const row = rows.get(id);
        if (row !== undefined) users[row] += countOf(at);
      });
    },
    resetUsers() {
      users.fill(0);
    },
    withoutItem: () => ids.flatMap((_, row) => (fields.live.has(row) ? [] : [row])),
    remove(row) {
      rows.delete(ids[row]);
      trainedRow.delete(ids[row]);
      if (trainedOf[row] >= 0) rowsOfTrained[trainedOf[row]] = -1;
      fields.remove(row);
      users[row] = 0;
    },
  };
}
