/** `lorekeep import` */
import type { ColumnNames, Format, RawFormat, UnknownItems } from '@lorekeep/datasets';
import { COLUMN_SYNONYMS } from '@lorekeep/datasets';
import { columnUnknown, nothingToImport } from '../errors.ts';
import { type ImportStageResult, importStage } from '../stages/import.ts';
import type { StageContext } from '../workspace.ts';

export interface ImportCommandOptions {
  items?: string[];
  events?: string[];
  format: Format | RawFormat | 'auto';
  column?: Record<string, string>;
  skipBad: number;
  unknownItems?: UnknownItems;
  minUserEvents: number;
  minItemEvents: number;
}

export async function importCommand(context: StageContext, options: ImportCommandOptions): Promise<void> {
  const { items, events, column: columns = {}, ...rest } = options;
  if (items === undefined && events === undefined) throw nothingToImport();
  for (const field of Object.keys(columns)) {
    if (!Object.hasOwn(COLUMN_SYNONYMS, field)) throw columnUnknown(field, Object.keys(COLUMN_SYNONYMS));
  }
  const { format, skipBad, unknownItems, minUserEvents, minItemEvents } = rest;
  const result = await importStage(context, {
    items,
    events,
    columns: columns as ColumnNames,
    format,
    skipBad,
    unknownItems,
    minUserEvents,
    minItemEvents,
  });
  context.output.result({ ...result }, importSentence(result));
}

const count = (n: number, unit: string) => `${n.toLocaleString('en-US')} ${unit}`;

export function importSentence(result: ImportStageResult): string {
  const { counts, withoutItem, repeatedItems, skipped, bad, unchanged } = result;
  const held = `${count(counts.items, 'items')}, ${count(counts.users, 'users')}, ${count(counts.events, 'events')}`;
  const lines = [unchanged ? `Already imported, nothing to do: ${held}.` : `The workspace now holds ${held}.`];
  if (withoutItem > 0) lines.push(`${count(withoutItem, 'events')} of items that are in no catalogue left out.`);
  if (repeatedItems > 0) lines.push(`${count(repeatedItems, 'records')} left out: a later one is of the same item.`);
  if (skipped > 0) lines.push(`${count(skipped, 'malformed lines')} left out:`);
  for (const { file, line, reason } of bad.slice(0, 10)) lines.push(`  ${file}:${line}  ${reason}`);
  if (skipped > 10) lines.push(`  … and ${count(skipped - 10, 'more')}`);
  return lines.join('\n');
}
