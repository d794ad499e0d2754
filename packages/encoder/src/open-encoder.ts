/** One function for every encoder: by name, directory or hub id. */
import type { RunContext } from '@lorekeep/core';
import { errors } from './errors.ts';
import { createLexicalEncoder } from './lexical/lexical-encoder.ts';
import { openEndpoint } from './providers/endpoint.ts';
import { openTransformers } from './providers/transformers-js.ts';
import { loadOnnxEncoder, type OnnxEncoderOptions } from './runtime/onnx-encoder.ts';
import { DEFAULT_MODEL } from './sources/known-models.ts';
import { type ResolveOptions, resolveModel } from './sources/resolve.ts';
import type { EncoderSettings, TextEncoder } from './text-encoder.ts';

/**
 * How `openEncoder` finds and runs a model. Each kind of encoder reads the options that concern it.
 */
export interface OpenEncoderOptions
  extends RunContext,
    EncoderSettings,
    Pick<ResolveOptions, 'cacheDir' | 'offline'>,
    Pick<OnnxEncoderOptions, 'threads' | 'maxLength' | 'batchTokens' | 'prompt' | 'promptName' | 'dimensions'> {
  /**
   * The texts that `'lexical'` is fitted on, usually those of the catalogue. Other models ignore
   * them.
   */
  corpusTexts?: Iterable<string>;
}

const ENDPOINT_PREFIX = 'endpoint:';
const TRANSFORMERS_PREFIX = 'transformers:';

const registered = new Map<string, (options: OpenEncoderOptions) => Promise<TextEncoder>>();

/**
 * Adds a model name to this process: `openEncoder`, `encode` and the engine then open your encoder
 * by it. Registering a name again replaces its encoder. The name is stored in the workspace, so a
 * program that opens the engine registers it first.
 *
 * @param model a name that is no other model's, such as `'own:hashed-words'`
 * @param open Called each time the encoder is opened; the caller closes what it returns.
 * @example
 * registerEncoder('own:hashed-words', async () => createHashedWords({ dim: 256 }));
 */
export function registerEncoder(model: string, open: (options: OpenEncoderOptions) => Promise<TextEncoder>): void {
  registered.set(model, open);
}

/**
 * True if this package runs the model itself. False for a server, another library, `'lexical'`, and
 * a registered encoder.
 */
export function isBuiltIn(model: string): boolean {
  if (registered.has(model)) return false;
  return model !== 'lexical' && !model.startsWith(ENDPOINT_PREFIX) && !model.startsWith(TRANSFORMERS_PREFIX);
}

/**
 * Opens an encoder. Downloads its model first if the model is not on this machine.
 *
 * @param model `'all-MiniLM-L6-v2'` (default), a directory, a hub id `'org/name'`, `'lexical'`,
 *   `'endpoint:MODEL'` for an OpenAI-compatible embeddings endpoint, or `'transformers:DIRECTORY'`
 *   for a model with a `model.onnx` that `@huggingface/transformers` runs; or a name that
 *   `registerEncoder` added
 * @throws LorekeepError what `resolveModel`, `loadOnnxEncoder`, `createLexicalEncoder`,
 *   `openEndpoint` and `openTransformers` throw; `ENCODER_BAD_OPTION` for a precision that the
 *   model does not support
 * @example
 * const encoder = await openEncoder('all-MiniLM-L6-v2');
 * const vectors = await encoder.encode(['Title: Desk lamp.']); // Float32Array [1 × 384]
 * await encoder.close();
 */
export async function openEncoder(
  model: string = DEFAULT_MODEL,
  options: OpenEncoderOptions = {},
): Promise<TextEncoder> {
  const { precision = 'fp32' } = options;
  if (precision !== 'fp32' && !isBuiltIn(model))
    throw errors.ENCODER_BAD_OPTION({
      option: 'precision',
      value: precision,
      expected: `fp32 for ${model}, whose weights cannot be quantised here`,
    });
  const own = registered.get(model);
  if (own !== undefined) return own(options);
  if (model === 'lexical') return createLexicalEncoder(options.corpusTexts ?? []);
  if (model.startsWith(ENDPOINT_PREFIX)) {
    const { endpoint, probe, signal } = options;
    return openEndpoint(model.slice(ENDPOINT_PREFIX.length), { ...endpoint, probe, signal });
  }
  if (model.startsWith(TRANSFORMERS_PREFIX)) {
    const { name, directory } = await resolveModel(model.slice(TRANSFORMERS_PREFIX.length), options);
    options.signal?.throwIfAborted();
    const { threads, maxLength, batchTokens, prompt, promptName } = options;
    return openTransformers(directory, { name, threads, maxLength, batchTokens, prompt, promptName });
  }
  const { name, directory, weights } = await resolveModel(model, options);
  options.signal?.throwIfAborted();
  return loadOnnxEncoder(directory, { ...options, name, weights });
}
