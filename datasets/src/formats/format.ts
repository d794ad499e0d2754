/** The format of a file: named by the caller, or told by the file's extension and content. */
import { isRawFormat, type RawFormat } from '../raw/amazon.ts';

/**
 * - CSV has a separator and double quotes by RFC 4180. The separator may be another than the comma.
 * - TSV has tabs; its fields are quoted only if the file shows it (IANA text/tab-separated-values
 *   has no quoting).
 * - JSONL is one JSON object per line.
 * - JSON is a list of objects, or objects that span lines.
 */
export type Format = 'csv' | 'tsv' | 'jsonl' | 'json' | 'parquet';

export const FORMATS: readonly Format[] = ['csv', 'tsv', 'jsonl', 'json', 'parquet'];

export type Compression = 'none' | 'gzip' | 'zstd';

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

/** The format that is given, or that the extension names; undefined if only the content can tell. */
export function namedFormat(file: string, given: Format | RawFormat | 'auto'): Format | undefined {
  if (isRawFormat(given)) return 'jsonl';
  if (given !== 'auto') return given;
  const extension = /\.([a-z]+)(\.(gz|zst))?$/i.exec(file)?.[1].toLowerCase();
  return extension === undefined ? undefined : EXTENSIONS[extension];
}
