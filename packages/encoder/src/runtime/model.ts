/**
 * From a model's folder to what computes it: the graph, the tokenizer, and the id that says which vectors come out.
 * Weights are taken from safetensors, for which this package writes the graph itself; a ready ONNX graph is used where
 * there are none, or where the architecture is one that we have no graph for.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, sha256OfFile } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { findWeights, hashOfWeights, readWeights, type WeightFiles } from '../sources/weight-files.ts';
import { isKnownArchitecture, readArchitecture } from '../transformer/architectures/registry.ts';
import { findReady, readReady, readyHead } from '../transformer/exported-onnx.ts';
import { settingsOf, widthAfter } from '../transformer/head.ts';
import { PRECISIONS, type Precision } from '../transformer/layers/int8.ts';
import { readSentenceSettings } from '../transformer/sentence-transformers-config.ts';
import { GRAPH_VERSION, textGraph } from '../transformer/text-graph.ts';
import type { InferenceModel } from './inference-pool.ts';
import { type PromptOptions, promptOf } from './prompt.ts';
import { loadTokenizer, readJson, type TextTokenizer } from './tokenise.ts';

export interface ModelOptions extends PromptOptions {
  /**
   * Tokens a text is cut to, special tokens and prompt included. Default: the model's own (`max_seq_length` of
   * `sentence_bert_config.json`, else `model_max_length` of the tokenizer, and never more than the model has places
   * for). From 2 to the number of places; else `ENCODER_BAD_OPTION`.
   */
  maxLength?: number;
  /**
   * Values kept of each vector, from the first on, before it is divided by its length: for models trained so that the
   * beginning of a vector is a vector (Matryoshka). Default: all. From 1 to all; else `ENCODER_BAD_OPTION`.
   */
  dimensions?: number;
  /**
   * `'int8'`: the matrix products of linear layers in 8-bit integers, which this package quantises itself when it loads
   * the weights; faster and nearly the same vectors. Default `'fp32'`. Anything else, and `'int8'` for a ready
   * `model.onnx`, is an `ENCODER_BAD_OPTION`.
   */
  precision?: Precision;
  /** SHA-256 of `model.safetensors` where it is known already; saves reading the file twice. */
  weights?: string;
}

export interface LoadedModel {
  /** Content hash of everything that the vectors depend on. */
  id: string;
  dim: number;
  maxLength: number;
  /** Puts the prompt before the text, too. */
  tokenizer: TextTokenizer;
  inference: InferenceModel;
}

/** What the weights are, and what is written once prompt and length are known. */
interface Computation {
  maxTokens: number;
  vocabulary: number;
  width: number;
  /** The vector of a text comes out of the graph as it is: no modules of ours. */
  pooled: boolean;
  /** Part of the id. */
  identity: object;
  write(options: { promptTokens: number; dimensions: number | undefined }): Promise<InferenceModel>;
}

/**
 * @throws LorekeepError `MODEL_FILE_MISSING`, `MODEL_BAD_FILE`, `MODEL_UNSUPPORTED`, `ENCODER_BAD_OPTION`, and
 *   `SAFETENSORS_*` for weights that are damaged
 */
export async function loadModel(directory: string, options: ModelOptions = {}): Promise<LoadedModel> {
  const { precision = 'fp32' } = options;
  if (!PRECISIONS.includes(precision))
    throw errors.ENCODER_BAD_OPTION({ option: 'precision', value: precision, expected: PRECISIONS.join(' or ') });
  const sentence = await readSentenceSettings(directory);
  const folder = sentence.transformer;
  for (const file of ['config.json', 'tokenizer.json'])
    if (!existsSync(join(folder, file))) throw errors.MODEL_FILE_MISSING({ directory: folder, file });
  const config = await readJson(join(folder, 'config.json'));
  const files = await findWeights(folder);
  const ready = findReady(folder);
  if (files === undefined && ready === undefined)
    throw errors.MODEL_FILE_MISSING({ directory: folder, file: 'model.safetensors' });

  const mismatch = (given: number, expected: number) =>
    errors.MODEL_BAD_FILE({
      file: join(directory, 'modules.json'),
      reason: `has a module for vectors of ${expected} values after one of ${given}`,
    });
  const useReady = ready !== undefined && (files === undefined || !isKnownArchitecture(config.model_type));
  if (useReady && precision !== 'fp32')
    throw errors.ENCODER_BAD_OPTION({
      option: 'precision',
      value: precision,
      expected: 'fp32 for a model that comes as a ready ONNX graph',
    });
  const computation = useReady ? await fromReady(ready) : await fromWeights(files!);

  async function fromWeights(found: WeightFiles): Promise<Computation> {
    const architecture = readArchitecture(folder, config);
    const weights = options.weights ?? (await hashOfWeights(folder, found));
    return {
      maxTokens: architecture.maxTokens,
      vocabulary: architecture.vocabulary,
      width: architecture.hidden,
      pooled: false,
      identity: { graph: GRAPH_VERSION, type: config.model_type, settings: architecture.settings, weights },
      async write(head) {
        const arrays = await readWeights(folder, found);
        const { path } = found;
        const { bytes, external } = textGraph(architecture, arrays, path, sentence.head, head, mismatch, precision);
        return { graph: bytes, external };
      },
    };
  }

  async function fromReady(path: string): Promise<Computation> {
    const model = await readReady(directory, path, config.hidden_size);
    const whole = (value: unknown) => (Number.isSafeInteger(value) ? (value as number) : Number.MAX_SAFE_INTEGER);
    return {
      maxTokens: whole(config.max_position_embeddings),
      vocabulary: whole(config.vocab_size),
      width: model.width,
      pooled: model.pooled,
      identity: { graph: GRAPH_VERSION, ready: model.hash, output: model.output },
      async write(head) {
        return { graph: path, output: model.output, head: readyHead(model, sentence.head, head, mismatch) };
      },
    };
  }

  const { maxTokens, vocabulary } = computation;
  const { maxLength = Math.min(maxTokens, sentence.maxLength ?? Number.POSITIVE_INFINITY), dimensions } = options;
  checkWhole('maxLength', maxLength, 2, maxTokens);
  const full = computation.pooled ? computation.width : widthAfter(computation.width, sentence.head);
  if (dimensions !== undefined) checkWhole('dimensions', dimensions, 1, full);
  const prompt = promptOf(sentence, options);
  const tokenizer = await loadTokenizer(folder, { maxLength, lowerCase: sentence.lowerCase, prompt });
  if (tokenizer.vocabularySize > vocabulary)
    throw errors.MODEL_BAD_FILE({
      file: join(folder, 'tokenizer.json'),
      reason: `knows ${tokenizer.vocabularySize} tokens, the model ${vocabulary}`,
    });
  const id = sha256(
    JSON.stringify({
      ...computation.identity,
      tokenizer: await sha256OfFile(join(folder, 'tokenizer.json')),
      lowerCase: sentence.lowerCase,
      head: computation.pooled ? [] : settingsOf(sentence.head),
      prompt,
      dimensions: dimensions ?? full,
      normalisation: 'l2',
      precision,
      maxLength,
    }),
  );
  const inference = await computation.write({ promptTokens: tokenizer.promptTokens, dimensions });
  return { id, dim: dimensions ?? full, maxLength, tokenizer, inference };
}

export function checkWhole(option: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw errors.ENCODER_BAD_OPTION({ option, value, expected: `a whole number from ${least} to ${most}` });
}
