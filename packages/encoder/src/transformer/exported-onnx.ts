/**
 * Models that are exported ONNX graphs. Inputs and outputs are found by their names. Pooling, dense
 * layers and normalisation are a second graph, written here, that takes the token vectors of the
 * first.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256, sha256OfFile } from '@lorekeep/core';
import { type GraphSignature, OnnxGraphBuilder, readOnnxSignature } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import { type HeadModule, type HeadOptions, writeHead } from './head.ts';

export interface ExportedGraph {
  path: string;
  /** The output that is used. */
  output: string;
  /** Dimension of a token vector, or of the text vector if `pooled`. */
  width: number;
  /** True if the graph returns one vector per text: it contains its own pooling. */
  pooled: boolean;
  /** Hash of the graph and of its external weight files. */
  hash: string;
}

/** Inputs that an inference worker can provide. */
const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'];
/** Outputs in order of preference: token vectors, then text vectors. */
const OUTPUTS = ['last_hidden_state', 'token_embeddings', 'sentence_embedding'];

/** `onnx/model.onnx` or `model.onnx` of the folder. Undefined if it has neither. */
export function findExportedGraph(folder: string): string | undefined {
  return ['onnx/model.onnx', 'model.onnx'].map((file) => join(folder, file)).find((path) => existsSync(path));
}

/**
 * @param hidden dimension of token vectors, used if the graph does not declare it
 * @throws LorekeepError `MODEL_BAD_FILE` if the file is not an ONNX graph, `MODEL_UNSUPPORTED` for
 *   inputs that cannot be provided and for outputs that are not vectors, `MODEL_FILE_MISSING` for a
 *   missing external weight file
 */
export async function readExportedGraph(directory: string, path: string, hidden: unknown): Promise<ExportedGraph> {
  let signature: GraphSignature;
  try {
    signature = readOnnxSignature(await readFile(path));
  } catch (error) {
    throw errors.MODEL_BAD_FILE({ file: path, reason: 'is not an ONNX model' }, error);
  }
  const unsupported = (feature: string) => errors.MODEL_UNSUPPORTED({ directory, feature });
  for (const { name, type } of signature.inputs) {
    if (!INPUTS.includes(name)) throw unsupported(`a graph with the input "${name}"`);
    if (type !== 'int64' && type !== 'int32') throw unsupported(`${type} for the input "${name}"`);
  }
  if (!signature.inputs.some(({ name }) => name === 'input_ids'))
    throw unsupported('a graph without the input "input_ids"');
  const output = OUTPUTS.map((wanted) => signature.outputs.find(({ name }) => name === wanted)).find(Boolean);
  if (output === undefined) throw unsupported(`a graph without any of the outputs ${OUTPUTS.join(', ')}`);
  if (output.type !== 'float32') throw unsupported(`${output.type} for the output "${output.name}"`);
  const width = output.dims.at(-1) ?? hidden;
  if (!Number.isSafeInteger(width) || (width as number) < 1)
    throw unsupported(`a graph that does not declare the dimension of the output "${output.name}"`);
  return {
    path,
    output: output.name,
    width: width as number,
    pooled: output.name === 'sentence_embedding',
    hash: await hashOfGraph(path, signature.externalFiles),
  };
}

async function hashOfGraph(path: string, externalFiles: readonly string[]): Promise<string> {
  const hashes = [await sha256OfFile(path)];
  for (const file of externalFiles) {
    if (!/^[\w-][\w.-]*$/.test(file))
      throw errors.MODEL_BAD_FILE({ file: path, reason: `refers to weights outside its folder: ${file}` });
    const external = join(dirname(path), file);
    if (!existsSync(external)) throw errors.MODEL_FILE_MISSING({ directory: dirname(path), file });
    hashes.push(await sha256OfFile(external));
  }
  return hashes.length === 1 ? hashes[0] : sha256(hashes.join());
}

/** The second graph: inputs `tokens` and `attention_mask`, output `embedding`. */
export function writeExportedHead(
  { width, pooled }: ExportedGraph,
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
