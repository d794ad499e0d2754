/** The format of a file: named by the caller, or by the file's extension. */
import { errors } from '../errors.ts';
import { isRawFormat, type RawFormat } from '../raw/amazon.ts';

/**
 * - CSV follows RFC 4180: commas and double quotes; a quoted field may hold line breaks.
 * - TSV has no quoting (IANA text/tab-separated-values): a double quote is an ordinary character.
 * - JSONL is one JSON object per line.
 */
export type Format = 'csv' | 'tsv' | 'jsonl' | 'parquet';

export type TextFormat = Exclude<Format, 'parquet'>;

const EXTENSIONS: Record<string, Format> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'jsonl',
  parquet: 'parquet',
  pq: 'parquet',
};

/** An extension that an import knows, that of a compressed file included, and nothing before it. */
export const FILE_EXTENSION = new RegExp(`^\\.(${Object.keys(EXTENSIONS).join('|')})(\\.(gz|zst))?$`, 'i');

/** @throws LorekeepError `IMPORT_UNKNOWN_FORMAT` */
export function formatOf(file: string, given: Format | RawFormat | 'auto'): Format {
  if (isRawFormat(given)) return 'jsonl';
  if (given !== 'auto') return given;
  const extension = /\.([a-z]+)(\.(gz|zst))?$/i.exec(file)?.[1].toLowerCase();
  const format = extension === undefined ? undefined : EXTENSIONS[extension];
  if (format === undefined) throw errors.IMPORT_UNKNOWN_FORMAT({ file });
  return format;
}
