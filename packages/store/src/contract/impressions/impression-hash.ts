/**
 * The fingerprint of an impression log: equal data gives an equal fingerprint in every adapter, and
 * for any size of batches.
 */
import { createHash } from 'node:crypto';
import type { ImpressionColumns, ImpressionNames } from './impression-log.ts';

const COLUMNS = ['users', 'items', 'timestamps', 'surfaces', 'positions', 'requests', 'outcomes'] as const;

/** The fingerprint of an impression log, of batches of any size. */
export interface ImpressionHash {
  /** Takes the next rows of the log. */
  update(rows: ImpressionColumns): void;
  /** SHA-256 over the names and all rows so far; called once, at the end. */
  digest(names: ImpressionNames): string;
}

/** Numbers are little-endian, as on every machine that Node supports. */
export function createImpressionHash(): ImpressionHash {
  // One hash for each column, because where batches end must not matter.
  const hashes = COLUMNS.map(() => createHash('sha256'));
  return {
    update(rows) {
      for (const [c, column] of COLUMNS.entries()) {
        const { buffer, byteOffset, byteLength } = rows[column];
        hashes[c].update(new Uint8Array(buffer, byteOffset, byteLength));
      }
    },
    digest({ userIds, itemIds, surfaceNames, outcomeNames, unattributed }) {
      const hash = createHash('sha256');
      for (const list of [userIds, itemIds, surfaceNames, outcomeNames, unattributed]) {
        hash.update(`${list.length}\n`);
        for (const value of list) hash.update(`${JSON.stringify(value)}\n`);
      }
      for (const column of hashes) hash.update(column.digest());
      return hash.digest('hex');
    },
  };
}

/**
 * 53 bits of a hash of a request's id. With ten million lists, the probability that any two share a
 * number is half a percent. After "cyrb53" by bryc (public domain), whose halves are MurmurHash3's
 * mixing steps: a cryptographic hash of each row would take longer than reading it.
 */
export function requestNumber(id: string): number {
  let h1 = 0xdeadbeef;
  let h2 = 0x41c6ce57;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    h1 = Math.imul(h1 ^ unit, 2654435761);
    h2 = Math.imul(h2 ^ unit, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  // 0 means "no request".
  return Math.max(1, 4294967296 * (2097151 & h2) + (h1 >>> 0));
}
