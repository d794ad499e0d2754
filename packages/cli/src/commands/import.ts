/** `lorekeep import` */
import type { ColumnNames, Format } from '@lorekeep/datasets';
import { COLUMN_SYNONYMS } from '@lorekeep/datasets';
import { columnUnknown, nothingToImport } from '../errors.ts';
import { type ImportStageResult, importStage } from '../stages/import.ts';
import type { StageContext } from '../workspace.ts';

export interface ImportCommandOptions {
  items?: string[];
  events?: string[];
  format: Format | 'auto';
  column?: Record<string, string>;
  skipBad: number;
  minUserEvents: number;
  minItemEvents: number;
}

export async function importCommand(context: StageContext, options: ImportCommandOptions): Promise<void> {
  const { items, events, column: columns = {}, ...rest } = options;
  if (items === undefined && events === undefined) throw nothingToImport();
  for (const field of Object.keys(columns)) {
    if (!Object.hasOwn(COLUMN_SYNONYMS, field)) throw columnUnknown(field, Object.keys(COLUMN_SYNONYMS));
  }
  const { format, skipBad, minUserEvents, minItemEvents } = rest;
  const result = await importStage(context, {
    items,
    events,
    columns: columns as ColumnNames,
    format,
    skipBad,
    minUserEvents,
    minItemEvents,
  });
  context.output.result({ ...result }, importSentence(result));
}

const count = (n: number, unit: string) => `${n.toLocaleString('en-US')} ${unit}`;

export function importSentence({ counts, skipped, bad, unchanged }: ImportStageResult): string {
  const held = `${count(counts.items, 'items')}, ${count(counts.users, 'users')}, ${count(counts.events, 'events')}`;
  const lines = [unchanged ? `Already imported, nothing to do: ${held}.` : `The workspace now holds ${held}.`];
  if (skipped > 0) lines.push(`${count(skipped, 'malformed lines')} left out:`);
  for (const { file, line, reason } of bad.slice(0, 10)) lines.push(`  ${file}:${line}  ${reason}`);
  if (skipped > 10) lines.push(`  … and ${count(skipped - 10, 'more')}`);
  return lines.join('\n');
}
