/**
 * The new and rare items of a loaded publication, by rows of its catalogue. Trained items have their
 * text vectors in the tables of the re-ranker; the vectors of later items are held here.
 */
import { centredContent } from '@lorekeep/core';
import { type ContentRows, contentRowsOf, isNewItem, isRareItem, type NewItems, openNewItems } from '@lorekeep/ranking';
import type { ServedModel } from '../bundle/served-model.ts';
import type { CatalogueRow } from '../composition/recommender.ts';
import type { CatalogueRows } from './catalogue-rows.ts';

export interface NewItemRows {
  /** What places new items; `undefined` if the model leaves them to the linear model. */
  readonly placed: NewItems | undefined;
  isNew(row: CatalogueRow): boolean;
  /**
   * Takes in items that training did not see, or whose text has changed since.
   *
   * @param content `[rows.length × contentDim]` raw
   */
  put(rows: readonly CatalogueRow[], content: Float32Array): void;
  /** The row stands for no item any more. */
  remove(row: CatalogueRow): void;
  close(): Promise<void>;
}

export async function openNewItemRows(
  { reranker, manifest }: ServedModel,
  catalogue: CatalogueRows,
  { threads }: { threads?: number } = {},
): Promise<NewItemRows> {
  const users = reranker?.statistics.users;
  const isNew = (row: CatalogueRow) => manifest !== undefined && isNewItem(catalogue.trainedRowOf(row), users);
  const trainedContent = reranker && contentRowsOf(reranker.statistics);
  if (reranker?.newItems === undefined || trainedContent === undefined)
    return { placed: undefined, isNew, put: () => {}, remove: () => {}, close: async () => {} };
  const { dim } = trainedContent;
  const { mean } = reranker.newItems;
  const later = new Map<CatalogueRow, Float32Array>();
  const content: ContentRows = {
    dim,
    of(row) {
      const own = later.get(row);
      if (own !== undefined) return own;
      const trained = catalogue.trainedRowOf(row);
      return trained < 0 ? undefined : trainedContent.of(trained);
    },
  };
  const { rareUsers } = reranker.newItems;
  const isRare = (row: CatalogueRow) => isRareItem(catalogue.trainedRowOf(row), reranker.statistics.users, rareUsers);
  const placed = await openNewItems(reranker.newItems, content, { threads });
  for (const row of catalogue.rows()) {
    const vector = isRare(row) ? content.of(row) : undefined;
    if (vector !== undefined) placed.table.put(row, vector);
  }
  return {
    placed,
    isNew,
    put(rows, raw) {
      const centred = centredContent(raw, mean);
      rows.forEach((row, at) => {
        const vector = centred.slice(at * dim, (at + 1) * dim);
        later.set(row, vector);
        if (isRare(row)) placed.table.put(row, vector);
        else placed.table.forget(row);
      });
    },
    remove(row) {
      placed.table.remove(row);
      later.delete(row);
    },
    close: () => placed.close(),
  };
}
