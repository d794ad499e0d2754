/**
 * A model run by `@huggingface/transformers` (transformers.js), for those who have it already or want one of its devices.
 * It brings image codecs and a second pinned runtime and is slower than the built-in encoder, so it is no dependency: it
 * is imported when it is asked for. It runs the model alone: texts are tokenised and vectors pooled and normalised here,
 * so that what this gives is what the built-in encoder gives for the same `model.onnx`.
 */
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { sha256, sha256OfFile } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { type Batch, packBatches } from '../runtime/batches.ts';
import { withLifetime } from '../runtime/closable.ts';
import { checkWhole } from '../runtime/model.ts';
import { type PromptOptions, promptOf } from '../runtime/prompt.ts';
import { loadTokenizer, readJson } from '../runtime/tokenise.ts';
import type { TextEncoder } from '../text-encoder.ts';
import { findReady, readReady } from '../transformer/exported-onnx.ts';
import { readSentenceSettings } from '../transformer/sentence-transformers-config.ts';

export interface TransformersOptions extends PromptOptions {
  /** For people. Default: the directory's name. */
  name?: string;
  /** Threads of the runtime. Default: as many as the machine has for us. 1 to 1,024. */
  threads?: number;
  /** Tokens a text is cut to, special tokens included. Default: the model's own. From 2 to its number of positions. */
  maxLength?: number;
  /** Tokens a batch, padding included. Default 1,024. At least 1. */
  batchTokens?: number;
  /** What computes, as transformers.js calls it. Default `'cpu'`; `'webgpu'`, `'cuda'`, `'dml'`, … where it has them. */
  device?: string;
}

const PACKAGE = '@huggingface/transformers';

/** Of the package, what is used here. */
interface Library {
  env: { version: string };
  AutoModel: {
    from_pretrained(path: string, options: Record<string, unknown>): Promise<Model>;
  };
  Tensor: new (type: 'int64', data: BigInt64Array, dims: number[]) => unknown;
}

interface Model {
  (inputs: Record<string, unknown>): Promise<Record<string, { data: ArrayLike<number>; dims: number[] }>>;
  dispose(): Promise<unknown>;
}

/**
 * @param directory with `onnx/model.onnx` or `model.onnx`, `config.json` and `tokenizer.json`; nothing is fetched
 * @throws LorekeepError `ENCODER_PACKAGE_MISSING`, `MODEL_FILE_MISSING`, `MODEL_BAD_FILE`, `MODEL_UNSUPPORTED`,
 *   `ENCODER_BAD_OPTION`
 */
export async function openTransformers(directory: string, options: TransformersOptions = {}): Promise<TextEncoder> {
  const { name = basename(directory), threads = availableParallelism(), batchTokens = 1024, device = 'cpu' } = options;
  checkWhole('threads', threads, 1, 1024);
  checkWhole('batchTokens', batchTokens, 1, 1 << 20);
  if (typeof device !== 'string' || device === '')
    throw errors.ENCODER_BAD_OPTION({ option: 'device', value: device, expected: 'the name of a device' });
  const library = loadLibrary();

  const sentence = await readSentenceSettings(directory);
  const folder = sentence.transformer;
  for (const file of ['config.json', 'tokenizer.json'])
    if (!(await readdir(folder)).includes(file)) throw errors.MODEL_FILE_MISSING({ directory: folder, file });
  const path = findReady(folder);
  if (path === undefined) throw errors.MODEL_FILE_MISSING({ directory: folder, file: 'onnx/model.onnx' });
  const config = await readJson(join(folder, 'config.json'));
  const { width, output, pooled, hash } = await readReady(directory, path, config.hidden_size);
  const pooling = pooled ? 'none' : poolingOf(directory, sentence.head);
  const positions = Number.isSafeInteger(config.max_position_embeddings)
    ? (config.max_position_embeddings as number)
    : Number.MAX_SAFE_INTEGER;
  const { maxLength = Math.min(positions, sentence.maxLength ?? Number.POSITIVE_INFINITY) } = options;
  checkWhole('maxLength', maxLength, 2, positions);
  const prompt = promptOf(sentence, options);
  const { lowerCase } = sentence;
  const tokenizer = await loadTokenizer(folder, { maxLength, lowerCase, prompt });

  // An absolute path is no id of a hub, and is read as it is.
  const model = await library.AutoModel.from_pretrained(resolve(folder).replaceAll('\\', '/'), {
    local_files_only: true,
    subfolder: path.startsWith(join(folder, 'onnx')) ? 'onnx' : '',
    dtype: 'fp32',
    device,
    session_options: { intraOpNumThreads: threads },
  }).catch((error: unknown) => {
    throw errors.MODEL_BAD_FILE(
      {
        file: path,
        reason: `cannot be loaded by ${PACKAGE}: ${String(error instanceof Error ? error.message : error)}`,
      },
      error,
    );
  });

  const id = sha256(
    JSON.stringify({
      kind: 'transformers',
      graph: hash,
      output,
      tokenizer: await sha256OfFile(join(folder, 'tokenizer.json')),
      lowerCase,
      pooling,
      prompt,
      normalisation: 'l2',
      precision: 'fp32',
      device,
      maxLength,
    }),
  );

  return {
    id,
    name,
    dim: width,
    isLanguageModel: true,
    maxLength,
    ...withLifetime(name, encodeAll, async () => void (await model.dispose())),
  };

  async function encodeAll(texts: string[]): Promise<Float32Array> {
    const tokens = texts.map((text) => tokenizer.tokenise(text));
    const vectors = new Float32Array(texts.length * width);
    const lengths = tokens.map((ids) => ids.length);
    for (const batch of packBatches(lengths, batchTokens)) {
      if (batch.length === 0) continue;
      const { data, dims } = await runBatch(tokens, batch);
      const expected = pooled ? [batch.rows.length, width] : [batch.rows.length, batch.length, width];
      if (dims.join() !== expected.join())
        throw errors.ENCODER_FAILED({
          encoder: name,
          reason: `its output is [${dims.join(' × ')}], not [${expected.join(' × ')}]`,
        });
      batch.rows.forEach((row, r) => {
        const vector = vectors.subarray(row * width, (row + 1) * width);
        const from = r * (pooled ? 1 : batch.length);
        const count = pooling === 'mean' ? lengths[row] : 1;
        addUp(vector, data, from, count);
        if (!normalise(vector)) throw errors.ENCODER_NOT_FINITE({ encoder: name });
      });
    }
    return vectors;
  }

  async function runBatch(tokens: number[][], { rows, length }: Batch) {
    const ids = new BigInt64Array(rows.length * length);
    const mask = new BigInt64Array(rows.length * length);
    rows.forEach((row, r) => {
      const text = tokens[row];
      for (let t = 0; t < text.length; t++) ids[r * length + t] = BigInt(text[t]);
      mask.fill(1n, r * length, r * length + text.length);
    });
    const tensor = (data: BigInt64Array) => new library.Tensor('int64', data, [rows.length, length]);
    const outputs = await model({ input_ids: tensor(ids), attention_mask: tensor(mask) }).catch((error: unknown) => {
      throw errors.ENCODER_FAILED({ encoder: name, reason: String(error instanceof Error ? error.message : error) });
    });
    if (outputs[output] === undefined)
      throw errors.ENCODER_FAILED({ encoder: name, reason: `it has no output "${output}"` });
    return outputs[output];
  }
}

type Pooling = 'mean' | 'cls';

function poolingOf(directory: string, head: Awaited<ReturnType<typeof readSentenceSettings>>['head']): Pooling {
  const [pooling, ...others] = head.filter(({ kind }) => kind !== 'normalise');
  const modes = pooling?.kind === 'pooling' && pooling.includePrompt ? pooling.modes : [];
  if (others.length === 0 && modes.length === 1 && (modes[0] === 'mean' || modes[0] === 'cls')) return modes[0];
  throw errors.MODEL_UNSUPPORTED({
    directory,
    feature: `modules other than mean or CLS pooling through ${PACKAGE}; the built-in encoder has them`,
  });
}

/** Adds `count` rows of `data`, from the row `from` on, to the vector. */
function addUp(vector: Float32Array, data: ArrayLike<number>, from: number, count: number): void {
  const width = vector.length;
  for (let row = from; row < from + count; row++)
    for (let j = 0, at = row * width; j < width; j++) vector[j] += data[at + j];
}

/** False where it cannot be done. A vector of zeros stays one. */
function normalise(vector: Float32Array): boolean {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const norm = Math.sqrt(squares);
  if (!Number.isFinite(norm)) return false;
  if (norm > 0) for (let j = 0; j < vector.length; j++) vector[j] /= norm;
  return true;
}

/**
 * Which version of the package would be used.
 * @throws LorekeepError `ENCODER_PACKAGE_MISSING`
 */
export const transformersVersion = (): string => loadLibrary().env.version;

/** Looked for where this program was started (`.extras`, its own packages), then beside this file. */
function loadLibrary(): Library {
  const places = [join(process.cwd(), '.extras', 'package.json'), join(process.cwd(), 'package.json'), import.meta.url];
  const failures: unknown[] = [];
  for (const place of places) {
    try {
      return createRequire(place)(PACKAGE) as Library;
    } catch (error) {
      failures.push(error);
    }
  }
  throw errors.ENCODER_PACKAGE_MISSING(
    {
      package: PACKAGE,
      install: 'Run "pnpm extras" (or "npm install @huggingface/transformers@4.3.1 --ignore-scripts").',
    },
    new AggregateError(failures),
  );
}
