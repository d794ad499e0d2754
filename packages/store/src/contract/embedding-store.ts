/** Embeddings: vectors of texts, addressed by model id and SHA-256 of the text (hexadecimal). */
export interface EmbeddingStore {
  /**
   * The hashes of those texts that `model` has not embedded yet. Order kept, duplicates removed.
   */
  missingEmbeddings(model: string, hashes: string[]): Promise<string[]>;
  /**
   * `vectors` is `[hashes.length × dim]`, row by row. Existing vectors are kept.
   * @throws LorekeepError `EMBEDDING_WIDTH` if the model's stored vectors have another dimension
   */
  putEmbeddings(model: string, dim: number, hashes: string[], vectors: Float32Array): Promise<void>;
  /**
   * `[hashes.length × dim]` in the order of `hashes`.
   * @throws LorekeepError `EMBEDDING_MISSING`, which says how many are missing
   */
  getEmbeddings(model: string, hashes: string[]): Promise<{ dim: number; vectors: Float32Array }>;
  /** Models that have embeddings here, with the number of texts of each. */
  embeddingModels(): Promise<{ model: string; dim: number; texts: number }[]>;
}
