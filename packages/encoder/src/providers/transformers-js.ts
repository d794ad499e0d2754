/**
 * A model run by `@huggingface/transformers` (transformers.js), for users who already have it or
 * need one of its devices. It contains image codecs and a second pinned runtime and is slower than
 * the built-in encoder, so it is not a dependency: it is imported when it is requested. It runs
 * only the model. Texts are tokenised and vectors are pooled and normalised here, so the vectors
 * equal those of the built-in encoder for the same `model.onnx`.
 */
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { sha256, sha256OfFile } from '@lorekeep/core';
import { checkInteger } from '../check-option.ts';
import { errors } from '../errors.ts';
import { readJson } from '../read-json.ts';
import { type Batch, batchInputs, packBatches } from '../runtime/batches.ts';
import { closable } from '../runtime/closable.ts';
import { type PromptOptions, promptOf } from '../runtime/prompt.ts';
import { loadTokenizer } from '../runtime/tokenise.ts';
import type { TextEncoder } from '../text-encoder.ts';
import { findExportedGraph, readExportedGraph } from '../transformer/exported-onnx.ts';
import type { HeadModule } from '../transformer/head.ts';
import { readSentenceTransformersConfig } from '../transformer/sentence-transformers-config.ts';
import {
  loadTransformersLibrary,
  TRANSFORMERS_PACKAGE,
  type TransformersLibrary,
  type TransformersModel,
} from './transformers-library.ts';

/** How a model runs in transformers.js. */
export interface TransformersOptions extends PromptOptions {
  /** Display name. Default: the directory's name. */
  name?: string;
  /** Threads of the runtime. Default: the machine's available parallelism. 1 to 1,024. */
  threads?: number;
  /**
   * Texts are truncated to this number of tokens, special tokens included. Default: the model's
   * own. From 2 to its number of positions.
   */
  maxLength?: number;
  /** Tokens per batch, padding included. Default 1,024. At least 1. */
  batchTokens?: number;
  /**
   * A device of transformers.js. Default `'cpu'`; `'webgpu'`, `'cuda'`, `'dml'`, … where they are
   * available.
   */
  device?: string;
}

/**
 * Opens a model that `@huggingface/transformers` runs. That package is an optional dependency.
 *
 * @param directory with `onnx/model.onnx` or `model.onnx`, `config.json` and `tokenizer.json`;
 *   nothing is downloaded
 * @throws LorekeepError `ENCODER_PACKAGE_MISSING`, `MODEL_FILE_MISSING`, `MODEL_BAD_FILE`,
 *   `MODEL_UNSUPPORTED`, `ENCODER_BAD_OPTION`
 */
export async function openTransformers(directory: string, options: TransformersOptions = {}): Promise<TextEncoder> {
  const { name = basename(directory), threads = availableParallelism(), batchTokens = 1024, device = 'cpu' } = options;
  checkInteger('threads', threads, 1, 1024);
  checkInteger('batchTokens', batchTokens, 1, 1 << 20);
  if (typeof device !== 'string' || device === '')
    throw errors.ENCODER_BAD_OPTION({ option: 'device', value: device, expected: 'the name of a device' });
  const library = loadTransformersLibrary();
  const { graph, pooling, tokenizer, identity, folder, maxLength } = await readFolder(directory, options);
  const model = await loadGraph(library, folder, graph.path, device, threads);
  const { width, output, pooled } = graph;
  return {
    id: sha256(JSON.stringify({ kind: 'transformers', ...identity, precision: 'fp32', device, maxLength })),
    name,
    dim: width,
    isLanguageModel: true,
    maxLength,
    ...closable(name, { encode: encodeAll }, async () => void (await model.dispose())),
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
        addRows(vector, data, from, count);
        if (!normalise(vector)) throw errors.ENCODER_NOT_FINITE({ encoder: name });
      });
    }
    return vectors;
  }

  async function runBatch(tokens: number[][], batch: Batch) {
    const { ids, mask } = batchInputs(tokens, batch);
    const tensor = (data: BigInt64Array) => new library.Tensor('int64', data, [batch.rows.length, batch.length]);
    const outputs = await model({ input_ids: tensor(ids), attention_mask: tensor(mask) }).catch((error: unknown) => {
      throw errors.ENCODER_FAILED({ encoder: name, reason: messageOf(error) });
    });
    if (outputs[output] === undefined)
      throw errors.ENCODER_FAILED({ encoder: name, reason: `it has no output "${output}"` });
    return outputs[output];
  }
}

/** The model's graph, pooling and tokenizer. `identity` is a part of the id: never rename a key. */
async function readFolder(directory: string, options: TransformersOptions) {
  const sentence = await readSentenceTransformersConfig(directory);
  const { transformer: folder, lowerCase } = sentence;
  for (const file of ['config.json', 'tokenizer.json'])
    if (!(await readdir(folder)).includes(file)) throw errors.MODEL_FILE_MISSING({ directory: folder, file });
  const path = findExportedGraph(folder);
  if (path === undefined) throw errors.MODEL_FILE_MISSING({ directory: folder, file: 'onnx/model.onnx' });
  const config = await readJson(join(folder, 'config.json'));
  const graph = await readExportedGraph(directory, path, config.hidden_size);
  const pooling = graph.pooled ? 'none' : poolingOf(directory, sentence.head);
  const positions = Number.isSafeInteger(config.max_position_embeddings)
    ? (config.max_position_embeddings as number)
    : Number.MAX_SAFE_INTEGER;
  const { maxLength = Math.min(positions, sentence.maxLength ?? Number.POSITIVE_INFINITY) } = options;
  checkInteger('maxLength', maxLength, 2, positions);
  const prompt = promptOf(sentence, options);
  const tokenizer = await loadTokenizer(folder, { maxLength, lowerCase, prompt });
  const identity = {
    graph: graph.hash,
    output: graph.output,
    tokenizer: await sha256OfFile(join(folder, 'tokenizer.json')),
    lowerCase,
    pooling,
    prompt,
    normalisation: 'l2',
  };
  return { graph, pooling, tokenizer, identity, folder, maxLength };
}

async function loadGraph(
  library: TransformersLibrary,
  folder: string,
  path: string,
  device: string,
  threads: number,
): Promise<TransformersModel> {
  // transformers.js reads an absolute path as a folder, never as a hub id.
  const absolute = resolve(folder).replaceAll('\\', '/');
  const model = library.AutoModel.from_pretrained(absolute, {
    local_files_only: true,
    subfolder: path.startsWith(join(folder, 'onnx')) ? 'onnx' : '',
    dtype: 'fp32',
    device,
    session_options: { intraOpNumThreads: threads },
  });
  return model.catch((error: unknown) => {
    throw errors.MODEL_BAD_FILE(
      { file: path, reason: `cannot be loaded by ${TRANSFORMERS_PACKAGE}: ${messageOf(error)}` },
      error,
    );
  });
}

type Pooling = 'mean' | 'cls';

function poolingOf(directory: string, head: readonly HeadModule[]): Pooling {
  const [pooling, ...others] = head.filter(({ kind }) => kind !== 'normalise');
  const modes = pooling?.kind === 'pooling' && pooling.includePrompt ? pooling.modes : [];
  if (others.length === 0 && modes.length === 1 && (modes[0] === 'mean' || modes[0] === 'cls')) return modes[0];
  throw errors.MODEL_UNSUPPORTED({
    directory,
    feature: `modules other than mean or CLS pooling with ${TRANSFORMERS_PACKAGE}; the built-in encoder supports them`,
  });
}

/** Adds `count` rows of `data`, starting at the row `from`, to the vector. */
function addRows(vector: Float32Array, data: ArrayLike<number>, from: number, count: number): void {
  const width = vector.length;
  for (let row = from; row < from + count; row++)
    for (let j = 0, at = row * width; j < width; j++) vector[j] += data[at + j];
}

/** Returns false if the vector is not finite. A vector of zeros stays zeros. */
function normalise(vector: Float32Array): boolean {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const norm = Math.sqrt(squares);
  if (!Number.isFinite(norm)) return false;
  if (norm > 0) for (let j = 0; j < vector.length; j++) vector[j] /= norm;
  return true;
}

const messageOf = (error: unknown) => String(error instanceof Error ? error.message : error);
