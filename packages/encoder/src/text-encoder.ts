/**
 * The contract of every frozen text encoder: built-in ONNX, lexical, an endpoint, transformers.js.
 */
import type { EndpointOptions } from './providers/endpoint-options.ts';
import type { Probe } from './providers/probe.ts';
import type { Precision } from './transformer/layers/int8.ts';

/** A frozen text encoder. The caller closes it. */
export interface TextEncoder {
  /** Content hash of model + pooling + normalisation + precision: equal ids give equal vectors. */
  readonly id: string;
  /** Display name: `'all-MiniLM-L6-v2'`, `'lexical'`. */
  readonly name: string;
  /** Dimension of the vectors. */
  readonly dim: number;
  /** False for the lexical fallback. Callers must warn about it. */
  readonly isLanguageModel: boolean;
  /**
   * Texts are truncated to this number of tokens, special tokens included. Absent: no limit, or not
   * known.
   */
  readonly maxLength?: number;
  /**
   * How `encodeCatalogue` splits its work for this encoder. Default: see `job/encode-catalogue.ts`.
   */
  readonly work?: WorkUnits;
  /**
   * What `openEncoder` needs in addition to the model's name to reopen this encoder. JSON, without
   * secrets.
   */
  readonly settings?: EncoderSettings;
  /**
   * Vectors `[texts.length × dim]`, L2-normalised rows, in the order of the texts. A language model
   * also has a vector for the empty text (of its special tokens alone). The lexical encoder gives
   * zeros for a text without known words.
   *
   * The same list gives the same bytes, even if other calls run at the same time: a batch contains
   * only texts of one call. (Another list may change the last bits of a text's vector. For an
   * endpoint, nothing can be guaranteed.)
   */
  encode(texts: string[]): Promise<Float32Array>;
  /**
   * The same for what people search for, of a model that reads queries with words of their own before
   * them. Absent: queries are read as any other text.
   */
  encodeQueries?(queries: string[]): Promise<Float32Array>;
  /**
   * Waits for running calls and frees the model. Later calls of `encode` fail with
   * `ENCODER_CLOSED`; closing again does nothing.
   */
  close(): Promise<void>;
}

/** How a long job is split for an encoder. */
export interface WorkUnits {
  /** Approximate characters per call (four per token). A killed process loses a few calls. */
  characters: number;
  /** Concurrent calls. */
  calls: number;
}

/** What opens the same encoder again, beside its name. */
export interface EncoderSettings {
  /** For built-in models. Default `'fp32'`. */
  precision?: Precision;
  /** For `endpoint:MODEL`. */
  endpoint?: EndpointOptions;
  /**
   * The endpoint's vectors of the probe texts from the first opening. They reveal a changed model
   * behind the same name.
   */
  probe?: Probe;
}
