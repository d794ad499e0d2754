/** Which item is which row of a trained model. */
import type { TrainedRow } from '@lorekeep/core';
import type { ServedModel } from './served-model.ts';

/**
 * @param deleted ids of items that were deleted after the training. If such an id exists again, it is
 *   another item, which the model does not know.
 */
export function trainedRows(
  { itemIds }: Pick<ServedModel, 'itemIds'>,
  deleted: readonly string[],
): Map<string, TrainedRow> {
  const rows = new Map(itemIds.map((id, row): [string, TrainedRow] => [id, row as TrainedRow]));
  for (const id of deleted) rows.delete(id);
  return rows;
}
