/**
 * BERT as an ONNX graph of our own, written from `config.json` and the weights. Batch and length are dynamic, pooling
 * and L2 normalisation are part of the graph, so that only `[batch, dim]` leaves it.
 *
 * Plain operators only, in the shapes that ONNX Runtime's optimiser knows and fuses. GELU is the exact one (erf).
 */
import { type Arrays, OnnxGraphBuilder } from '@lorekeep/graph';
import { modelBadFile, modelUnsupported } from './errors.ts';

/** Changes whenever the graph computes something else: it is part of every encoder's id. */
export const GRAPH_VERSION = 1;

export interface BertConfig {
  hidden: number;
  layers: number;
  heads: number;
  intermediate: number;
  vocabulary: number;
  positions: number;
  tokenTypes: number;
  epsilon: number;
}

export type Pooling = 'mean' | 'cls';

/**
 * Reads and checks `config.json`.
 * @throws LorekeepError `MODEL_UNSUPPORTED`, `MODEL_BAD_FILE`
 */
export function readBertConfig(directory: string, config: Record<string, unknown>): BertConfig {
  if (config.model_type !== 'bert') throw modelUnsupported(directory, `model_type "${config.model_type}"`);
  const required: Record<string, unknown> = {
    hidden_act: 'gelu',
    position_embedding_type: 'absolute',
    is_decoder: false,
    add_cross_attention: false,
  };
  for (const [key, value] of Object.entries(required))
    if (config[key] !== undefined && config[key] !== value)
      throw modelUnsupported(directory, `${key} "${config[key]}" (only "${value}")`);
  const size = (key: string) => {
    const value = config[key];
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      throw modelBadFile(`${directory}/config.json`, `gives ${key} as ${JSON.stringify(value)}, expected a size`);
    return value as number;
  };
  const epsilon = config.layer_norm_eps ?? 1e-12;
  if (typeof epsilon !== 'number' || !(epsilon > 0))
    throw modelBadFile(`${directory}/config.json`, `gives layer_norm_eps as ${JSON.stringify(epsilon)}`);
  const read = {
    hidden: size('hidden_size'),
    layers: size('num_hidden_layers'),
    heads: size('num_attention_heads'),
    intermediate: size('intermediate_size'),
    vocabulary: size('vocab_size'),
    positions: size('max_position_embeddings'),
    tokenTypes: size('type_vocab_size'),
    epsilon,
  };
  if (read.hidden % read.heads !== 0)
    throw modelBadFile(`${directory}/config.json`, `divides ${read.hidden} hidden units among ${read.heads} heads`);
  return read;
}

/**
 * The model as ONNX bytes. Inputs: `input_ids`, `attention_mask`, int64 `[batch, length]`. Output: `embedding`, float32
 * `[batch, hidden]`.
 *
 * @param weights what `model.safetensors` holds; names with or without the prefix `bert.`
 * @param file the weights' file, for messages
 * @throws LorekeepError `MODEL_BAD_FILE` if weights are missing, of another shape, or not finite
 */
export function bertGraph(config: BertConfig, weights: Arrays, pooling: Pooling, file: string): Uint8Array {
  const { hidden, heads, intermediate, epsilon } = config;
  const headSize = hidden / heads;
  const graph = new OnnxGraphBuilder('bert');

  const take = (name: string, shape: number[]): Float32Array => {
    const found = weights[name] ?? weights[`bert.${name}`];
    if (found === undefined) throw modelBadFile(file, `has no weights named "${name}"`);
    if (found.dtype !== 'float32' || found.shape.join() !== shape.join())
      throw modelBadFile(file, `holds "${name}" as ${found.dtype} [${found.shape}], expected float32 [${shape}]`);
    const data = found.data as Float32Array;
    let poison = 0;
    for (let i = 0; i < data.length; i++) poison += data[i] * 0;
    if (Number.isNaN(poison)) throw modelBadFile(file, `holds values that are not finite in "${name}"`);
    return data;
  };
  const vector = (name: string, size: number) => graph.initializer(name, [size], take(name, [size]));
  /** `x · Wᵀ + b` with PyTorch's `[out, in]` weights. */
  const linear = (x: string, name: string, from: number, to: number) => {
    const matrix = transposed(take(`${name}.weight`, [to, from]), to, from);
    const product = graph.node('MatMul', [x, graph.initializer(`${name}.weight`, [from, to], matrix)]);
    return graph.node('Add', [product, vector(`${name}.bias`, to)]);
  };
  const layerNorm = (x: string, name: string) =>
    graph.node('LayerNormalization', [x, vector(`${name}.weight`, hidden), vector(`${name}.bias`, hidden)], {
      axis: -1,
      epsilon: { float: epsilon },
    });

  const ids = graph.input('input_ids', 'int64', ['batch', 'length']);
  const mask = graph.node('Cast', [graph.input('attention_mask', 'int64', ['batch', 'length'])], { to: 1 });
  const places = embeddingsOfPlaces(config, take);
  const length = graph.node('Shape', [ids], { start: 1, end: 2 });
  const place = graph.node('Slice', [
    graph.initializer('embeddings.places', [config.positions, hidden], places),
    graph.int64s([0]),
    length,
    graph.int64s([0]),
  ]);
  const wordsName = 'embeddings.word_embeddings.weight';
  const wordsShape = [config.vocabulary, hidden];
  const words = graph.initializer(wordsName, wordsShape, take(wordsName, wordsShape));
  let x = layerNorm(graph.node('Add', [graph.node('Gather', [words, ids]), place]), 'embeddings.LayerNorm');

  const one = graph.scalar(1);
  const absent = graph.node('Mul', [graph.node('Sub', [one, mask]), graph.scalar(-1e9)]);
  const hide = graph.node('Unsqueeze', [absent, graph.int64s([1, 2])]);
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `encoder.layer.${layer}`;
    const self = `${prefix}.attention.self`;
    const split = (name: string, perm: number[]) => {
      const projected = linear(x, `${self}.${name}`, hidden, hidden);
      const shaped = graph.node('Reshape', [projected, graph.int64s([0, 0, heads, headSize])]);
      return graph.node('Transpose', [shaped], { perm });
    };
    const query = split('query', [0, 2, 1, 3]);
    const key = split('key', [0, 2, 3, 1]);
    const value = split('value', [0, 2, 1, 3]);
    const scaled = graph.node('Mul', [graph.node('MatMul', [query, key]), graph.scalar(1 / Math.sqrt(headSize))]);
    const scores = graph.node('Add', [scaled, hide]);
    const mixed = graph.node('MatMul', [graph.node('Softmax', [scores], { axis: -1 }), value]);
    const joined = graph.node('Transpose', [mixed], { perm: [0, 2, 1, 3] });
    const attended = graph.node('Reshape', [joined, graph.int64s([0, 0, hidden])]);
    const output = linear(attended, `${prefix}.attention.output.dense`, hidden, hidden);
    x = layerNorm(graph.node('Add', [output, x]), `${prefix}.attention.output.LayerNorm`);
    const wide = graph.node('Gelu', [linear(x, `${prefix}.intermediate.dense`, hidden, intermediate)]);
    const narrow = linear(wide, `${prefix}.output.dense`, intermediate, hidden);
    x = layerNorm(graph.node('Add', [narrow, x]), `${prefix}.output.LayerNorm`);
  }

  const pooled = pooling === 'mean' ? meanOver(graph, x, mask) : firstOf(graph, x);
  const norm = graph.node('ReduceL2', [pooled, graph.int64s([1])], { keepdims: 1 });
  graph.node('Div', [pooled, norm], {}, ['embedding']);
  graph.output('embedding', 'float32', ['batch', hidden]);
  return graph.toBytes();
}

/** Position embeddings with the embedding of token type 0 added, `[positions, hidden]`. */
function embeddingsOfPlaces(config: BertConfig, take: (name: string, shape: number[]) => Float32Array): Float32Array {
  const { positions, hidden, tokenTypes } = config;
  const places = take('embeddings.position_embeddings.weight', [positions, hidden]).slice();
  const type = take('embeddings.token_type_embeddings.weight', [tokenTypes, hidden]);
  for (let i = 0; i < places.length; i++) places[i] += type[i % hidden];
  return places;
}

/** Mean over real tokens: `[batch, length, hidden]`, `[batch, length]` → `[batch, hidden]`. */
function meanOver(graph: OnnxGraphBuilder, x: string, mask: string): string {
  const weights = graph.node('Unsqueeze', [mask, graph.int64s([2])]);
  const sum = graph.node('ReduceSum', [graph.node('Mul', [x, weights]), graph.int64s([1])], { keepdims: 0 });
  return graph.node('Div', [sum, graph.node('ReduceSum', [mask, graph.int64s([1])], { keepdims: 1 })]);
}

function firstOf(graph: OnnxGraphBuilder, x: string): string {
  return graph.node('Gather', [x, graph.scalar(0, 'int64')], { axis: 1 });
}

/** `[rows, columns]` → `[columns, rows]`, in tiles that stay in the cache. */
function transposed(source: Float32Array, rows: number, columns: number): Float32Array {
  const target = new Float32Array(source.length);
  const tile = 32;
  for (let row = 0; row < rows; row += tile)
    for (let column = 0; column < columns; column += tile)
      for (let r = row; r < Math.min(row + tile, rows); r++)
        for (let c = column; c < Math.min(column + tile, columns); c++) target[c * rows + r] = source[r * columns + c];
  return target;
}
