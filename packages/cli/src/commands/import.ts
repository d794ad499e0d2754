/** `lorekeep import` */
import { counted } from '@lorekeep/core';
import { COLUMN_SYNONYMS, canonicalColumns, RAW_FORMATS } from '@lorekeep/datasets';
import type { EventRules } from '@lorekeep/store';
import type { ImportFilesOptions, ImportResult } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';
import { errors } from '../errors.ts';
import { type EventOptions, eventRulesOf } from '../options/event-options.ts';
import { userPath } from '../paths.ts';
import { readingText } from '../reading-text.ts';
import { contentOf, type Output } from '../terminal.ts';

/** How to read files, as `import` and `quickstart` take it. */
export interface ReadingCommandOptions
  extends Pick<
    ImportFilesOptions,
    | 'format'
    | 'mapping'
    | 'separator'
    | 'encoding'
    | 'header'
    | 'recordPath'
    | 'skipBad'
    | 'unknownItems'
    | 'repeatedItems'
    | 'dateOrder'
    | 'listSeparator'
  > {
  column?: Record<string, string>;
}

export interface ImportCommandOptions
  extends ReadingCommandOptions,
    EventOptions,
    Pick<
      ImportFilesOptions,
      'items' | 'events' | 'users' | 'outcomes' | 'ignore' | 'minUserEvents' | 'minItemEvents' | 'replace' | 'dryRun'
    > {}

/** @throws LorekeepError `COLUMN_FIELD_UNKNOWN` */
export function readingOptionsOf(options: ReadingCommandOptions, rules: EventRules, output: Output) {
  const { column: columns = {}, format, mapping, separator, encoding, header, recordPath } = options;
  const { skipBad, unknownItems, repeatedItems, dateOrder, listSeparator } = options;
  const fields = Object.keys(COLUMN_SYNONYMS);
  for (const field of Object.keys(columns)) {
    if (canonicalColumns({ [field]: '' }) === undefined) throw errors.COLUMN_FIELD_UNKNOWN({ field, fields });
  }
  const isPublished = RAW_FORMATS.some((raw) => raw === format);
  // As the import itself has it.
  const meant: EventRules = isPublished && Object.keys(rules).length === 0 ? { preset: 'all-positive' } : rules;
  const onReading: ImportFilesOptions['onReading'] = (reading) => output.aside(`${readingText(reading, meant)}\n`);
  const dialect = { format, mapping, separator, encoding, header, recordPath };
  return { columns, ...dialect, skipBad, unknownItems, repeatedItems, dateOrder, listSeparator, onReading };
}

export async function importCommand(
  { workspace, output, run }: CommandContext,
  options: ImportCommandOptions,
): Promise<void> {
  const { items, events, users, outcomes, ignore, minUserEvents, minItemEvents, replace, dryRun = false } = options;
  const files = { items: items?.map(userPath), events: events?.map(userPath), users: users?.map(userPath) };
  const rules = await eventRulesOf(workspace, options, dryRun);
  const more = { outcomes, ignore, minUserEvents, minItemEvents, replace, dryRun };
  const how = { ...readingOptionsOf(options, rules, output), ...more };
  const result = await workspace.import({ ...files, ...how }, run);
  output.result({ ...result }, importSummary(result));
}

const count = (n: number, unit: string) => `${n.toLocaleString('en-US')} ${unit}`;

export function importSummary(result: ImportResult): string {
  const { counts, withoutItem, addedItems, repeatedItems, replaced, alreadyLive, skipped, bad, dryRun } = result;
  const lines = [headline(result), ...impressionLines(result)];
  for (const { eventsBefore } of result.grownFiles) {
    const now = count(result.imported.events, result.imported.events === 1 ? 'is new' : 'are new');
    lines.push(`${count(eventsBefore, 'events')} were imported before; ${now}.`);
  }
  if (addedItems > 0)
    lines.push(`${dryRun ? 'Would add' : 'Added'} ${counted(addedItems, 'item')} that the log alone names, by id.`);
  if (replaced > 0) lines.push(`Replaced ${count(replaced, 'events')} of earlier imports.`);
  if (alreadyLive > 0) lines.push(`Skipped ${count(alreadyLive, 'events')} that the service has stored already.`);
  if (withoutItem > 0) lines.push(`Skipped ${count(withoutItem, 'events')} of items that are not in the catalogue.`);
  if (repeatedItems > 0)
    lines.push(`Skipped ${count(repeatedItems, 'records')} of items that another record describes.`);
  for (const { effect, cause, count: times, examples } of result.problems) {
    if (effect === 'line') continue;
    const what = { event: 'events', item: 'records', value: 'values' }[effect];
    const [{ file, line, reason }] = examples;
    lines.push(`Left out ${count(times, what)}: ${cause} (${file}:${line}  ${reason}).`);
  }
  if (skipped > 0) lines.push(`${dryRun ? 'Found' : 'Skipped'} ${count(skipped, 'malformed lines')}:`);
  for (const { file, line, reason } of bad.slice(0, 10)) lines.push(`  ${file}:${line}  ${reason}`);
  if (skipped > 10) lines.push(`  … and ${count(skipped - 10, 'more')}`);
  if (dryRun && !result.unchanged) lines.push(`The workspace contains ${contentOf(counts)}.`);
  return lines.join('\n');
}

/** What was imported of impressions and of users. */
function impressionLines({ impressions, outcomes, userRecords, dryRun }: ImportResult): string[] {
  const lines: string[] = [];
  const done = dryRun ? 'Found' : 'Imported';
  if (impressions > 0) {
    const rates = Object.entries(outcomes).map(([type, n]) => `${type} ${((100 * n) / impressions).toFixed(2)} %`);
    const shown = `${done} ${count(impressions, 'impressions')}`;
    lines.push(rates.length === 0 ? `${shown}.` : `${shown}; of these ${rates.join(', ')}.`);
  }
  if (userRecords > 0) lines.push(`${done} the attributes of ${count(userRecords, 'users')}.`);
  return lines;
}

function headline({ counts, imported, unchanged, dryRun }: ImportResult): string {
  if (dryRun && !unchanged) return `Nothing was written. An import would bring ${contentOf(imported)}.`;
  if (unchanged) return `Already imported, nothing to do: ${contentOf(counts)}.`;
  return `The workspace now contains ${contentOf(counts)}.`;
}
