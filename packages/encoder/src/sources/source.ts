/** What all sources of models share: what they are asked for and what they return. */
import type { Progress } from '@lorekeep/core';
import type { RetryPolicy } from '../retry.ts';

export interface SourceRequest {
  /** Hub id `org/name`. */
  repo: string;
  /** Lorekeep's folder of models. */
  cache: string;
  /** Folder for downloaded files until their model is complete. */
  downloads: string;
  retry: RetryPolicy;
  progress: Progress;
  signal: AbortSignal | undefined;
}

export interface FoundModel {
  directory: string;
  /** Path inside the directory → hash. Contains only hashes that were verified. */
  hashes: Record<string, string>;
}

/** A resolved model: where its files are and which source provided them. */
export interface ModelFiles {
  /** The id that was requested. */
  id: string;
  /** Display name: the hub id without its organisation, or the name of the directory. */
  name: string;
  directory: string;
  source: 'directory' | 'hub-cache' | 'cache' | 'hub' | 'mirror';
  /**
   * SHA-256 of `model.safetensors`. Absent for sharded weights, for a model in a module folder and
   * for exported graphs.
   */
  weights?: string;
}
