/** The contract of a knowledge store. */
import type { KnowledgeBatch, KnowledgeEntries, KnowledgeQuery, KnowledgeSchema } from './data.ts';

/** How numbers are stored. `int8` has one scale for each block of an entry. */
export type KnowledgePrecision = 'fp32' | 'fp16' | 'int8';

export interface AlignOptions {
  /** The version whose entries the new ones are mapped onto. Default: the newest. */
  to?: string;
  /** If an orthogonal map leaves a larger residual, a ridge map is tried. 0 to 10, default 0.3. */
  ridgeAbove?: number;
}

export interface PublishOptions {
  /** Default: a name made of the time in UTC and six random digits. */
  version?: string;
  schema: KnowledgeSchema;
  /** Batches of any order. If an entity comes twice, its last entry counts. */
  entries: AsyncIterable<KnowledgeEntries> | Iterable<KnowledgeEntries>;
  /** Default `fp16`. */
  precision?: KnowledgePrecision;
  /** Map the entries onto those of an earlier version, so that its models can read the new one. Default: not. */
  align?: AlignOptions;
}

/** How a block was mapped. */
export type AlignmentMap = 'orthogonal' | 'signed-permutation' | 'ridge';

export interface KnowledgeAlignment {
  to: string;
  /** Block → its map. */
  maps: Record<string, AlignmentMap>;
  /**
   * Block or interaction → ‖A·R − B‖ / ‖B‖ over entries of both versions that no map was fitted on.
   * A is the new version, B the former, R the map. For an interaction: over pairs of user and item.
   */
  residuals: Record<string, number>;
  /** The largest residual of a part of K̂. A factor is no part of K̂, its interaction is. */
  residual: number;
  /** Earlier version → sum of the residuals from this version to it. */
  chain: Record<string, number>;
}

export interface KnowledgeVersion {
  version: string;
  /** Unix seconds, with milliseconds. */
  publishedAt: number;
  schema: KnowledgeSchema;
  fingerprint: string;
  precision: KnowledgePrecision;
  /** Entries that were published. */
  entries: { user: number; item: number; userCategory: number };
  alignment?: KnowledgeAlignment;
}

export interface ReadOptions {
  /**
   * Allow a version that is aligned to the wanted one, if the residuals from it to the wanted one sum
   * up to no more than this. 0 to 10, default 0: only the wanted version.
   */
  maxResidual?: number;
  /** Wanted is the newest version that `maxResidual` allows and that is not older than this one. */
  atLeast?: string;
  /**
   * Takes the values of the answer, which are then a part of it, until the caller uses it again. It has
   * at least pairs × width numbers. Default: new memory, which the garbage collector must free: half
   * a megabyte for 500 pairs.
   */
  into?: Float32Array;
}

export interface KnowledgeAnswer extends KnowledgeBatch {
  /** Seconds since the version was published. */
  ageSeconds: number;
  /** Sum of the residuals from the version that was read to the wanted one; 0 for the wanted one itself. */
  residual: number;
}

export interface KnowledgeStats {
  reads: number;
  /** Reads that another version than the wanted one answered. */
  alignedReads: number;
  pairs: number;
  /** Share of the pairs whose entry was there; 0 before the first. */
  hitRate: { user: number; item: number; userCategory: number };
  /** Of the newest answer. */
  ageSeconds: number;
  residual: number;
  /** Look-ups of items that a cache of this process answered, and that it did not. */
  cacheHits: number;
  cacheMisses: number;
}

export interface KnowledgeStore {
  /**
   * Publishes a version. It is all or nothing: if the process is killed, the former versions are
   * served as before, and a later publication removes what is left. Afterwards only the newest
   * versions are kept (`keep`).
   *
   * @throws LorekeepError `KNOWLEDGE_SCHEMA_INVALID`, `KNOWLEDGE_ENTRIES_INVALID`,
   *   `KNOWLEDGE_VERSION_EXISTS`, `KNOWLEDGE_ALIGNMENT_IMPOSSIBLE`
   */
  publish(space: string, options: PublishOptions): Promise<KnowledgeVersion>;
  /** The versions of a space, oldest first; none for a space that does not exist. */
  versions(space: string): Promise<KnowledgeVersion[]>;
  /**
   * The version that a model of the version `wanted` can read: `wanted` itself, or one that is aligned
   * to it.
   *
   * @throws LorekeepError `KNOWLEDGE_VERSION_MISMATCH` if there is none, `KNOWLEDGE_VERSION_UNKNOWN` if
   *   `atLeast` does not exist
   */
  resolve(space: string, wanted: string, options?: ReadOptions): Promise<KnowledgeVersion>;
  /**
   * Reads K̂ of many pairs. An entry that is missing is zeros, and its `present` is 0.
   *
   * @throws LorekeepError `KNOWLEDGE_VERSION_UNKNOWN`; with options also `KNOWLEDGE_VERSION_MISMATCH`;
   *   `KNOWLEDGE_OTHER_SCHEMA`, `KNOWLEDGE_DAMAGED`, `KNOWLEDGE_STORE_UNAVAILABLE`
   */
  read(space: string, version: string, query: KnowledgeQuery, options?: ReadOptions): Promise<KnowledgeAnswer>;
  /**
   * Adds or replaces entries of users, and of users and categories, in a published version. They come
   * from the same training run as the version: if the version is aligned, its maps are applied.
   */
  updateUsers(
    space: string,
    version: string,
    entries: AsyncIterable<KnowledgeEntries> | Iterable<KnowledgeEntries>,
  ): Promise<void>;
  /**
   * Erases users (with their entries by category) and items from every version, and from publications
   * of this process that are running.
   */
  remove(space: string, ids: { users?: readonly string[]; items?: readonly string[] }): Promise<void>;
  stats(): KnowledgeStats;
  /** Every other call throws `KNOWLEDGE_STORE_CLOSED` afterwards. */
  close(): Promise<void>;
}
