/**
 * The contract of a vector index. The built-in kinds run in this process.
 * The contract also fits an index behind a network, such as pgvector or Qdrant: everything that
 * reads or changes vectors is asynchronous and works in batches, and keys to leave out are data.
 * The one exception is `get`, which only a local index can offer.
 */

/** The kinds that come with this package. */
export type BuiltInIndexKind = 'usearch' | 'hnswlib' | 'exact';

/** A built-in kind, or one that `registerIndexAdapter` added. */
export type IndexKind = BuiltInIndexKind | (string & {});

/** Which keys a search may return, and how exact it is. */
export interface SearchOptions {
  /**
   * Keys that are not returned. Prefer it to `filter` if the keys are known: a remote index can
   * send them along with its query.
   */
  exclude?: ReadonlySet<number>;
  /**
   * Keys for which this returns false are not returned. It runs in this process; a remote index
   * asks for more results and filters them.
   */
  filter?: (key: number) => boolean;
  /**
   * Only these keys are returned, if they also pass. All of them are scored, which is exact, and for
   * some 10,000 keys faster than a graph. Unknown keys are ignored.
   */
  among?: Uint32Array;
  /**
   * Breadth of the graph search. Larger is more exact and slower. Default: the index's. Ignored by
   * `exact`.
   */
  ef?: number;
}

/** Best first. There are fewer than k only if fewer keys pass `exclude`, `filter` and `among`. */
export interface SearchResult {
  keys: Uint32Array;
  /** Inner products. */
  scores: Float32Array;
}

/** What an index can do beyond the contract. */
export interface IndexCapabilities {
  /** The vectors are in the memory of this process, so `get` works. */
  readonly local: boolean;
}

/**
 * Nearest neighbours by inner product, not by cosine: the norm of an item vector may carry
 * confidence. Keys are unsigned 32-bit integers that the caller chooses.
 */
export interface VectorIndex {
  readonly kind: IndexKind;
  readonly capabilities: IndexCapabilities;
  readonly dim: number;
  readonly size: number;
  /**
   * Adds vectors. A key that is present is replaced; if a batch contains a key twice, its last row
   * counts. Calls must not overlap.
   *
   * @param vectors `[keys.length × dim]`
   * @throws LorekeepError `INDEX_BAD_VECTORS` for another dimension or a non-finite value; nothing
   *   is added then
   */
  add(keys: Uint32Array, vectors: Float32Array): Promise<void>;
  /**
   * Removes keys. Unknown keys are ignored.
   *
   * @returns how many keys were removed
   */
  remove(keys: Uint32Array): Promise<number>;
  /**
   * Finds the `k` keys whose vectors have the largest inner products with the query.
   * @param query `[dim]`
   * @throws LorekeepError `INDEX_BAD_QUERY` for another dimension or a non-finite value,
   *   `INDEX_BAD_K` if k is not a whole number of at least 1
   */
  search(query: Float32Array, k: number, options?: SearchOptions): Promise<SearchResult>;
  /**
   * Reads vectors in one batch.
   *
   * @returns for each key a full-precision copy of its vector, `undefined` for an unknown key
   */
  getMany(keys: ArrayLike<number>): Promise<(Float32Array | undefined)[]>;
  /**
   * Inner products of a query with single vectors; 0 for an unknown key. Optional: without it,
   * vectors are read with `getMany`.
   *
   * @param query `[dim]`
   */
  scores?(query: Float32Array, keys: ArrayLike<number>): Promise<Float32Array>;
  /**
   * Reads one vector synchronously. Hot paths use it; everything else uses `getMany`.
   *
   * @returns a full-precision copy, `undefined` for an unknown key
   * @throws LorekeepError `INDEX_NOT_LOCAL` if `capabilities.local` is false
   */
  get(key: number): Float32Array | undefined;
  /**
   * Writes one file that the adapter's `open` reads. A remote index writes what it needs to find
   * its data again.
   */
  save(path: string): Promise<void>;
  /** Every other call throws `INDEX_CLOSED` afterwards. */
  close(): Promise<void>;
}

/** Adapters ignore the options that their library does not have. */
export interface IndexOptions {
  dim: number;
  /** Expected number of vectors, for which memory is reserved. Default 1024. */
  capacity?: number;
  /** Links per node (HNSW's M). Default 16. */
  connectivity?: number;
  /** Breadth while building. Default 128. */
  efConstruction?: number;
  /** Breadth while searching. Default 64. */
  ef?: number;
}

/**
 * Makes the indexes of one kind. The built-in adapters are in `src/adapters`, one file per kind.
 */
export interface IndexAdapter {
  /** Creates an empty index. */
  create(options: IndexOptions): Promise<VectorIndex>;
  /**
   * Opens what `save` wrote.
   *
   * @throws LorekeepError `INDEX_FILE_INVALID` for a missing or damaged file, or one of another
   *   dimension
   */
  open(path: string, options: IndexOptions): Promise<VectorIndex>;
}
