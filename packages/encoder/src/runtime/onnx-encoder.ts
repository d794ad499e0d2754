/**
 * The built-in text encoder, run by ONNX Runtime: texts in, unit vectors out. The settings in the
 * model's folder (modules, pooling, maximal length) are followed exactly; a setting that is not
 * supported is refused, because a vector that is only similar to the model's would be worse than an
 * error.
 *
 * Most of the time goes into matrix products, which are fastest in small batches whose activations
 * fit into a core's cache: one thread encodes 100 item texts per second with 256 tokens per batch,
 * 88 with 1,024 (all-MiniLM-L6-v2, best of 5, AVX-512).
 */
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkInteger } from '../check-option.ts';
import { errors } from '../errors.ts';
import type { TextEncoder } from '../text-encoder.ts';
import { batchInputs, packBatches } from './batches.ts';
import { closable } from './closable.ts';
import { createInferencePool } from './inference-pool.ts';
import { loadModel, type ModelOptions } from './model.ts';
import type { TextTokenizer } from './tokenise.ts';

/** How a model runs in ONNX Runtime. */
export interface OnnxEncoderOptions extends ModelOptions {
  /** Display name. Default: the directory's name. */
  name?: string;
  /**
   * Threads that compute. Default: the machine's available parallelism. Up to four threads have a
   * session each, with its own copy of the weights; additional threads share these sessions.
   */
  threads?: number;
  /** Tokens per batch, padding included. Default 256. At least 1. */
  batchTokens?: number;
}

/** Characters tokenised without a pause: about 4,000 tokens, a few hundredths of a second. */
const SLICE_CHARACTERS = 16_384;
/** Tokenising pauses when this number of batches per thread is unfinished. */
const PENDING_BATCHES = 16;

/**
 * Loads a folder: `config.json`, `tokenizer.json`, weights (`model.safetensors`, shards or an
 * exported `model.onnx`) and, if present, the settings and modules of sentence-transformers.
 * @throws LorekeepError `MODEL_FILE_MISSING`, `MODEL_BAD_FILE`, `MODEL_UNSUPPORTED`,
 *   `ENCODER_BAD_OPTION`, and `SAFETENSORS_*` for damaged weights
 */
export async function loadOnnxEncoder(directory: string, options: OnnxEncoderOptions = {}): Promise<TextEncoder> {
  const { name = basename(directory), threads = availableParallelism(), batchTokens = 256 } = options;
  checkInteger('threads', threads, 1, 1024);
  checkInteger('batchTokens', batchTokens, 1, 1 << 20);
  const {
    id,
    dim,
    maxLength,
    tokenizer: itemTokenizer,
    queryTokenizer,
    inference,
  } = await loadModel(directory, options);
  const pool = await createInferencePool(name, inference, threads);
  return {
    id,
    name,
    dim,
    isLanguageModel: true,
    maxLength,
    ...(options.precision === 'int8' ? { settings: { precision: options.precision } } : {}),
    ...closable(
      name,
      { encode: encodeWith(itemTokenizer), ...(queryTokenizer && { encodeQueries: encodeWith(queryTokenizer) }) },
      () => pool.close(),
    ),
  };

  function encodeWith(texts: TextTokenizer) {
    return (list: string[]) => encodeAll(list, texts);
  }

  /** Tokenises slice by slice, sorted by length, while the threads compute the slices before. */
  async function encodeAll(texts: string[], tokenizer: TextTokenizer): Promise<Float32Array> {
    const vectors = new Float32Array(texts.length * dim);
    const pending = new Set<Promise<void>>();
    for (const slice of slicesByLength(texts)) {
      const tokens = slice.map((index) => tokenizer.tokenise(texts[index]));
      const lengths = tokens.map((ids) => ids.length);
      for (const batch of packBatches(lengths, batchTokens)) {
        // A text without any token, not even a special token, keeps its vector of zeros.
        if (batch.length === 0) continue;
        const { ids, mask } = batchInputs(tokens, batch);
        const work = pool.run(ids, mask, batch.rows.length, batch.length).then((embedding) => {
          batch.rows.forEach((row, r) => {
            const vector = embedding.subarray(r * dim, (r + 1) * dim);
            if (!Number.isFinite(vector.reduce((sum, value) => sum + value, 0)))
              throw errors.ENCODER_NOT_FINITE({ encoder: name });
            vectors.set(vector, slice[row] * dim);
          });
          // A failed batch stays in the set, so that its error is thrown below.
          pending.delete(work);
        });
        pending.add(work);
        work.catch(() => {});
      }
      while (pending.size > PENDING_BATCHES * pool.size) await Promise.race(pending);
      await nextTurn();
    }
    await Promise.all(pending);
    return vectors;
  }
}

/** Indices of the texts, sorted by length in characters, in slices of about `SLICE_CHARACTERS`. */
function* slicesByLength(texts: readonly string[]): Generator<number[]> {
  const order = texts.map((_, index) => index).sort((a, b) => texts[a].length - texts[b].length || a - b);
  let slice: number[] = [];
  let characters = 0;
  for (const index of order) {
    slice.push(index);
    characters += texts[index].length;
    if (characters < SLICE_CHARACTERS) continue;
    yield slice;
    slice = [];
    characters = 0;
  }
  if (slice.length > 0) yield slice;
}
