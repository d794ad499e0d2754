/**
 * A file's bytes, decompressed if its first bytes are those of gzip or Zstandard. A compressed file
 * may have several members one after the other, as `cat` and parallel compressors make them.
 */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { errors } from '../errors.ts';
import type { Compression } from './format.ts';
import { isSkippable, readFrames, ZSTANDARD_MAGIC } from './zstandard.ts';

const BLOCK_BYTES = 1 << 20;
const GZIP_MAGIC = 0x1f8b;

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

/** The first bytes of a file as they are stored. */
export async function readHead(file: string, length: number, position = 0): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(length), position });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

export function compressionOf(head: Buffer): Compression {
  if (head.length >= 2 && head.readUInt16BE() === GZIP_MAGIC) return 'gzip';
  if (head.length < 4) return 'none';
  const magic = head.readUInt32LE();
  return magic === ZSTANDARD_MAGIC || isSkippable(magic) ? 'zstd' : 'none';
}

/** @throws LorekeepError `IMPORT_FILE_UNREADABLE` if the file cannot be read or decompressed */
export async function* openUnpacked(file: string, compression: Compression): AsyncGenerator<Buffer> {
  try {
    // An error of either stream of a pipeline destroys both, so its callback has nothing to do.
    if (compression === 'none') yield* readBytes(file);
    else if (compression === 'gzip') {
      yield* pipeline(readBytes(file), createGunzip({ chunkSize: BLOCK_BYTES }), () => {});
    } else {
      for (const frame of await frames(file)) {
        yield* pipeline(readBytes(file, frame), createZstdDecompress({ chunkSize: BLOCK_BYTES }), () => {});
      }
    }
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    const fromStream = typeof code === 'string' && /^(Z_|ZSTD_|ERR_ZLIB|ERR_STREAM|E[A-Z]+$)/.test(code);
    throw fromStream ? errors.IMPORT_FILE_UNREADABLE({ file, reason: message }, error) : error;
  }
}

async function frames(file: string): Promise<{ start: number; end: number }[]> {
  return readFrames(file).catch((error) => {
    throw errors.IMPORT_FILE_UNREADABLE({ file, reason: error.message }, error);
  });
}

const readBytes = (file: string, range: { start?: number; end?: number } = {}) =>
  createReadStream(file, { highWaterMark: BLOCK_BYTES, ...range });
