/**
 * The interface of every architecture: its sizes, and the layers from token ids to token vectors.
 */
import type { Layers } from '../layers/layers.ts';

export interface TextInputs {
  /** int64 `[batch, length]` */
  ids: string;
  /** float32 `[batch, length]`: 1 for real tokens, 0 for padding. Padding is on the right. */
  mask: string;
}

export interface Architecture {
  /** Dimension of a token vector. */
  hidden: number;
  /** Vocabulary size: all token ids are below it. */
  vocabulary: number;
  /** Maximal number of tokens in a text, special tokens included. */
  maxTokens: number;
  /** Optional prefixes of weight names. */
  prefixes: readonly string[];
  /**
   * All values of `config.json` that the vectors depend on. Its JSON is part of the encoder's id:
   * never rename a key.
   */
  settings: object;
  /** Writes all layers into the graph. Returns the last hidden state, `[batch, length, hidden]`. */
  write(layers: Layers, inputs: TextInputs): string;
}
