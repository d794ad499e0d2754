/**
 * The contract of an adapter: where the blobs of a knowledge store lie. Checks, precision, alignment,
 * retention and the assembly of K̂ are above it, in `createKnowledgeStore`.
 */
import type { Kind } from '../schema/layout.ts';
import type { KnowledgeQuery } from './data.ts';
import type { KnowledgeVersion } from './store.ts';

/** Blobs of one kind, one after the other. */
export interface BlobRows {
  kind: Kind;
  ids: readonly string[];
  /** For `userCategory` only. */
  categories?: readonly string[];
  /** `[ids.length × byteLength]` */
  blobs: Uint8Array;
  byteLength: number;
}

/** Where the blob of each pair is. It stays unchanged until the caller's next `await`. */
export interface FoundBlobs {
  /** `undefined` if the entry is missing. */
  bytes: (Uint8Array | undefined)[];
  /** First byte of the blob in `bytes`. */
  offsets: Float64Array;
}

export interface RemovedIds {
  users: readonly string[];
  items: readonly string[];
}

/** Writes a version that nobody sees yet. */
export interface VersionWriter {
  put(rows: BlobRows): Promise<void>;
  /** Keeps bytes with the version: the maps of its alignment. */
  putMaps(maps: Uint8Array): Promise<void>;
  /** Erases what `put` has written. */
  remove(ids: RemovedIds): Promise<void>;
}

export interface KnowledgeTables {
  /** What the store is called in messages: a folder, or an address without password. */
  readonly place: string;
  /** The finished versions, in any order. */
  records(space: string): Promise<KnowledgeVersion[]>;
  /**
   * Writes a version under another name, and makes it visible in one step when `fill` returns its
   * record. If `fill` throws, nothing stays visible.
   */
  publish(space: string, version: string, fill: (writer: VersionWriter) => Promise<KnowledgeVersion>): Promise<void>;
  /**
   * Finds the blobs of many pairs, for the wanted kinds.
   *
   * @returns `undefined` if there is no such version
   */
  find(
    space: string,
    version: string,
    query: KnowledgeQuery,
    wanted: Readonly<Record<Kind, boolean>>,
  ): Promise<Record<Kind, FoundBlobs> | undefined>;
  /** What `putMaps` kept. */
  maps(space: string, version: string): Promise<Uint8Array | undefined>;
  /**
   * Adds or replaces blobs of a finished version, durably.
   *
   * @returns false if there is no such version
   */
  update(space: string, version: string, rows: BlobRows): Promise<boolean>;
  /** Erases users and items from every finished version. */
  remove(space: string, ids: RemovedIds): Promise<void>;
  /** Removes versions, and what publications left that were killed. */
  collect(space: string, versions: readonly string[]): Promise<void>;
  cacheStats(): { hits: number; misses: number };
  close(): Promise<void>;
}
