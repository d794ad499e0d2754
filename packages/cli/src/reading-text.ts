/** What an import understood of its files, for people. */
import { basename } from 'node:path';
import type { FileReading } from '@lorekeep/datasets';

const count = (n: number) => n.toLocaleString('en-US');

const FIELD_TITLES: Readonly<Record<string, string>> = { timestamp: 'time', id: 'event id' };

/** All files, each with its columns, its kinds of event, what was left unread, and its first rows. */
export function readingText(reading: readonly FileReading[]): string {
  return reading.map(fileText).join('\n\n');
}

function fileText(file: FileReading): string {
  const layout = file.layout === undefined ? '' : `, ${file.layout}`;
  const lines = [`${basename(file.file)} (${file.role}, ${file.dialect}${layout})`];
  lines.push(`  ${file.columns.map(columnText).join(', ')}`);
  if (file.role === 'events' && !file.columns.some(({ field }) => field === 'timestamp')) {
    lines.push('  no time: the order of the lines counts');
  }
  if (file.unread.length > 0) lines.push(`  not read: ${file.unread.join(', ')}`);
  if (file.types !== undefined && file.types.length > 0) {
    lines.push(`  kinds of event: ${file.types.map(({ type, events }) => typeText(type, events)).join(', ')}`);
  }
  if (file.ratings !== undefined) {
    lines.push(`  ratings: ${file.ratings.map(({ rating, events }) => `${rating} (${count(events)})`).join(', ')}`);
  }
  for (const { effect, cause, count: times, examples } of file.problems) {
    const [{ line, reason }] = examples;
    lines.push(`  ${count(times)} × ${EFFECTS[effect]}: ${cause} (line ${count(line)}: ${reason})`);
  }
  if (file.sample.length > 0) lines.push('  first rows:');
  for (const row of file.sample) lines.push(`    ${rowText(row)}`);
  return lines.join('\n');
}

const EFFECTS: Readonly<Record<FileReading['problems'][number]['effect'], string>> = {
  line: 'malformed line',
  event: 'event left out',
  item: 'record left out',
  value: 'value left out',
};

/** One kind of event. The place for what the import makes of it. */
function typeText(type: string, events: number): string {
  return `${type} (${count(events)})`;
}

function columnText({ field, column, form, range }: FileReading['columns'][number]): string {
  const details = [form, range?.join(' … ')].filter((detail) => detail !== undefined);
  return `${FIELD_TITLES[field] ?? field} = ${column}${details.length === 0 ? '' : ` (${details.join(', ')})`}`;
}

const MAX_ROW = 160;

function rowText(row: object): string {
  const text = Object.entries(row)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
  return text.length > MAX_ROW ? `${text.slice(0, MAX_ROW - 1)}…` : text;
}
