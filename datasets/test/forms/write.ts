/** Cells as the bytes of a file: a table in any dialect, JSON in any shape, or Parquet. */
import { writeFile } from 'node:fs/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Random } from '@lorekeep/core';
import { type Cells, pick } from './meant.ts';

const FORMATS = ['table', 'table', 'table', 'jsonl', 'json', 'Parquet'] as const;
const SEPARATORS = [',', ';', '\t', '|', '::', '\x01'];
const QUOTINGS = ['where needed', 'all', 'backslash'] as const;
export const ENCODINGS = ['utf-8', 'utf-8', 'utf-8 with mark', 'utf-16le', 'utf-16be with mark', 'windows-1252'];

/** The dialect of one file. */
export interface Dialect {
  format: (typeof FORMATS)[number];
  encoding: string;
  separator: string;
  quoting: (typeof QUOTINGS)[number];
  newline: string;
  packing: '' | '.gz' | '.zst';
  before: string;
  withHeader: boolean;
}

export function createDialect(random: Random, encoding: string): Dialect {
  return {
    format: pick(random, FORMATS),
    encoding,
    separator: pick(random, SEPARATORS),
    quoting: pick(random, QUOTINGS),
    newline: pick(random, ['\n', '\r\n']),
    packing: pick(random, ['', '', '', '.gz', '.zst'] as const),
    before: pick(random, ['', '', '', '', 'sep', 'comment']),
    withHeader: random.int(5) > 0,
  };
}

/** Writes the file and returns its path. */
export async function write(
  path: string,
  cells: Cells,
  dialect: Dialect,
  connection: DuckDBConnection,
): Promise<string> {
  const { format, packing, encoding } = dialect;
  if (format === 'Parquet') {
    await writeParquet(`${path}.parquet`, cells, connection);
    return `${path}.parquet`;
  }
  const extension = format === 'table' ? (dialect.separator === '\t' ? '.tsv' : '.csv') : `.${format}`;
  const text = format === 'table' ? tableText(cells, dialect) : jsonText(cells, format);
  const bytes = encode(text, encoding);
  const packed = packing === '.gz' ? gzipSync(bytes) : packing === '.zst' ? zstdCompressSync(bytes) : bytes;
  await writeFile(`${path}${extension}${packing}`, packed);
  return `${path}${extension}${packing}`;
}

function tableText({ names, rows }: Cells, { separator, quoting, newline, before, withHeader }: Dialect): string {
  const cell = (text: string) => {
    const special = text.includes(separator) || /["\n\r]/.test(text);
    if (quoting === 'backslash' && special) return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
    return quoting === 'all' || special ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = (withHeader ? [names, ...rows] : rows).map((row) => row.map(cell).join(separator));
  if (before === 'sep' && withHeader) lines.unshift(`sep=${separator}`);
  if (before === 'comment' && withHeader) lines.unshift('# exported by a shop, at night');
  return lines.join(newline) + newline;
}

const isNumber = (text: string) => /^-?\d+(\.\d+)?$/.test(text);
const MISSING = /^(|nan|NaN|None|NULL|null|undefined|N\/A|\\N)$/;

function jsonText({ names, rows, numbers }: Cells, format: 'jsonl' | 'json'): string {
  const value = (text: string, name: string) => {
    if (MISSING.test(text)) return text === 'NaN' ? 'NaN' : text === '' ? 'null' : JSON.stringify(text);
    return numbers.has(name) && isNumber(text) ? text : JSON.stringify(text);
  };
  const records = rows.map(
    (row) => `{${row.map((text, at) => `${JSON.stringify(names[at])}: ${value(text, names[at])}`).join(', ')}}`,
  );
  return format === 'jsonl' ? `${records.join('\n')}\n` : `[\n${records.join(',\n')}\n]\n`;
}

async function writeParquet(
  path: string,
  { names, rows, numbers }: Cells,
  connection: DuckDBConnection,
): Promise<void> {
  const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const columns = names.map((name, at) => {
    const values = rows.map((row) => row[at]);
    const given = values.filter((text) => !MISSING.test(text));
    if (!numbers.has(name) || !given.every(isNumber)) return { type: 'VARCHAR', missing: '' };
    const whole = given.every((text) => !text.includes('.'));
    // 17 digits are more than a DOUBLE holds.
    if (whole && (given.length === values.length || given.some((text) => text.length > 15)))
      return { type: 'BIGINT', missing: 'NULL' };
    return { type: 'DOUBLE', missing: "'nan'" };
  });
  const cell = (text: string, at: number) => {
    const { type, missing } = columns[at];
    if (type === 'VARCHAR') return `CAST(${text === '' ? 'NULL' : quote(text)} AS VARCHAR)`;
    return `CAST(${MISSING.test(text) ? missing : quote(text)} AS ${type})`;
  };
  const list = rows.map((row) => `(${row.map(cell).join(', ')})`).join(', ');
  const as = names.map((name) => `"${name}"`).join(', ');
  await connection.run(`COPY (SELECT * FROM (VALUES ${list}) AS t(${as})) TO ${quote(path)} (FORMAT parquet)`);
}

function encode(text: string, encoding: string): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  if (encoding === 'utf-8 with mark') return Buffer.from(`\ufeff${text}`);
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be with mark') return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  // The encoding has no combining marks.
  return Buffer.from(text.normalize('NFC').replaceAll('€', '\x80'), 'latin1');
}
