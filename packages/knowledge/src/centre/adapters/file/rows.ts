/**
 * The file of rows, for the entries of a version and for its later updates:
 *
 *     0   8  magic, "LKKNOW01"
 *     8      rows, one after the other:
 *         0   4  CRC-32 of everything from byte 8 of the row on
 *         4   4  bytes of the row
 *         8   1  kind: 0 user, 1 item, 2 user and category, 3 erased, 4 "read this version again"
 *         9   1  0
 *        10   2  bytes of the key
 *        12      key, with zeros up to a multiple of 4; blob, with zeros up to a multiple of 8
 *
 * A row that is erased keeps its length; its key and blob are overwritten with zeros.
 */
import { crc32 } from 'node:zlib';
import type { BlobRows } from '../../contract/tables.ts';
import { KINDS } from '../../schema/layout.ts';
import { MAX_KEY, writeKey } from './key.ts';

export const MAGIC = Buffer.from('LKKNOW01');
export const ROW_HEAD = 12;
/** Every row begins and ends at a multiple of this. */
export const ROW_UNIT = 8;
/** Offset of the kind within a row. */
export const KIND_AT = 8;
export const ERASED = KINDS.length;
export const READ_AGAIN = ERASED + 1;
/** More than the longest key and the widest entry take. */
const MAX_ROW = 100_000;

/** Where the blob begins within a row. */
export const blobAt = (keyLength: number): number => (ROW_HEAD + keyLength + 3) & ~3;

/** The rows of a batch as bytes. */
export function rowsToBytes({ kind, ids, categories, blobs, byteLength }: BlobRows): Buffer {
  const key = new Uint8Array(MAX_KEY);
  const kindCode = KINDS.indexOf(kind);
  const parts: Buffer[] = [];
  for (let row = 0; row < ids.length; row++) {
    const keyLength = writeKey(key, 0, ids[row], categories?.[row]);
    const bytes = Buffer.alloc(Math.ceil((blobAt(keyLength) + byteLength) / ROW_UNIT) * ROW_UNIT);
    bytes.writeUInt32LE(bytes.length, 4);
    bytes[KIND_AT] = kindCode;
    bytes[KIND_AT + 1] = 0;
    bytes.writeUInt16LE(keyLength, 10);
    bytes.set(key.subarray(0, keyLength), ROW_HEAD);
    bytes.set(blobs.subarray(row * byteLength, (row + 1) * byteLength), blobAt(keyLength));
    bytes.writeUInt32LE(crc32(bytes.subarray(KIND_AT)), 0);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

/** A row that makes every process read the version again. */
export function readAgainRow(): Buffer {
  const bytes = Buffer.alloc(2 * ROW_UNIT);
  bytes.writeUInt32LE(bytes.length, 4);
  bytes[KIND_AT] = READ_AGAIN;
  bytes.writeUInt32LE(crc32(bytes.subarray(KIND_AT)), 0);
  return bytes;
}

export interface Row {
  /** First byte of the row. */
  at: number;
  length: number;
  kind: number;
  keyLength: number;
}

/** The row at `at`; `undefined` if there is no complete and undamaged one. */
export function rowAt(bytes: Buffer, at: number): Row | undefined {
  if (at + ROW_HEAD > bytes.length) return undefined;
  const length = bytes.readUInt32LE(at + 4);
  const kind = bytes[at + KIND_AT];
  const keyLength = bytes.readUInt16LE(at + 10);
  if (
    length < ROW_HEAD + (kind === ERASED ? 0 : keyLength) ||
    length > MAX_ROW ||
    length % ROW_UNIT !== 0 ||
    at + length > bytes.length
  )
    return undefined;
  if (kind > READ_AGAIN) return undefined;
  if (kind !== ERASED && crc32(bytes.subarray(at + KIND_AT, at + length)) !== bytes.readUInt32LE(at)) return undefined;
  return { at, length, kind, keyLength };
}

/**
 * The first row at or after `at`. A row that a killed process left incomplete is skipped if another
 * follows it.
 */
export function nextRow(bytes: Buffer, at: number): Row | undefined {
  for (let start = at; start + ROW_HEAD <= bytes.length; start++) {
    const row = rowAt(bytes, start);
    // An erased row has no checksum, so it counts only where a row must begin.
    if (row !== undefined && (start === at || row.kind !== ERASED)) return row;
  }
  return undefined;
}
