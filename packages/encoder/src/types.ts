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
  /** Vectors `[texts.length × dim]`, L2-normalised rows, in the order given. */
  encode(texts: string[]): Promise<Float32Array>;
  close(): Promise<void>;
}
