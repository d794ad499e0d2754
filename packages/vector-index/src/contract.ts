/** The contract of every vector index: usearch, hnswlib, exact, and those to come. */

export type IndexKind = 'usearch' | 'hnswlib' | 'exact';

export interface SearchOptions {
  /** Keys for which this returns false are not returned. A filtered search still returns k results if k items pass. */
  filter?: (key: number) => boolean;
  /** Breadth of the graph search; larger is more exact and slower. Default: the adapter's. Ignored by `exact`. */
  ef?: number;
}

/** Best first; fewer than k only where the index (or what passes the filter) holds fewer. */
export interface SearchResult {
  keys: Uint32Array;
  /** Inner products. */
  scores: Float32Array;
}

/**
 * Nearest neighbours by inner product (item norms may carry confidence, so cosine alone is not enough).
 * Keys are unsigned 32-bit integers chosen by the caller.
 */
export interface VectorIndex {
  readonly kind: IndexKind;
  readonly dim: number;
  readonly size: number;
  /**
   * `vectors [keys.length × dim]`. A key that is already there is replaced; of a key named twice the last row stays.
   * Throws `INDEX_BAD_VECTORS`, nothing added, for another width or a non-finite value. Not for overlapping calls.
   */
  add(keys: Uint32Array, vectors: Float32Array): Promise<void>;
  /** Unknown keys are ignored. Returns how many were removed. */
  remove(keys: Uint32Array): Promise<number>;
  /** `query [dim]`. Throws `INDEX_BAD_QUERY` for another width or a non-finite value, `INDEX_BAD_K` for k < 1. */
  search(query: Float32Array, k: number, options?: SearchOptions): Promise<SearchResult>;
  /** The vector of a key, a copy in full precision; `undefined` for a key that is not there. */
  get(key: number): Float32Array | undefined;
  /** Writes one file. */
  save(path: string): Promise<void>;
  close(): Promise<void>;
}

export interface IndexOptions {
  dim: number;
  /** Expected number of vectors, to reserve room. Default 1024. */
  capacity?: number;
  /** Links a node (HNSW's M). Default 16. */
  connectivity?: number;
  /** Breadth while building. Default 128. */
  efConstruction?: number;
  /** Breadth while searching. Default 64. */
  ef?: number;
}

/** One file in `src/index/` a kind. `open` reads what `save` wrote. */
export interface IndexAdapter {
  create(options: IndexOptions): Promise<VectorIndex>;
  open(path: string, options: IndexOptions): Promise<VectorIndex>;
}
