/**
 * The format of a vector table in a file, after the bytes that the adapter's own library wrote:
 *
 *     library's bytes | keys u32[size] | vectors f32[size × dim] | footer of 40 bytes
 *
 * All numbers are little-endian. The library reads its part from the front and ignores the rest, so
 * a usearch file stays a usearch file. The footer holds the lengths and a CRC-32 of everything
 * before it. A truncated or damaged file is therefore detected before native code reads it, which
 * does not check its input.
 */
import { appendFile, open, readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { systemError } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { createVectorTable, type VectorTable } from './vector-table.ts';

const MAGIC = Buffer.from('LKINDEX1');
const FOOTER = 40;

/**
 * Appends the table to the file, which it creates if the library wrote none, and flushes it to
 * disk.
 */
export async function appendTable(path: string, table: VectorTable): Promise<void> {
  const head = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const keys = bytesOf(table.keys());
  const vectors = bytesOf(table.vectors());
  const footer = Buffer.alloc(FOOTER);
  MAGIC.copy(footer, 0);
  footer.writeBigUInt64LE(BigInt(head.length), 8);
  footer.writeUInt32LE(table.size, 16);
  footer.writeUInt32LE(table.dim, 20);
  footer.writeUInt32LE(crc32(vectors, crc32(keys, crc32(head))), 24);
  await appendFile(path, Buffer.concat([keys, vectors, footer]));
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Some bytes more than a file system keeps for the end of a file. */
const PROBE_BYTES = 1 << 20;

/**
 * Writes a file with a native library, which does not say why it failed. The reason is then asked of
 * the system, by writing to the same file.
 * @throws LorekeepError `DISK_FULL`, `PATH_…`; or the error of the library
 */
export async function writeNatively(path: string, write: () => void): Promise<void> {
  try {
    write();
  } catch (error) {
    await appendFile(path, Buffer.alloc(PROBE_BYTES)).catch((reason) => {
      throw systemError(reason, path);
    });
    throw error;
  }
}

/**
 * Reads the table, and the bytes that the library wrote before it.
 *
 * @throws LorekeepError `INDEX_FILE_INVALID` for a missing, truncated or damaged file, or for
 *   another dimension
 */
export async function readTable(path: string, dim: number): Promise<{ table: VectorTable; head: Uint8Array }> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw errors.INDEX_FILE_INVALID({ path, reason: 'it cannot be read' }, error);
  });
  const end = bytes.length - FOOTER;
  if (end < 0 || !bytes.subarray(end, end + MAGIC.length).equals(MAGIC)) {
    throw errors.INDEX_FILE_INVALID({ path, reason: 'its end is missing' });
  }
  const headBytes = Number(bytes.readBigUInt64LE(end + 8));
  const size = bytes.readUInt32LE(end + 16);
  const actual = bytes.readUInt32LE(end + 20);
  if (headBytes + size * 4 + size * actual * 4 !== end)
    throw errors.INDEX_FILE_INVALID({ path, reason: 'its length does not match its footer' });
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end + 24)) {
    throw errors.INDEX_FILE_INVALID({ path, reason: 'its checksum does not match' });
  }
  if (actual !== dim)
    throw errors.INDEX_FILE_INVALID({ path, reason: `its vectors have dimension ${actual}, not ${dim}` });
  const keys = new Uint32Array(size);
  const vectors = new Float32Array(size * dim);
  bytes.copy(bytesOf(keys), 0, headBytes, headBytes + size * 4);
  bytes.copy(bytesOf(vectors), 0, headBytes + size * 4, end);
  return { table: createVectorTable(dim, size, keys, vectors), head: bytes.subarray(0, headBytes) };
}

function bytesOf(array: Uint32Array | Float32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
