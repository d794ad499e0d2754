/**
 * A text encoder run by ONNX Runtime: texts in, unit vectors out. What a model's folder says in its `modules.json` and
 * the files that names (pooling, maximal length) is honoured, and what we cannot do exactly is refused: a vector that is
 * nearly the model's would be worse than none.
 *
 * Speed is matrix products, and these want small batches, whose activations stay in a core's own cache: one thread
 * encodes 100 item texts a second with 256 tokens a batch, 88 with 1,024 (all-MiniLM-L6-v2, best of 5, AVX-512).
 */
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { errors } from '../errors.ts';
import type { TextEncoder } from '../text-encoder.ts';
import { type Batch, packBatches } from './batches.ts';
import { withLifetime } from './closable.ts';
import { createInferencePool } from './inference-pool.ts';
import { checkWhole, loadModel, type ModelOptions } from './model.ts';

export interface OnnxEncoderOptions extends ModelOptions {
  /** For people. Default: the directory's name. */
  name?: string;
  /**
   * Threads that compute. Default: as many as the machine has for us. Up to four each have a session, and the weights in memory, of
   * their own; more than four share these.
   */
  threads?: number;
  /** Tokens a batch, padding included. Default 256. At least 1. */
  batchTokens?: number;
}

/** Tokenised at a time: some 4,000 tokens, a few hundredths of a second. */
const SLICE_CHARACTERS = 16_384;
/** For each thread, batches tokenised and not yet done, before tokenising waits. */
const BATCHES_IN_HAND = 16;

/**
 * Loads a folder: `config.json`, `tokenizer.json`, weights as `model.safetensors`, as shards or as a ready
 * `model.onnx`, and, where present, the settings and modules of sentence-transformers.
 * @throws LorekeepError `MODEL_FILE_MISSING`, `MODEL_BAD_FILE`, `MODEL_UNSUPPORTED`, `ENCODER_BAD_OPTION`, and
 *   `SAFETENSORS_*` for weights that are damaged
 */
export async function loadOnnxEncoder(directory: string, options: OnnxEncoderOptions = {}): Promise<TextEncoder> {
  const { name = basename(directory), threads = availableParallelism(), batchTokens = 256 } = options;
  checkWhole('threads', threads, 1, 1024);
  checkWhole('batchTokens', batchTokens, 1, 1 << 20);
  const { id, dim, maxLength, tokenizer, inference } = await loadModel(directory, options);
  const pool = await createInferencePool(name, inference, threads);

  function runBatch(tokens: number[][], { rows, length }: Batch): Promise<Float32Array> {
    const ids = new BigInt64Array(rows.length * length);
    const mask = new BigInt64Array(rows.length * length);
    rows.forEach((row, r) => {
      const text = tokens[row];
      for (let t = 0; t < text.length; t++) ids[r * length + t] = BigInt(text[t]);
      mask.fill(1n, r * length, r * length + text.length);
    });
    return pool.run(ids, mask, rows.length, length);
  }

  return {
    id,
    name,
    dim,
    isLanguageModel: true,
    maxLength,
    ...(options.precision === 'int8' ? { settings: { precision: options.precision } } : {}),
    ...withLifetime(name, encodeAll, () => pool.close()),
  };

  /** Texts are tokenised slice by slice here, in order of their length, while the threads are at the slices before. */
  async function encodeAll(texts: string[]): Promise<Float32Array> {
    const vectors = new Float32Array(texts.length * dim);
    const inHand = new Set<Promise<void>>();
    for (const slice of slicesByLength(texts)) {
      const tokens = slice.map((index) => tokenizer.tokenise(texts[index]));
      for (const batch of packBatches(
        tokens.map((ids) => ids.length),
        batchTokens,
      )) {
        // A text without any token, not even a special one, has nothing to be encoded and keeps its zeros.
        if (batch.length === 0) continue;
        const work = runBatch(tokens, batch).then((embedding) => {
          batch.rows.forEach((row, r) => {
            const vector = embedding.subarray(r * dim, (r + 1) * dim);
            if (!Number.isFinite(vector.reduce((sum, value) => sum + value, 0)))
              throw errors.ENCODER_NOT_FINITE({ encoder: name });
            vectors.set(vector, slice[row] * dim);
          });
          // One that failed stays, for whoever waits.
          inHand.delete(work);
        });
        inHand.add(work);
        work.catch(() => {}); // it is thrown below
      }
      while (inHand.size > BATCHES_IN_HAND * pool.size) await Promise.race(inHand);
      await turn();
    }
    await Promise.all(inHand);
    return vectors;
  }
}

/** Indices of the texts, sorted by length in characters, in slices of about so many. */
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
