/** What a file is that an import does not read, by its first bytes, and what makes it readable. */
import { basename } from 'node:path';
import { zipMembers } from './zip-members.ts';

export interface ForeignFile {
  /** For messages: `a ZIP archive of a.csv, b.csv`. */
  kind: string;
  /** What to do, as a sentence; a command to type where there is one. */
  advice: string;
}

type Advice = (file: string) => string;

const IN_PYTHON = (call: string) => (file: string) =>
  `Write it as Parquet: python -c "import pandas as pd; pd.${call}('${basename(file)}').to_parquet('${stem(file)}.parquet')"`;
const UNPACK =
  (command: string): Advice =>
  (file) =>
    `Decompress it first: ${command} ${quoted(basename(file))}`;
const SAVE_AS_CSV: Advice = () => 'Open it in the spreadsheet program and save the sheet as CSV UTF-8.';

const SIGNATURES: [signature: Buffer, offset: number, kind: string, advice: Advice][] = [
  [
    Buffer.from('SQLite format 3\0'),
    0,
    'an SQLite database',
    (file) => `Export a table: sqlite3 -header -csv ${quoted(basename(file))} "SELECT * FROM events" > events.csv`,
  ],
  [
    Buffer.from('DUCK'),
    8,
    'a DuckDB database',
    (file) => `Export a table: duckdb ${quoted(basename(file))} "COPY events TO 'events.parquet'"`,
  ],
  [Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), 0, 'an old Excel workbook (.xls)', SAVE_AS_CSV],
  [Buffer.from('%PDF-'), 0, 'a PDF document', () => 'Export the data behind it as CSV.'],
  [Buffer.from('BZh'), 0, 'compressed with bzip2', UNPACK('bunzip2 --keep')],
  [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), 0, 'compressed with xz', UNPACK('unxz --keep')],
  [Buffer.from([0x04, 0x22, 0x4d, 0x18]), 0, 'compressed with LZ4', UNPACK('unlz4')],
  [Buffer.from([0xff, 0x06, 0, 0, 0x73, 0x4e, 0x61, 0x50]), 0, 'compressed with Snappy', UNPACK('snzip -d')],
  [Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]), 0, 'a 7z archive', UNPACK('7z x')],
  [Buffer.from('Rar!\x1a\x07', 'latin1'), 0, 'a RAR archive', UNPACK('unrar x')],
  [Buffer.from('ustar'), 257, 'a tar archive', UNPACK('tar -xf')],
  [Buffer.from('ARROW1'), 0, 'a Feather (Arrow) file', IN_PYTHON('read_feather')],
  [Buffer.from('FEA1'), 0, 'a Feather file', IN_PYTHON('read_feather')],
  [
    Buffer.from([0xff, 0xff, 0xff, 0xff]),
    0,
    'an Arrow stream',
    () => 'Write it as Parquet: pyarrow.parquet.write_table(pyarrow.ipc.open_stream(FILE).read_all(), "data.parquet")',
  ],
  [Buffer.from('ORC'), 0, 'an ORC file', IN_PYTHON('read_orc')],
  [
    Buffer.from('Obj\x01', 'latin1'),
    0,
    'an Avro file',
    (file) => `Write it as JSON Lines: avro-tools tojson ${quoted(basename(file))} > ${quoted(`${stem(file)}.jsonl`)}`,
  ],
  [Buffer.from('\x89HDF', 'latin1'), 0, 'an HDF5 file', IN_PYTHON('read_hdf')],
  [Buffer.from('\x93NUMPY', 'latin1'), 0, 'a NumPy array', () => 'Write its columns with names as CSV or Parquet.'],
  [
    Buffer.from('PGDMP'),
    0,
    'a PostgreSQL dump',
    () => String.raw`Export a table: psql -c "\copy events TO 'events.csv' CSV HEADER"`,
  ],
  [Buffer.from('PARE'), 0, 'an encrypted Parquet file', () => 'Write it without encryption.'],
  [Buffer.from('RDX'), 0, 'an R workspace', () => "Write a table: write.csv(events, 'events.csv', row.names = FALSE)"],
];

/** What a text is that is no table, by its beginning. */
const TEXTS: [pattern: RegExp, kind: string, advice: Advice][] = [
  [
    /^version https:\/\/git-lfs\.github\.com\/spec\//,
    'a pointer of Git LFS, not the file itself',
    (file) => `Fetch the file: git lfs pull --include ${quoted(basename(file))}`,
  ],
  [
    /^(<!--[\s\S]*?-->\s*)?<(!doctype html|html|head|body)\b/i,
    'a web page (HTML)',
    () => 'Download the data again: the server answered with a page, perhaps of an error or a login.',
  ],
  [
    /^(<\?xml[\s\S]*?\?>\s*)?(<!--[\s\S]*?-->\s*)*<(rss|feed)\b/i,
    'a product feed in XML',
    () => 'Export the feed as TSV: in Google Merchant Center and most feed programs, choose tab-delimited text.',
  ],
  [/^<\?xml\b|^<[A-Za-z][\w:-]*(\s[^<>]*)?>\s*</, 'an XML file', () => 'Export the data as CSV, TSV or JSON Lines.'],
  [
    /^\s*(--[^\n]*\n\s*|\/\*[\s\S]*?\*\/;?\s*)*(CREATE TABLE|INSERT INTO|DROP TABLE|SET NAMES|LOCK TABLES|PRAGMA)\b/i,
    'an SQL dump',
    () => 'Load it into its database and export each table as CSV with a header line.',
  ],
  [/^\{\\rtf/, 'an RTF document', SAVE_AS_CSV],
];

/** @param head the first bytes of the file as it is stored, or after decompression */
export async function foreignFile(file: string, head: Buffer): Promise<ForeignFile | undefined> {
  if (head.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 3, 4]))) return zipFile(file);
  for (const [signature, offset, kind, advice] of SIGNATURES) {
    if (head.subarray(offset, offset + signature.length).equals(signature)) return { kind, advice: advice(file) };
  }
  // A pickle of protocol 2 to 5 begins with its number; text never begins with these bytes.
  if (head[0] === 0x80 && head[1] >= 2 && head[1] <= 5 && head.length > 2) {
    return { kind: 'a Python pickle', advice: IN_PYTHON('read_pickle')(file) };
  }
  return foreignText(file, head.toString('latin1').replace(/^ï»¿/, '').trimStart());
}

/** As `foreignFile`, for a text that is decoded already. */
export function foreignText(file: string, text: string): ForeignFile | undefined {
  const found = TEXTS.find(([pattern]) => pattern.test(text));
  return found === undefined ? undefined : { kind: found[1], advice: found[2](file) };
}

async function zipFile(file: string): Promise<ForeignFile> {
  const members = await zipMembers(file);
  if (members.some((name) => name.startsWith('xl/')))
    return { kind: 'an Excel workbook (.xlsx)', advice: SAVE_AS_CSV(file) };
  if (members.some((name) => name.endsWith('content.xml'))) {
    return { kind: 'an OpenDocument spreadsheet', advice: SAVE_AS_CSV(file) };
  }
  if (members.some((name) => name.endsWith('.npy'))) {
    return { kind: 'a NumPy archive', advice: 'Write its columns with names as CSV or Parquet.' };
  }
  const files = members.filter((name) => !name.endsWith('/') && !name.startsWith('__MACOSX/'));
  const more = files.length > 8 ? ` and ${files.length - 8} more` : '';
  const kind = files.length === 0 ? 'a ZIP archive' : `a ZIP archive of ${files.slice(0, 8).join(', ')}${more}`;
  const first = files.find((name) => /\.(csv|tsv|jsonl?|txt|dat)$/i.test(name)) ?? files[0] ?? 'MEMBER';
  const advice = `Unpack a file of it: unzip -p ${quoted(basename(file))} ${quoted(first)} > ${quoted(basename(first))}`;
  return { kind, advice };
}

const stem = (file: string) => basename(file).replace(/\.\w+$/, '');

/** A name as a shell takes it. */
function quoted(name: string): string {
  return /^[\w./=-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
