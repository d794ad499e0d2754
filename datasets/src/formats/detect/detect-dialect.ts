/**
 * What a file is and how to read it, from its bytes: compression, encoding, format, separator,
 * quotes and header. Every byte is looked at once for the encoding and for quotes, so a decision
 * holds for the whole file. What the caller gives is not looked for.
 */
import { errors } from '../../errors.ts';
import { isRawFormat, type RawFormat } from '../../raw/amazon.ts';
import { createDecoder, openText } from '../decode.ts';
import { type Compression, type Format, namedFormat } from '../format.ts';
import type { Dialect } from '../source-file.ts';
import type { TableSyntax } from '../table.ts';
import { compressionOf, openUnpacked, readHead } from '../unpack.ts';
import { countHighBytes, createUtf8Check, encodingOf, isBinary, wideEncoding } from './encoding.ts';
import { extraCellOf, isFirstRowData } from './header.ts';
import { jsonShapeOf, looksLikeJson } from './json-shape.ts';
import { preambleOf } from './preamble.ts';
import { tableSyntaxOf } from './quoting.ts';
import { firstRecords, separatorOf } from './separator.ts';
import { foreignFile, foreignText } from './signature.ts';

const SAMPLE_BYTES = 1 << 18;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const BACKSLASH = 92;

/** The beginning of a table without a header line: what a known layout is recognised by. */
export interface TableSample {
  path: string;
  separator: string;
  rows: string[][];
}

export interface DetectOptions {
  format: Format | RawFormat | 'auto';
  separator?: string;
  encoding?: string;
  header?: readonly string[];
  recordPath?: string;
  /** Whether an import knows a column of this name. */
  isColumnName: (name: string) => boolean;
  /** The names of the columns of a table without a header line, if its layout is known. */
  headerFor?: (sample: TableSample) => readonly string[] | undefined;
}

/**
 * @throws LorekeepError `IMPORT_UNSUPPORTED_FORMAT`, `IMPORT_UNKNOWN_FORMAT`,
 *   `IMPORT_ENCODING_UNCLEAR`, `IMPORT_SEPARATOR_UNCLEAR`, `IMPORT_RECORD_PATH`,
 *   `IMPORT_HEADER_NEEDED`, `IMPORT_HEADER_WIDTH`, `IMPORT_FILE_UNREADABLE`
 */
export async function detectDialect(file: string, options: DetectOptions): Promise<Dialect> {
  const packed = await readHead(file, 4096);
  const compression = compressionOf(packed);
  if (packed.subarray(0, 4).toString('latin1') === 'PAR1') return parquetDialect();
  if (compression === 'none') await refuseForeign(file, packed);
  const named = namedFormat(file, options.format);
  if (named === 'parquet' && compression === 'none') return parquetDialect();
  const scan = await scanBytes(file, compression);
  if (compression !== 'none') {
    if (scan.head.subarray(0, 4).toString('latin1') === 'PAR1') {
      const kind = `a Parquet file compressed with ${compression}`;
      const command = compression === 'gzip' ? 'gunzip --keep' : 'unzstd';
      throw errors.IMPORT_UNSUPPORTED_FORMAT({ file, kind, advice: `Decompress it first: ${command} FILE` });
    }
    await refuseForeign(file, scan.head);
  }
  const encoding = options.encoding ?? (await detectEncoding(file, compression, scan));
  const isWhole = scan.size <= scan.head.length;
  const text = sampleText(scan.head, encoding, isWhole);
  const foreign = encoding.startsWith('utf-16') || encoding.startsWith('utf-32') ? foreignText(file, text) : undefined;
  if (foreign !== undefined) throw errors.IMPORT_UNSUPPORTED_FORMAT({ file, ...foreign });
  const content: Content = { file, compression, encoding, text, isWhole, scan, named };
  const isTable = named === 'csv' || named === 'tsv';
  const isJson = named === 'jsonl' || named === 'json';
  const asJson = isJson || (options.format === 'auto' && looksLikeJson(text));
  return asJson && !(isTable && options.separator !== undefined)
    ? jsonDialect(content, options)
    : tableDialect(content, options);
}

interface Content {
  file: string;
  compression: Compression;
  encoding: string;
  text: string;
  /** The text is all of the file. */
  isWhole: boolean;
  scan: Scan;
  named: Format | undefined;
}

interface Scan {
  head: Buffer;
  size: number;
  isUtf8: boolean;
  /** How often each byte occurs. */
  counts: Float64Array;
  lines: number;
}

const parquetDialect = (): Dialect => ({
  format: 'parquet',
  compression: 'none',
  encoding: 'utf-8',
  header: 'none',
  numbering: 'records',
});

async function refuseForeign(file: string, head: Buffer): Promise<void> {
  const foreign = await foreignFile(file, head);
  if (foreign !== undefined) throw errors.IMPORT_UNSUPPORTED_FORMAT({ file, ...foreign });
}

async function scanBytes(file: string, compression: Compression): Promise<Scan> {
  const head: Buffer[] = [];
  let headBytes = 0;
  let size = 0;
  let last = LINE_FEED;
  const counts = new Float64Array(256);
  const check = createUtf8Check();
  for await (const block of openUnpacked(file, compression)) {
    if (headBytes < SAMPLE_BYTES) {
      const part = block.subarray(0, SAMPLE_BYTES - headBytes);
      head.push(Buffer.from(part));
      headBytes += part.length;
    }
    size += block.length;
    check.take(block);
    for (let i = 0; i < block.length; i++) counts[block[i]]++;
    last = block.at(-1) ?? last;
  }
  const lines = counts[LINE_FEED] + (last === LINE_FEED ? 0 : 1);
  return { head: Buffer.concat(head), size, isUtf8: check.isValid(), counts, lines };
}

async function detectEncoding(file: string, compression: Compression, { head, isUtf8 }: Scan): Promise<string> {
  const wide = wideEncoding(head);
  if (wide !== undefined) return wide;
  if (isBinary(head)) {
    const advice = 'Export the data as CSV, TSV, JSON Lines or Parquet, or name the encoding if it is text.';
    throw errors.IMPORT_UNSUPPORTED_FORMAT({ file, kind: 'binary data of an unknown kind', advice });
  }
  if (isUtf8) return 'utf-8';
  return encodingOf(file, await countHighBytes(openUnpacked(file, compression)));
}

/** The beginning of the text: whole lines of it, where there are any. */
function sampleText(head: Buffer, encoding: string, isWhole: boolean): string {
  const text = createDecoder(encoding).decode(head, isWhole);
  const end = isWhole ? text.length : text.lastIndexOf('\n') + 1 || text.length;
  return text.slice(0, end).replace(/^\ufeff/, '');
}

async function jsonDialect(content: Content, { format, recordPath, isColumnName }: DetectOptions): Promise<Dialect> {
  const { file, compression, encoding, text, isWhole } = content;
  const dialect: Dialect = { format: 'jsonl', compression, encoding, header: 'none', numbering: 'lines' };
  if (isRawFormat(format)) return dialect;
  const open = () => openText(file, { compression, encoding });
  // The extension `.json` says nothing about the lines; `--format jsonl` does.
  const given = format === 'jsonl' || format === 'json' ? format : undefined;
  const shape = await jsonShapeOf({ file, text, isWhole, open, given, recordPath, isColumnName });
  return { ...dialect, ...shape };
}

async function tableDialect(content: Content, options: DetectOptions): Promise<Dialect> {
  const { file, compression, encoding, scan, named } = content;
  const { separator: given, isColumnName } = options;
  const preamble = preambleOf(content.text, isColumnName);
  const text = content.text.slice(preamble.end);
  const usual = named === 'tsv' ? '\t' : named === 'csv' ? ',' : undefined;
  const separator =
    given ??
    preamble.separator ??
    (options.format === 'tsv' ? '\t' : separatorOf({ file, text, usual, isColumnName })) ??
    usual;
  if (separator === undefined) throw errors.IMPORT_UNKNOWN_FORMAT({ file });
  const syntax = await tableSyntaxOf({
    file,
    separator,
    sample: text,
    open: () => openText(file, { compression, encoding }),
    hasQuote: scan.counts[QUOTE] > 0,
    hasBackslash: scan.counts[BACKSLASH] > 0,
    skippedLines: preamble.lines,
  });
  const format =
    options.format === 'csv' || options.format === 'tsv' ? options.format : separator === '\t' ? 'tsv' : 'csv';
  const { separator: _, ...habits } = syntax;
  const rows = firstRecords(text, syntax);
  return {
    format,
    compression,
    encoding,
    separator,
    ...habits,
    ...(preamble.lines === 0 ? {} : { skippedLines: preamble.lines }),
    ...(preamble.lines === 0 && isPlain(content, syntax, rows[0]?.length ?? 0) ? { plainLines: scan.lines } : {}),
    numbering: 'lines',
    ...headerOf(content, separator, rows, options),
  };
}

/**
 * Whether each line is a record whose fields are what stands between the separators, as many in each
 * line on average as in the first.
 */
function isPlain({ encoding, scan }: Content, { separator, quoted, backslash }: TableSyntax, width: number): boolean {
  const { counts, lines, isUtf8 } = scan;
  // A carriage return or a zero byte is not the same to every reader.
  if (encoding !== 'utf-8' || !isUtf8 || counts[CARRIAGE_RETURN] > 0 || counts[0] > 0) return false;
  if ((quoted && counts[QUOTE] > 0) || (backslash && counts[BACKSLASH] > 0)) return false;
  return separator.length === 1 && counts[separator.charCodeAt(0)] === lines * (width - 1);
}

function headerOf(
  { file, isWhole }: Content,
  separator: string,
  rows: string[][],
  { header: given, isColumnName, headerFor }: DetectOptions,
): Pick<Dialect, 'header' | 'names' | 'extraCell'> {
  // The last row of a sample may be cut off.
  const whole = isWhole || rows.length < 2 ? rows : rows.slice(0, -1);
  const [first] = whole;
  if (first === undefined) return { header: 'first line' };
  if (given !== undefined) {
    const extraCell = extraCellOf(given.length, whole);
    if (first.length !== given.length && extraCell === undefined) {
      throw errors.IMPORT_HEADER_WIDTH({
        file,
        given: [...given],
        columns: first.length,
        first: first.join(separator),
      });
    }
    return { header: 'given', names: [...given], extraCell };
  }
  if (!isFirstRowData(whole, isColumnName)) {
    const names = first.map((name) => name.trim());
    return { header: 'first line', names, extraCell: extraCellOf(first.length, whole.slice(1)) };
  }
  const names = headerFor?.({ path: file, separator, rows: whole });
  if (names === undefined) {
    throw errors.IMPORT_HEADER_NEEDED({ file, first: first.join(separator).slice(0, 200), columns: first.length });
  }
  return { header: 'known layout', names: [...names], extraCell: extraCellOf(names.length, whole) };
}
