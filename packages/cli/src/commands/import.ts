/** `lorekeep import` */
import { COLUMN_SYNONYMS, type ColumnNames } from '@lorekeep/datasets';
import type { ImportFilesOptions, ImportResult } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';
import { errors } from '../errors.ts';
import { userPath } from '../paths.ts';

export interface ImportCommandOptions
  extends Pick<
    ImportFilesOptions,
    | 'items'
    | 'events'
    | 'users'
    | 'outcomes'
    | 'ignore'
    | 'format'
    | 'skipBad'
    | 'unknownItems'
    | 'minUserEvents'
    | 'minItemEvents'
  > {
  column?: Record<string, string>;
}

export async function importCommand(
  { workspace, output, run }: CommandContext,
  options: ImportCommandOptions,
): Promise<void> {
  const { column: columns = {}, items, events, users, outcomes, ignore } = options;
  const { format, skipBad, unknownItems, minUserEvents, minItemEvents } = options;
  const fields = Object.keys(COLUMN_SYNONYMS);
  for (const field of Object.keys(columns)) {
    if (!fields.includes(field)) throw errors.COLUMN_FIELD_UNKNOWN({ field, fields });
  }
  const files = { items: items?.map(userPath), events: events?.map(userPath), users: users?.map(userPath) };
  const how = {
    columns: columns as ColumnNames,
    outcomes,
    ignore,
    format,
    skipBad,
    unknownItems,
    minUserEvents,
    minItemEvents,
  };
  const result = await workspace.import({ ...files, ...how }, run);
  output.result({ ...result }, importSummary(result));
}

const count = (n: number, unit: string) => `${n.toLocaleString('en-US')} ${unit}`;

export function importSummary(result: ImportResult): string {
  const { counts, withoutItem, repeatedItems, skipped, bad, unchanged } = result;
  const content = `${count(counts.items, 'items')}, ${count(counts.users, 'users')}, ${count(counts.events, 'events')}`;
  const lines = [unchanged ? `Already imported, nothing to do: ${content}.` : `The workspace now contains ${content}.`];
  lines.push(...impressionLines(result));
  if (withoutItem > 0) lines.push(`Skipped ${count(withoutItem, 'events')} of items that are not in the catalogue.`);
  if (repeatedItems > 0)
    lines.push(`Skipped ${count(repeatedItems, 'records')} that a later record of the same item replaces.`);
  if (skipped > 0) lines.push(`Skipped ${count(skipped, 'malformed lines')}:`);
  for (const { file, line, reason } of bad.slice(0, 10)) lines.push(`  ${file}:${line}  ${reason}`);
  if (skipped > 10) lines.push(`  … and ${count(skipped - 10, 'more')}`);
  return lines.join('\n');
}

/** What was imported of impressions and of users. */
function impressionLines({ impressions, outcomes, userRecords }: ImportResult): string[] {
  const lines: string[] = [];
  if (impressions > 0) {
    const rates = Object.entries(outcomes).map(([type, n]) => `${type} ${((100 * n) / impressions).toFixed(2)} %`);
    const shown = `Imported ${count(impressions, 'impressions')}`;
    lines.push(rates.length === 0 ? `${shown}.` : `${shown}; of these ${rates.join(', ')}.`);
  }
  if (userRecords > 0) lines.push(`Imported the attributes of ${count(userRecords, 'users')}.`);
  return lines;
}
