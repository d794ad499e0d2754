/** What kind of file this is (by its name), how it is packed (by its first bytes), and its bytes as a stream. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { fileMissing, fileUnreadable, unknownFormat } from './errors.ts';
import { isRawFormat, type RawFormat } from './raw/amazon.ts';

/**
 * CSV follows RFC 4180: commas, double quotes, quoted fields may hold line breaks. TSV has no quoting at all (IANA
 * text/tab-separated-values): a double quote in it is a character like any other. JSONL is one JSON object a line.
 */
export type Format = 'csv' | 'tsv' | 'jsonl' | 'parquet';

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

/** @throws LorekeepError `IMPORT_UNKNOWN_FORMAT` */
export function formatOf(file: string, given: Format | RawFormat | 'auto'): Format {
  if (isRawFormat(given)) return 'jsonl';
  if (given !== 'auto') return given;
  const extension = /\.([a-z]+)(\.(gz|zst))?$/i.exec(file)?.[1].toLowerCase();
  const format = extension === undefined ? undefined : EXTENSIONS[extension];
  if (format === undefined) throw unknownFormat(file);
  return format;
}

/** @throws LorekeepError `IMPORT_FILE_MISSING`, `IMPORT_FILE_UNREADABLE` */
export async function checkReadable(file: string): Promise<void> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new Error('it is not a file');
    await (await open(file)).close();
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') throw fileMissing(file);
    throw fileUnreadable(file, error);
  }
}

/** A file's bytes, unpacked if it is gzip or Zstandard. Reading errors surface when the stream is read. */
export async function unpacked(file: string): Promise<Readable> {
  const handle = await open(file);
  const { buffer: head } = await handle.read({ buffer: Buffer.alloc(4), position: 0 });
  await handle.close();
  const source = createReadStream(file, { highWaterMark: 1 << 20 });
  const magic = head.readUInt32BE();
  const unpack =
    magic >>> 16 === 0x1f8b
      ? createGunzip({ chunkSize: 1 << 20 })
      : magic === 0x28b52ffd
        ? createZstdDecompress({ chunkSize: 1 << 20 })
        : undefined;
  // An error of either stream destroys both and is thrown where the result is read.
  return unpack === undefined ? source : pipeline(source, unpack, () => {});
}
