/** What every architecture is to the rest of the room: its sizes, and the layers from token ids to token vectors. */
import type { Layers } from '../layers/layers.ts';

export interface TextInputs {
  /** int64 `[batch, length]` */
  ids: string;
  /** float32 `[batch, length]`: 1 for real tokens, 0 for padding, which stands on the right. */
  mask: string;
}

export interface Architecture {
  /** Width of a token's vector. */
  hidden: number;
  /** Token ids are below it. */
  vocabulary: number;
  /** Most tokens a text may have, special tokens included. */
  maxTokens: number;
  /** What may stand before the names of weights. */
  prefixes: readonly string[];
  /** Everything read from `config.json` that the vectors depend on; part of the encoder's id. */
  settings: object;
  /** Writes all layers; returns the last hidden state, `[batch, length, hidden]`. */
  write(layers: Layers, inputs: TextInputs): string;
}
