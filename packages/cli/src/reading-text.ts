/** What an import understood of its files, for people. */
import { basename, dirname, join } from 'node:path';
import type { FileReading } from '@lorekeep/datasets';
import { type EventRules, eventMeaning, ratingRuleOf, recogniseRatingScale } from '@lorekeep/store';

const count = (n: number) => n.toLocaleString('en-US');

const FIELD_TITLES: Readonly<Record<string, string>> = { timestamp: 'time', id: 'event id' };

/** Of files that are read alike, as the parts of a folder are, this many are shown in full. */
const SHOWN_ALIKE = 2;

/**
 * All files, each with its columns, its kinds of event and what they mean, what was left unread, and
 * its first rows.
 */
export function readingText(reading: readonly FileReading[], rules: EventRules = {}): string {
  const names = reading.map(({ file }) => basename(file));
  const blocks: string[] = [];
  const alike = new Map<string, number>();
  for (const file of reading) {
    const key = JSON.stringify([file.role, file.dialect, file.columns.map(({ field, column }) => [field, column])]);
    const seen = alike.get(key) ?? 0;
    alike.set(key, seen + 1);
    if (seen < SHOWN_ALIKE || file.problems.length > 0) {
      const isOnly = names.indexOf(basename(file.file)) === names.lastIndexOf(basename(file.file));
      blocks.push(fileText(file, isOnly ? basename(file.file) : partName(file.file), rules));
    } else if (seen === SHOWN_ALIKE) blocks.push(key);
  }
  const more = (key: string) =>
    `… and ${count(alike.get(key)! - SHOWN_ALIKE)} more files that are read in the same way`;
  return blocks.map((block) => (alike.has(block) ? more(block) : block)).join('\n\n');
}

/** A file with its folder: `day=2024-01-01/part-0.parquet`. */
const partName = (file: string) => join(basename(dirname(file)), basename(file));

function fileText(file: FileReading, name: string, rules: EventRules): string {
  const layout = file.layout === undefined ? '' : `, ${file.layout}`;
  const lines = [`${name} (${file.role}, ${dialectText(file.dialect)}${layout})`];
  lines.push(`  ${file.columns.map(columnText).join(', ')}`);
  if (file.role === 'events' && !file.columns.some(({ field }) => field === 'timestamp')) {
    lines.push('  no time: the order of the lines counts');
  }
  if (file.unread.length > 0) lines.push(`  not read: ${file.unread.join(', ')}`);
  if (file.negative !== undefined) {
    lines.push(
      `  ${file.negative.join(', ')} is negative in some lines; these events count like the others. If they are returns, give them a type (--column type=…).`,
    );
  }
  if (file.types !== undefined && file.types.length > 0) {
    lines.push(`  kinds of event: ${file.types.map(({ type, events }) => typeText(type, events, rules)).join(', ')}`);
  }
  if (file.ratings !== undefined) {
    lines.push(`  ratings: ${file.ratings.map(({ rating, events }) => `${rating} (${count(events)})`).join(', ')}`);
  }
  if (file.outcomes !== undefined) {
    const texts = file.outcomes.map(({ type, column, events }) => `${column} → ${typeText(type, events, rules)}`);
    lines.push(`  outcomes of impressions: ${texts.join(', ')}`);
  }
  const rated = ratingText(file, rules);
  if (rated !== undefined) lines.push(`  ${rated}`);
  if (file.ignored !== undefined) {
    const texts = file.ignored.map(
      ({ name, known, count: n }) => `${name} (${count(n)}${known ? '' : ', name not known'})`,
    );
    lines.push(`  events without an item: ${texts.join(', ')}`);
  }
  if (file.withoutElements !== undefined) {
    lines.push(`  ${count(file.withoutElements)} × record without an element of its list`);
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

/** One kind of event and what it means. */
function typeText(type: string, events: number, rules: EventRules): string {
  const { role, from } = eventMeaning(type, rules);
  return `${type} (${count(events)}, ${role}${from === 'unknown' ? ', name not known' : ''})`;
}

/** What the ratings of a file mean: by the rule that is set, or by the scale that they show. */
function ratingText({ ratings }: FileReading, rules: EventRules): string | undefined {
  if (ratings === undefined) return undefined;
  const shown = recogniseRatingScale(ratings.map(({ rating }) => rating));
  const rule = ratingRuleOf({ ...rules, recognised: rules.recognised ?? shown });
  if (rule === undefined) return 'ratings are not used';
  const { positiveFrom, negativeBelow, notRated = [] } = rule;
  const none = notRated.length === 0 ? '' : `, ${notRated.join(' and ')} not rated`;
  return `a rating of ${positiveFrom} and more is positive, below ${negativeBelow} negative${none}`;
}

const SEPARATORS: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'pipe',
  ' ': 'space',
};
const HEADERS = { 'first line': undefined, given: 'given header', 'known layout': 'without header line' };

/** What is not as usual: `csv, gzip, windows-1252, semicolon`. */
function dialectText({ format, compression, encoding, separator, header, recordPath }: FileReading['dialect']): string {
  const usual = format === 'tsv' ? '\t' : ',';
  const parts = [
    format,
    compression === 'none' ? undefined : compression,
    encoding === 'utf-8' ? undefined : encoding,
    separator === undefined || separator === usual ? undefined : `separator ${SEPARATORS[separator] ?? separator}`,
    header && HEADERS[header],
    recordPath && `records in ${recordPath}`,
  ];
  return parts.filter((part) => part !== undefined && part !== '').join(', ');
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
