/** The contract of every frozen text encoder: built-in ONNX, lexical, and those to come. */

export interface TextEncoder {
  /** Content hash of model + pooling + normalisation + precision: equal ids give equal vectors. */
  readonly id: string;
  /** For people: `'all-MiniLM-L6-v2'`, `'lexical'`. */
  readonly name: string;
  /** Width of a vector. */
  readonly dim: number;
  /** False for the lexical stand-in, which callers must announce loudly. */
  readonly isLanguageModel: boolean;
  /**
   * Vectors `[texts.length × dim]`, L2-normalised rows, in the order given. A language model has a vector for the empty
   * text too (its special tokens alone); the lexical encoder gives zeros to a text without any known word.
   */
  encode(texts: string[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Where a model's files lie, and how they got there. */
export interface ModelFiles {
  /** As it was asked for. */
  id: string;
  /** For people: the hub name without its organisation, or the directory's name. */
  name: string;
  directory: string;
  source: 'directory' | 'hub-cache' | 'cache' | 'hub' | 'mirror';
  /** SHA-256 of `model.safetensors`. */
  weights: string;
}
