/** `lorekeep import` */
import { COLUMN_SYNONYMS, type ColumnNames } from '@lorekeep/datasets';
import type { ImportFilesOptions, ImportResult } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';
import { errors } from '../errors.ts';
import { applyEventOptions, type EventOptions } from '../event-options.ts';
import { userPath } from '../paths.ts';

export interface ImportCommandOptions
  extends Pick<
      ImportFilesOptions,
      | 'items'
      | 'events'
      | 'format'
      | 'separator'
      | 'encoding'
      | 'header'
      | 'recordPath'
      | 'skipBad'
      | 'unknownItems'
      | 'minUserEvents'
      | 'minItemEvents'
      | 'replace'
    >,
    EventOptions {
  column?: Record<string, string>;
}

export async function importCommand(
  { workspace, output, run }: CommandContext,
  options: ImportCommandOptions,
): Promise<void> {
  const { column: columns = {}, items, events, format, skipBad, unknownItems, minUserEvents, minItemEvents } = options;
  const { separator, encoding, header, recordPath, replace } = options;
  const fields = Object.keys(COLUMN_SYNONYMS);
  for (const field of Object.keys(columns)) {
    if (!fields.includes(field)) throw errors.COLUMN_FIELD_UNKNOWN({ field, fields });
  }
  const files = { items: items?.map(userPath), events: events?.map(userPath), columns: columns as ColumnNames };
  const dialect = { format, separator, encoding, header, recordPath };
  const how = { ...dialect, skipBad, unknownItems, minUserEvents, minItemEvents, replace };
  await applyEventOptions(workspace, options);
  const result = await workspace.import({ ...files, ...how }, run);
  output.result({ ...result }, importSummary(result));
}

const count = (n: number, unit: string) => `${n.toLocaleString('en-US')} ${unit}`;

export function importSummary(result: ImportResult): string {
  const { counts, withoutItem, repeatedItems, replaced, alreadyLive, skipped, bad, unchanged } = result;
  const content = `${count(counts.items, 'items')}, ${count(counts.users, 'users')}, ${count(counts.events, 'events')}`;
  const lines = [unchanged ? `Already imported, nothing to do: ${content}.` : `The workspace now contains ${content}.`];
  if (replaced > 0) lines.push(`Replaced ${count(replaced, 'events')} of earlier imports.`);
  if (alreadyLive > 0) lines.push(`Skipped ${count(alreadyLive, 'events')} that the service has stored already.`);
  if (withoutItem > 0) lines.push(`Skipped ${count(withoutItem, 'events')} of items that are not in the catalogue.`);
  if (repeatedItems > 0)
    lines.push(`Skipped ${count(repeatedItems, 'records')} that a later record of the same item replaces.`);
  if (skipped > 0) lines.push(`Skipped ${count(skipped, 'malformed lines')}:`);
  for (const { file, line, reason } of bad.slice(0, 10)) lines.push(`  ${file}:${line}  ${reason}`);
  if (skipped > 10) lines.push(`  … and ${count(skipped - 10, 'more')}`);
  return lines.join('\n');
}
