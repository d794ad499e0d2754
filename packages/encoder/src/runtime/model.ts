/**
 * From a model's folder to its inference graph, tokenizer and id. For safetensors weights this
 * package writes the graph itself. An exported ONNX graph is used if there are no safetensors, or
 * if the architecture is not supported.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, sha256OfFile } from '@lorekeep/core';
import { checkInteger } from '../check-option.ts';
import { errors } from '../errors.ts';
import { readJson } from '../read-json.ts';
import { findWeights, hashOfWeights, readWeights, type WeightFiles } from '../sources/weight-files.ts';
import { isKnownArchitecture, readArchitecture } from '../transformer/architectures/registry.ts';
import { findExportedGraph, readExportedGraph, writeExportedHead } from '../transformer/exported-onnx.ts';
import { type HeadOptions, identityOf, widthAfter } from '../transformer/head.ts';
import { PRECISIONS, type Precision } from '../transformer/layers/int8.ts';
import {
  readSentenceTransformersConfig,
  type SentenceTransformersConfig,
} from '../transformer/sentence-transformers-config.ts';
import { GRAPH_VERSION, textGraph } from '../transformer/text-graph.ts';
import type { InferenceModel } from './inference-protocol.ts';
import { type PromptOptions, promptOf } from './prompt.ts';
import { loadTokenizer, type TextTokenizer } from './tokenise.ts';

export interface ModelOptions extends PromptOptions {
  /**
   * Texts are truncated to this number of tokens, special tokens and prompt included. Default: the
   * model's own (`max_seq_length` of `sentence_bert_config.json`, else `model_max_length` of the
   * tokenizer, at most the model's number of positions). From 2 to the number of positions; else
   * `ENCODER_BAD_OPTION`.
   */
  maxLength?: number;
  /**
   * Leading values of each vector to keep, before it is normalised, for Matryoshka models. Default:
   * all. From 1 to all; else `ENCODER_BAD_OPTION`.
   */
  dimensions?: number;
  /**
   * `'int8'` computes the matrix products of linear layers in 8-bit integers: faster, with nearly
   * the same vectors. This package quantises the weights when it loads them. Default `'fp32'`.
   * Other values, and `'int8'` for an exported `model.onnx`, are an `ENCODER_BAD_OPTION`.
   */
  precision?: Precision;
  /** SHA-256 of `model.safetensors` if it is already known. Saves reading the file twice. */
  weights?: string;
}

export interface LoadedModel {
  /** Content hash of everything that the vectors depend on. */
  id: string;
  dim: number;
  maxLength: number;
  /** Also prepends the prompt. */
  tokenizer: TextTokenizer;
  /** Prepends the prompt of queries. Absent if they have none of their own. */
  queryTokenizer?: TextTokenizer;
  inference: InferenceModel;
}

/** A model's folder after its configuration files are read. */
interface ModelFolder {
  directory: string;
  config: Record<string, unknown>;
  sentence: SentenceTransformersConfig;
  /** Makes the error for a module whose input width differs from the width before it. */
  mismatch: (given: number, expected: number) => Error;
}

/** How the model computes. Its graph is written once prompt and length are known. */
interface Computation {
  maxTokens: number;
  vocabulary: number;
  width: number;
  /** The graph returns text vectors: no modules are added. */
  pooled: boolean;
  /** Part of the id: never rename a key. */
  identity: object;
  write(options: HeadOptions): Promise<InferenceModel>;
}

/**
 * @throws LorekeepError `MODEL_FILE_MISSING`, `MODEL_BAD_FILE`, `MODEL_UNSUPPORTED`,
 *   `ENCODER_BAD_OPTION`, and `SAFETENSORS_*` for damaged weights
 */
export async function loadModel(directory: string, options: ModelOptions = {}): Promise<LoadedModel> {
  const { precision = 'fp32', dimensions } = options;
  if (!PRECISIONS.includes(precision))
    throw errors.ENCODER_BAD_OPTION({ option: 'precision', value: precision, expected: PRECISIONS.join(' or ') });
  const model = await readFolder(directory);
  const { sentence } = model;
  const computation = await computationOf(model, options, precision);

  const { maxTokens, vocabulary } = computation;
  const { maxLength = Math.min(maxTokens, sentence.maxLength ?? Number.POSITIVE_INFINITY) } = options;
  checkInteger('maxLength', maxLength, 2, maxTokens);
  const full = computation.pooled ? computation.width : widthAfter(computation.width, sentence.head);
  if (dimensions !== undefined) checkInteger('dimensions', dimensions, 1, full);
  const prompt = promptOf(sentence, options);
  const tokenizer = await loadTokenizer(sentence.transformer, { maxLength, lowerCase: sentence.lowerCase, prompt });
  const tokenizerFile = join(sentence.transformer, 'tokenizer.json');
  if (tokenizer.vocabularySize > vocabulary)
    throw errors.MODEL_BAD_FILE({
      file: tokenizerFile,
      reason: `has ${tokenizer.vocabularySize} tokens, but the model has ${vocabulary}`,
    });
  // A change of this object changes the id of every encoder, and stored vectors are no longer
  // found.
  const id = sha256(
    JSON.stringify({
      ...computation.identity,
      tokenizer: await sha256OfFile(tokenizerFile),
      lowerCase: sentence.lowerCase,
      head: computation.pooled ? [] : identityOf(sentence.head),
      prompt,
      dimensions: dimensions ?? full,
      normalisation: 'l2',
      precision,
      maxLength,
    }),
  );
  const inference = await computation.write({ promptTokens: tokenizer.promptTokens, dimensions });
  const queryPrompt = queryPromptOf(sentence, options, prompt);
  const queryTokenizer =
    queryPrompt === undefined
      ? undefined
      : await loadTokenizer(sentence.transformer, { maxLength, lowerCase: sentence.lowerCase, prompt: queryPrompt });
  return { id, dim: dimensions ?? full, maxLength, tokenizer, queryTokenizer, inference };
}

/**
 * What stands before a query: the prompt `query` of the model, as `encode_query` of
 * sentence-transformers does. `undefined` if that is what stands before every text, if the caller has
 * chosen the prompt, or if the pooling leaves a prompt of another length out.
 */
function queryPromptOf(
  { prompts, head }: SentenceTransformersConfig,
  options: PromptOptions,
  prompt: string,
): string | undefined {
  if (options.prompt !== undefined || options.promptName !== undefined || !Object.hasOwn(prompts, 'query'))
    return undefined;
  const leavesOut = head.some((module) => module.kind === 'pooling' && !module.includePrompt);
  return leavesOut || prompts.query === prompt ? undefined : prompts.query;
}

async function readFolder(directory: string): Promise<ModelFolder> {
  const sentence = await readSentenceTransformersConfig(directory);
  const folder = sentence.transformer;
  for (const file of ['config.json', 'tokenizer.json'])
    if (!existsSync(join(folder, file))) throw errors.MODEL_FILE_MISSING({ directory: folder, file });
  return {
    directory,
    config: await readJson(join(folder, 'config.json')),
    sentence,
    mismatch: (given, expected) =>
      errors.MODEL_BAD_FILE({
        file: join(directory, 'modules.json'),
        reason: `has a module for vectors of ${expected} values after one of ${given}`,
      }),
  };
}

async function computationOf(model: ModelFolder, options: ModelOptions, precision: Precision): Promise<Computation> {
  const folder = model.sentence.transformer;
  const weights = await findWeights(folder);
  const graph = findExportedGraph(folder);
  if (graph !== undefined && (weights === undefined || !isKnownArchitecture(model.config.model_type))) {
    if (precision !== 'fp32')
      throw errors.ENCODER_BAD_OPTION({
        option: 'precision',
        value: precision,
        expected: 'fp32 for a model that is an exported ONNX graph',
      });
    return fromExportedGraph(model, graph);
  }
  if (weights === undefined) throw errors.MODEL_FILE_MISSING({ directory: folder, file: 'model.safetensors' });
  return fromWeights(model, weights, options.weights, precision);
}

async function fromWeights(
  { config, sentence, mismatch }: ModelFolder,
  files: WeightFiles,
  knownHash: string | undefined,
  precision: Precision,
): Promise<Computation> {
  const folder = sentence.transformer;
  const architecture = readArchitecture(folder, config);
  const weights = knownHash ?? (await hashOfWeights(folder, files));
  return {
    maxTokens: architecture.maxTokens,
    vocabulary: architecture.vocabulary,
    width: architecture.hidden,
    pooled: false,
    identity: { graph: GRAPH_VERSION, type: config.model_type, settings: architecture.settings, weights },
    async write(options) {
      const arrays = await readWeights(folder, files);
      const { bytes, external } = textGraph(
        architecture,
        arrays,
        files.path,
        sentence.head,
        options,
        mismatch,
        precision,
      );
      return { graph: bytes, external };
    },
  };
}

async function fromExportedGraph(
  { directory, config, sentence, mismatch }: ModelFolder,
  path: string,
): Promise<Computation> {
  const exported = await readExportedGraph(directory, path, config.hidden_size);
  const limit = (value: unknown) => (Number.isSafeInteger(value) ? (value as number) : Number.MAX_SAFE_INTEGER);
  return {
    maxTokens: limit(config.max_position_embeddings),
    vocabulary: limit(config.vocab_size),
    width: exported.width,
    pooled: exported.pooled,
    identity: { graph: GRAPH_VERSION, ready: exported.hash, output: exported.output },
    async write(options) {
      return {
        graph: path,
        output: exported.output,
        head: writeExportedHead(exported, sentence.head, options, mismatch),
      };
    },
  };
}
