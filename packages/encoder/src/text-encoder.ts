/** The contract of every frozen text encoder: built-in ONNX, lexical, an endpoint, transformers.js. */

import type { EndpointOptions } from './providers/endpoint-options.ts';
import type { Probe } from './providers/probe.ts';
import type { Precision } from './transformer/layers/int8.ts';

export interface TextEncoder {
  /** Content hash of model + pooling + normalisation + precision: equal ids give equal vectors. */
  readonly id: string;
  /** For people: `'all-MiniLM-L6-v2'`, `'lexical'`. */
  readonly name: string;
  /** Width of a vector. */
  readonly dim: number;
  /** False for the lexical stand-in, which callers must announce loudly. */
  readonly isLanguageModel: boolean;
  /** Tokens a text is cut to, special tokens included. Absent: none, or not known. */
  readonly maxLength?: number;
  /** How `encodeCatalogue` hands over its texts. Absent: as its header says. */
  readonly work?: WorkUnits;
  /** What `openEncoder` needs beside the model's name to open this very encoder again. JSON, never a secret. */
  readonly settings?: EncoderSettings;
  /**
   * Vectors `[texts.length × dim]`, L2-normalised rows, in the order given. A language model has a vector for the empty
   * text too (its special tokens alone); the lexical encoder gives zeros to a text without any known word.
   *
   * The same list gives the same bytes, whatever other calls run meanwhile: batches are made of one call's texts
   * alone. (Another list may give a text other last bits; and another machine's endpoint is beyond our word.)
   */
  encode(texts: string[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** What of a long job an encoder is given at a time. */
export interface WorkUnits {
  /** About so many characters a call (four to a token). What one killed process loses is a few of these. */
  characters: number;
  /** Calls at the same time. */
  calls: number;
}

export interface EncoderSettings {
  /** Of a built-in model. Default `'fp32'`. */
  precision?: Precision;
  /** Of `endpoint:MODEL`. */
  endpoint?: EndpointOptions;
  /** The endpoint's vectors of the probe texts when it was first opened; another model behind it is found by them. */
  probe?: Probe;
}

/** Where a model's files lie, and how they got there. */
export interface ModelFiles {
  /** As it was asked for. */
  id: string;
  /** For people: the hub name without its organisation, or the directory's name. */
  name: string;
  directory: string;
  source: 'directory' | 'hub-cache' | 'cache' | 'hub' | 'mirror';
  /** SHA-256 of `model.safetensors`; absent for models whose weights are in several files, a folder, or a ready graph. */
  weights?: string;
}
