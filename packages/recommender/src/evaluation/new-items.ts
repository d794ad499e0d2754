/** The new and rare items of a whole catalogue in memory. */
import { type ContentRows, isRareItem, type NewItems, openNewItems } from '@lorekeep/ranking';
import type { RerankerSources } from '../composition/parts.ts';

/**
 * @param content vectors by catalogue row; `undefined` if the model reads no content
 * @param trainedRows `[items]`, −1 for an item that training did not see. Default: the rows are the
 *   trained rows.
 * @returns `undefined` if the model does not place new items by odds
 */
export async function openCatalogueNewItems(
  { newItems, statistics }: RerankerSources,
  content: ContentRows | undefined,
  { trainedRows, threads }: { trainedRows?: Int32Array; threads?: number } = {},
): Promise<NewItems | undefined> {
  if (newItems === undefined || content === undefined) return undefined;
  const opened = await openNewItems(newItems, content, { threads });
  const count = trainedRows?.length ?? statistics.items;
  for (let row = 0; row < count; row++) {
    const trained = trainedRows === undefined ? row : trainedRows[row];
    const vector = isRareItem(trained, statistics.users, newItems.rareUsers) ? content.of(row) : undefined;
    if (vector !== undefined) opened.table.put(row, vector);
  }
  return opened;
}
