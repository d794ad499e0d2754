/** One door to every encoder: by name, directory or hub id. */
import type { RunContext } from '@lorekeep/core';
import { createLexicalEncoder } from './lexical.ts';
import { loadOnnxEncoder, type OnnxEncoderOptions } from './onnx.ts';
import { DEFAULT_MODEL, type ResolveOptions, resolveModel } from './sources.ts';
import type { TextEncoder } from './types.ts';

export interface OpenEncoderOptions
  extends RunContext,
    Pick<ResolveOptions, 'cacheDir' | 'offline'>,
    Pick<OnnxEncoderOptions, 'threads' | 'maxLength' | 'batchTokens' | 'prompt' | 'promptName' | 'dimensions'> {
  /** What `'lexical'` is fitted on: the texts of the catalogue. Other models do not need it. */
  corpusTexts?: Iterable<string>;
}

/**
 * Opens an encoder, fetching its model first where it is nowhere on this machine.
 *
 * @param model `'all-MiniLM-L6-v2'` (default), a directory, a hub id `'org/name'`, or `'lexical'`
 * @throws LorekeepError what `resolveModel`, `loadOnnxEncoder` and `createLexicalEncoder` throw
 * @example
 * const encoder = await openEncoder('all-MiniLM-L6-v2');
 * const vectors = await encoder.encode(['Title: Desk lamp.']); // Float32Array [1 × 384]
 * await encoder.close();
 */
export async function openEncoder(
  model: string = DEFAULT_MODEL,
  options: OpenEncoderOptions = {},
): Promise<TextEncoder> {
  if (model === 'lexical') return createLexicalEncoder(options.corpusTexts ?? []);
  const { name, directory, weights } = await resolveModel(model, options);
  options.signal?.throwIfAborted();
  return loadOnnxEncoder(directory, { ...options, name, weights });
}
