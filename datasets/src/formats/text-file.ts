/**
 * Reads a text file of items or events: header and rows of a table, or the records of JSON, and the
 * reason for each that has the wrong shape.
 */
import { isUtf8 } from 'node:buffer';
import { errors } from '../errors.ts';
import type { IgnoredName, Mapped } from '../mappings/mapping.ts';
import { openText, REPLACEMENT } from './decode.ts';
import { parseJsonLine } from './json/json-line.ts';
import { rowsOf } from './json/paths.ts';
import { createValueCutter, recordsAt } from './json/split-values.ts';
import type { OnRecord } from './lines.ts';
import { readRecords } from './records.ts';
import type { Dialect, SourceFile } from './source-file.ts';

export type JsonRecord = Record<string, unknown>;

export interface TextFileReader {
  /** The column names of a table. Called once, before the first row. Unnamed columns are not read. */
  onHeader(names: string[]): void;
  /** One row of a table: as many cells as there are names, or what is wrong with the row. */
  onRow(line: number, cells: string[], problem: string | undefined): void;
  /** One record of JSON, its paths as columns, or what is wrong with it. */
  onRecord(line: number, record: JsonRecord | undefined, problem: string | undefined): void;
  /** Called after every block. */
  onBlock(): void;
}

export interface TextFileCounts {
  /** Records of JSON whose list of elements is empty or missing, so that they gave no row. */
  withoutElements: number;
  /** With a mapping: events that say nothing of a single item, by name. */
  ignored?: IgnoredEvents[];
}

/** Events of another program that became none here. */
export interface IgnoredEvents extends IgnoredName {
  count: number;
}

/**
 * @throws LorekeepError `IMPORT_NO_HEADER`, `IMPORT_DUPLICATE_COLUMN`, `IMPORT_FILE_UNREADABLE`,
 *   `IMPORT_UNCLOSED_QUOTE`, `IMPORT_LINE_TOO_LONG`
 */
export async function readTextFile(file: SourceFile, reader: TextFileReader): Promise<TextFileCounts> {
  if (file.format === 'jsonl' || file.format === 'json') return readJson(file, reader);
  await readTable(file, reader);
  return { withoutElements: 0 };
}

async function readTable({ path, dialect, partition = {} }: SourceFile, reader: TextFileReader): Promise<void> {
  const { separator = ',', quoted = true, padded = false, backslash = false } = dialect;
  const { skippedLines = 0, extraCell } = dialect;
  const added = Object.entries(partition);
  const addedCells = added.map(([, value]) => value ?? '');
  let width: number | undefined;
  /** The columns that are read, if these are not all. */
  let kept: number[] | undefined;

  const setHeader = (fields: string[]) => {
    const names = fields.map((name) => name.trim());
    width = names.length + (extraCell === undefined ? 0 : 1);
    const all = extraCell === 'first' ? ['', ...names] : extraCell === 'last' ? [...names, ''] : names;
    const named = all.flatMap((name, column) => (isUnnamed(name, column) ? [] : [column]));
    if (named.length < all.length) kept = named;
    const read = named.map((column) => all[column]);
    const repeated = read.find((name, i) => read.indexOf(name) < i);
    if (repeated !== undefined) throw errors.IMPORT_DUPLICATE_COLUMN({ file: path, name: repeated });
    reader.onHeader([...read, ...added.map(([name]) => name)]);
  };
  const onRow: OnRecord = (line, fields, problem) => {
    if (width === undefined) {
      if (problem !== undefined) {
        throw errors.IMPORT_FILE_UNREADABLE({ file: path, reason: `its header line ${problem}` });
      }
      setHeader(fields);
      return;
    }
    problem ??= widthProblem(fields.length, width);
    if (problem !== undefined) reader.onRow(line, fields, problem);
    else {
      const cells = kept === undefined ? fields : kept.map((column) => fields[column]);
      reader.onRow(line, added.length === 0 ? cells : [...cells, ...addedCells], undefined);
    }
  };
  if (dialect.header !== 'first line') setHeader(dialect.names ?? []);
  const onRecord: OnRecord =
    skippedLines === 0 ? onRow : (line, fields, problem) => line > skippedLines && onRow(line, fields, problem);
  const syntax = { separator, quoted, padded, backslash };
  await readRecords(path, openText(path, dialect), syntax, withoutDamage(dialect, onRecord), reader.onBlock);
  if (width === undefined) throw errors.IMPORT_NO_HEADER({ file: path });
}

/** The index that pandas writes before the first column, and what a trailing separator makes. */
function isUnnamed(name: string, column: number): boolean {
  return name === '' || (column === 0 && name === 'Unnamed: 0');
}

/** Takes records of decoded text, and passes those with bytes that had no meaning on as bad lines. */
function withoutDamage({ encoding }: Dialect, onRecord: OnRecord): OnRecord {
  // UTF-8 is checked byte by byte where it is cut, and in Windows-1252 every byte is a character.
  if (encoding === 'utf-8' || encoding === 'windows-1252') return onRecord;
  return (line, fields, problem) => {
    const damaged = fields.some((field) => field.includes(REPLACEMENT));
    onRecord(line, damaged ? [] : fields, damaged ? `is not ${encoding} text` : problem);
  };
}

async function readJson({ path, dialect, ...file }: SourceFile, reader: TextFileReader): Promise<TextFileCounts> {
  const { partition, paths = [], mapping } = file;
  let withoutElements = 0;
  const ignored = new Map<string, IgnoredEvents>();
  const onMapped = (line: number, mapped: Mapped) => {
    for (const event of mapped.events) reader.onRecord(line, { ...event }, undefined);
    for (const problem of mapped.problems) reader.onRecord(line, undefined, `cannot be mapped: ${problem}`);
    for (const { name, known } of mapped.ignored) {
      const count = (ignored.get(name)?.count ?? 0) + 1;
      ignored.set(name, { name, known, count });
    }
  };
  const counts = () => ({ withoutElements, ...(mapping && { ignored: [...ignored.values()] }) });
  const onText = (line: number, text: string) => {
    const { value, problem } = parseJsonLine(text);
    if (value === undefined) reader.onRecord(line, undefined, problem);
    else if (mapping !== undefined) onMapped(line, mapping(value));
    else {
      const record = partition === undefined ? value : { ...partition, ...value };
      const rows = rowsOf(record, paths, dialect.lists ?? []);
      if (rows.length === 0) withoutElements++;
      for (const row of rows) reader.onRecord(line, row.record, row.problem);
    }
  };
  const onLine = withoutDamage(dialect, (line, [text], problem) => {
    if (problem === undefined) onText(line, text);
    else reader.onRecord(line, undefined, problem);
  });
  if (dialect.format === 'jsonl') {
    await readRecords(path, openText(path, dialect), undefined, onLine, reader.onBlock);
    return counts();
  }
  let records = 0;
  const cutter = createValueCutter(path, recordsAt(dialect.recordPath ?? ''), (line, bytes) => {
    records++;
    const number = dialect.numbering === 'lines' ? line : records;
    if (isUtf8(bytes)) onLine(number, [bytes.toString()], undefined);
    else reader.onRecord(number, undefined, 'is not UTF-8 text');
  });
  for await (const block of openText(path, dialect)) {
    cutter.write(block);
    reader.onBlock();
  }
  cutter.end();
  return counts();
}

function widthProblem(found: number, expected: number): string | undefined {
  if (found === expected) return undefined;
  return `has ${found} column${found === 1 ? '' : 's'}, the header has ${expected}`;
}
