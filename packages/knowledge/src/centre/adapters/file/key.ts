/** The key of an entry as bytes: the id in UTF-8; for a category the byte 0xFF and the category follow. */
import { MAX_ID } from '../../contract/checks.ts';

/** 0xFF occurs in no UTF-8 text, so two entries never share a key. */
export const SEPARATOR = 0xff;
const MAX_KEY = 2 * 3 * MAX_ID + 1;
const encoder = new TextEncoder();

/** A buffer that holds one key at a time. */
export interface KeyBuffer {
  bytes: Uint8Array;
  /** @returns the length of the key, or -1 for an id that no entry can have */
  write(id: string, category?: string): number;
}

export function createKeyBuffer(): KeyBuffer {
  const bytes = new Uint8Array(MAX_KEY);
  const append = (text: string, at: number): number => {
    if (text.length > MAX_ID) return -1;
    for (let j = 0; j < text.length; j++) {
      const code = text.charCodeAt(j);
      if (code > 127) {
        if (!text.isWellFormed()) return -1;
        return at + encoder.encodeInto(text, bytes.subarray(at)).written;
      }
      bytes[at + j] = code;
    }
    return at + text.length;
  };
  return {
    bytes,
    write(id, category) {
      const end = append(id, 0);
      if (end < 0 || category === undefined) return end;
      bytes[end] = SEPARATOR;
      return append(category, end + 1);
    },
  };
}

/** FNV-1a with a final mix, 32 bits. */
export function hashKey(bytes: Uint8Array, from: number, length: number, kind: number): number {
  let hash = 0x811c9dc5 ^ kind;
  for (let j = from; j < from + length; j++) hash = Math.imul(hash ^ bytes[j], 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
