/**
 * Models that are ONNX graphs already, as exporters write them: inputs and outputs are found by their names. What
 * follows (pooling, dense layers, the norm) is a second graph of ours, fed with the first one's token vectors.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256, sha256OfFile } from '@lorekeep/core';
import { type GraphSignature, OnnxGraphBuilder, readOnnxSignature } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import { type HeadModule, type HeadOptions, writeHead } from './head.ts';

export interface ReadyModel {
  path: string;
  /** The output that is taken. */
  output: string;
  /** Width of a token's vector, or of the text's where `pooled`. */
  width: number;
  /** The graph gives one vector a text: its modules are inside. */
  pooled: boolean;
  /** Of the graph and the files with its weights. */
  hash: string;
}

/** What a worker can feed. */
const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'];
/** Token vectors, then text vectors. */
const OUTPUTS = ['last_hidden_state', 'token_embeddings', 'sentence_embedding'];

/** `onnx/model.onnx` or `model.onnx` of the folder; undefined where it has neither. */
export function findReady(folder: string): string | undefined {
  return ['onnx/model.onnx', 'model.onnx'].map((file) => join(folder, file)).find((path) => existsSync(path));
}

/**
 * @param hidden width of token vectors where the graph itself does not say
 * @throws LorekeepError `MODEL_BAD_FILE` for what is no ONNX graph, `MODEL_UNSUPPORTED` for inputs that nobody can feed
 *   and outputs that are no vectors, `MODEL_FILE_MISSING` for weights in a file that is not there
 */
export async function readReady(directory: string, path: string, hidden: unknown): Promise<ReadyModel> {
  let signature: GraphSignature;
  try {
    signature = readOnnxSignature(await readFile(path));
  } catch (error) {
    throw errors.MODEL_BAD_FILE({ file: path, reason: 'is not an ONNX model' }, error);
  }
  for (const { name, type } of signature.inputs) {
    if (!INPUTS.includes(name))
      throw errors.MODEL_UNSUPPORTED({ directory, feature: `a graph that wants the input "${name}"` });
    if (type !== 'int64' && type !== 'int32')
      throw errors.MODEL_UNSUPPORTED({ directory, feature: `${type} for the input "${name}"` });
  }
  if (!signature.inputs.some(({ name }) => name === 'input_ids'))
    throw errors.MODEL_UNSUPPORTED({ directory, feature: 'a graph without the input "input_ids"' });
  const output = OUTPUTS.map((wanted) => signature.outputs.find(({ name }) => name === wanted)).find(Boolean);
  if (output === undefined)
    throw errors.MODEL_UNSUPPORTED({ directory, feature: `a graph without one of the outputs ${OUTPUTS.join(', ')}` });
  if (output.type !== 'float32')
    throw errors.MODEL_UNSUPPORTED({ directory, feature: `${output.type} for the output "${output.name}"` });
  const width = output.dims.at(-1) ?? hidden;
  if (!Number.isSafeInteger(width) || (width as number) < 1)
    throw errors.MODEL_UNSUPPORTED({
      directory,
      feature: `a graph that does not say how wide the output "${output.name}" is`,
    });

  const parts = [await sha256OfFile(path)];
  for (const file of signature.externalFiles) {
    if (!/^[\w-][\w.-]*$/.test(file))
      throw errors.MODEL_BAD_FILE({ file: path, reason: `names weights outside its folder: ${file}` });
    const external = join(dirname(path), file);
    if (!existsSync(external)) throw errors.MODEL_FILE_MISSING({ directory: dirname(path), file });
    parts.push(await sha256OfFile(external));
  }
  return {
    path,
    output: output.name,
    width: width as number,
    pooled: output.name === 'sentence_embedding',
    hash: parts.length === 1 ? parts[0] : sha256(parts.join()),
  };
}

/** What follows a ready graph: inputs `tokens` and `attention_mask`, output `embedding`. */
export function readyHead(
  { width, pooled }: ReadyModel,
  head: readonly HeadModule[],
  options: HeadOptions,
  dimensionMismatch: (given: number, expected: number) => Error,
): Uint8Array {
  const graph = new OnnxGraphBuilder('head');
  const tokens = graph.input('tokens', 'float32', pooled ? ['batch', width] : ['batch', 'length', width]);
  const mask = graph.node('Cast', [graph.input('attention_mask', 'int64', ['batch', 'length'])], { to: 1 });
  writeHead(graph, tokens, mask, width, pooled ? [] : head, options, dimensionMismatch);
  return graph.toBytes();
}
