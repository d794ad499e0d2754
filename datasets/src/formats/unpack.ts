/** A file's bytes as a stream, decompressed if its first bytes are those of gzip or Zstandard. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { errors } from '../errors.ts';

const BLOCK_BYTES = 1 << 20;
const GZIP_MAGIC = 0x1f8b;
const ZSTANDARD_MAGIC = 0x28b52ffd;

/** @throws LorekeepError `IMPORT_FILE_MISSING`, `IMPORT_FILE_UNREADABLE` */
export async function checkReadable(file: string): Promise<void> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new Error('it is not a file');
    await (await open(file)).close();
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') throw errors.IMPORT_FILE_MISSING({ file });
    throw errors.IMPORT_FILE_UNREADABLE({ file, reason: (error as Error).message }, error);
  }
}

/**
 * Opens a file as a stream of decompressed bytes. Errors of reading are thrown where the stream is
 * read.
 */
export async function openUnpacked(file: string): Promise<Readable> {
  const handle = await open(file);
  const { buffer: head } = await handle.read({ buffer: Buffer.alloc(4), position: 0 });
  await handle.close();
  const source = createReadStream(file, { highWaterMark: BLOCK_BYTES });
  const magic = head.readUInt32BE();
  const decompress =
    magic >>> 16 === GZIP_MAGIC
      ? createGunzip({ chunkSize: BLOCK_BYTES })
      : magic === ZSTANDARD_MAGIC
        ? createZstdDecompress({ chunkSize: BLOCK_BYTES })
        : undefined;
  // An error of either stream destroys both, so the callback has nothing to do.
  return decompress === undefined ? source : pipeline(source, decompress, () => {});
}
