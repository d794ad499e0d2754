/** The key of an entry as bytes: the id in UTF-8; for a category the byte 0xFF and the category follow. */
import { MAX_ID } from '../../contract/checks.ts';

/** 0xFF occurs in no UTF-8 text, so two entries never share a key. */
export const SEPARATOR = 0xff;
/** Bytes of the longest key. */
export const MAX_KEY: number = 2 * 3 * MAX_ID + 1;
const encoder = new TextEncoder();

/**
 * Writes a key at `at`, where `MAX_KEY` bytes must be free.
 *
 * @returns its end, or -1 for an id that no entry can have
 */
export function writeKey(bytes: Uint8Array, at: number, id: string, category: string | undefined): number {
  const end = append(bytes, at, id);
  if (end < 0 || category === undefined) return end;
  bytes[end] = SEPARATOR;
  return append(bytes, end + 1, category);
}

function append(bytes: Uint8Array, at: number, text: string): number {
  const { length } = text;
  if (length > MAX_ID) return -1;
  for (let j = 0; j < length; j++) {
    const code = text.charCodeAt(j);
    if (code > 127) {
      if (!text.isWellFormed()) return -1;
      return at + encoder.encodeInto(text, bytes.subarray(at)).written;
    }
    bytes[at + j] = code;
  }
  return at + length;
}

/** A key in words, with zeros up to the next one. */
export const wordsOf = (length: number): number => (length + 3) >> 2;

/** A hash of 32 bits: multiplication and shift for each word, then the final mix of MurmurHash3. */
export function hashKey(words: Int32Array, from: number, length: number, kind: number): number {
  let hash = 0x811c9dc5 ^ kind;
  const end = from + wordsOf(length);
  for (let at = from; at < end; at++) {
    hash = Math.imul(hash ^ words[at], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
