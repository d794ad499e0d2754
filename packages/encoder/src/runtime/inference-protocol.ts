/** Messages between the inference pool and its worker threads. */
import type { ExternalData } from '@lorekeep/graph';

/** What computes vectors from token ids and attention mask. */
export interface InferenceModel {
  /** The graph itself, with the output `embedding`, or the path of an exported graph. */
  graph: Uint8Array | string;
  /** Weights that the graph refers to. They are in shared memory; each session copies them once. */
  external?: ExternalData[];
  /** The output of an exported graph that `head` takes as `tokens`. */
  output?: string;
  /** Graph from `tokens` and `attention_mask` to `embedding`. */
  head?: Uint8Array;
}

/** The first message to a worker. */
export interface InferenceWorkerData extends InferenceModel {
  threads: number;
}

export interface InferenceRequest {
  ids: BigInt64Array<ArrayBuffer>;
  mask: BigInt64Array<ArrayBuffer>;
  shape: number[];
}

/** Without both fields: the session is ready. */
export interface InferenceAnswer {
  vectors?: Float32Array<ArrayBuffer>;
  error?: string;
}
