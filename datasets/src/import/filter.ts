/** Which staged rows are imported: those of the k-core that no earlier import added. */
import { errors } from '../errors.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { findCore } from '../staging/events/core-filter.ts';
import type { RowFilter } from '../staging/staged-rows.ts';
import type { Staging } from '../staging/staging.ts';

export interface FilterPlan {
  newEventFiles: readonly SourceFile[];
  /** By file, the lines that an earlier import added. */
  importedLines: ReadonlyMap<SourceFile, number>;
  minUserEvents: number;
  minItemEvents: number;
}

/**
 * @param stageRepeated stages the files that were imported before: they count for the core, but are
 *   not written
 * @throws LorekeepError `IMPORT_NOTHING_LEFT`
 */
export async function filterRows(
  staging: Staging,
  { newEventFiles, importedLines, minUserEvents, minItemEvents }: FilterPlan,
  stageRepeated: () => Promise<void>,
): Promise<RowFilter> {
  const added = [...importedLines].map(([{ index }, line]) => `(file = ${index} AND line <= ${line})`);
  const isNew = added.length === 0 ? 'true' : `NOT (${added.join(' OR ')})`;
  if (minUserEvents === 0 && minItemEvents === 0) {
    return { items: '', users: '', events: added.length === 0 ? '' : `WHERE ${isNew}` };
  }
  await stageRepeated();
  await findCore(staging, minUserEvents, minItemEvents);
  if ((await staging.number('SELECT count(*) FROM core')) === 0) {
    throw errors.IMPORT_NOTHING_LEFT({ minUserEvents, minItemEvents });
  }
  // −1 is the index of no file: SQL does not allow an empty list.
  const written = ['-1', ...newEventFiles.map(({ index }) => index)].join(', ');
  const keptItems = 'IN (SELECT id FROM kept_items)';
  return {
    users: minUserEvents > 0 ? 'WHERE id IN (SELECT id FROM kept_users)' : '',
    items: minItemEvents > 0 ? `WHERE id ${keptItems}` : '',
    events: `WHERE user IN (SELECT id FROM kept_users) AND item ${keptItems} AND file IN (${written}) AND ${isNew}`,
  };
}
