/**
 * Decoder language models of the Llama family: Llama, Mistral, Qwen2 and Qwen3. Rotary position
 * embeddings, RMS pre-norm, grouped-query attention, SwiGLU and causal attention. They differ in
 * biases, in Qwen3's norms of queries and keys, and in the size of the attention window.
 */
import { activationNamed } from '../layers/activations.ts';
import { attention, lengthOf, paddingMask, positionMask } from '../layers/attention.ts';
import type { Layers } from '../layers/layers.ts';
import { type Angles, anglesOf, rotate } from '../layers/rotary.ts';
import {
  activationIn,
  checkHeads,
  flagIn,
  layerTypesIn,
  type ModelConfig,
  objectIn,
  positiveIn,
  requireIn,
  sizeIn,
} from '../model-config.ts';
import type { Architecture, TextInputs } from './architecture.ts';
import { rotaryFrequencies } from './rotary-frequencies.ts';

interface Shape {
  /** Projections with a bias. */
  queryKeyValueBias: boolean;
  outputBias: boolean;
  mlpBias: boolean;
  /** Queries and keys are normalised per head. */
  headNorms: boolean;
  headSize: number;
  keyHeads: number;
  /**
   * Attention window of each layer in tokens, the token itself included. Undefined: all earlier
   * tokens.
   */
  windows: (number | undefined)[];
}

export function llama(config: ModelConfig): Architecture {
  const bias = flagIn(config, 'attention_bias', false);
  return decoder(config, {
    ...sizesOf(config),
    queryKeyValueBias: bias,
    outputBias: bias,
    mlpBias: flagIn(config, 'mlp_bias', false),
    headNorms: false,
    windows: [],
  });
}

export function mistral(config: ModelConfig): Architecture {
  requireIn(config, { layer_types: undefined });
  const window = config.values.sliding_window === null ? undefined : sizeIn(config, 'sliding_window', 4096);
  return decoder(config, {
    ...sizesOf(config, 8),
    ...WITHOUT_BIAS,
    headNorms: false,
    windows: Array.from({ length: sizeIn(config, 'num_hidden_layers') }, () => window),
  });
}

export function qwen2(config: ModelConfig): Architecture {
  requireIn(config, { use_mrope: false });
  return decoder(config, {
    ...sizesOf(config, 32),
    ...WITHOUT_BIAS,
    queryKeyValueBias: true,
    headNorms: false,
    windows: windowsOfQwen(config),
  });
}

export function qwen3(config: ModelConfig): Architecture {
  const bias = flagIn(config, 'attention_bias', false);
  return decoder(config, {
    ...sizesOf(config, 32, 128),
    queryKeyValueBias: bias,
    outputBias: bias,
    mlpBias: false,
    headNorms: true,
    windows: windowsOfQwen(config),
  });
}

const WITHOUT_BIAS = { queryKeyValueBias: false, outputBias: false, mlpBias: false };

function sizesOf(config: ModelConfig, keyHeads?: number, headSize?: number): Pick<Shape, 'keyHeads' | 'headSize'> {
  const heads = sizeIn(config, 'num_attention_heads');
  const given = config.values.head_dim ?? headSize;
  if (given === undefined) checkHeads(config, sizeIn(config, 'hidden_size'), heads);
  return {
    headSize: sizeIn(config, 'head_dim', headSize ?? sizeIn(config, 'hidden_size') / heads),
    keyHeads: sizeIn(config, 'num_key_value_heads', keyHeads ?? heads),
  };
}

/**
 * Windows are used only if `use_sliding_window` is set, and only in the layers from
 * `max_window_layers` on.
 */
function windowsOfQwen(config: ModelConfig): Shape['windows'] {
  const used = flagIn(config, 'use_sliding_window', false) && config.values.sliding_window !== null;
  const window = used ? sizeIn(config, 'sliding_window', 4096) : undefined;
  const from = sizeIn(config, 'max_window_layers', 28);
  const types = layerTypesIn(config, sizeIn(config, 'num_hidden_layers'), (layer) =>
    window !== undefined && layer >= from ? 'sliding_attention' : 'full_attention',
  );
  return types.map((type) => (type === 'sliding_attention' ? window : undefined));
}

function decoder(config: ModelConfig, shape: Shape): Architecture {
  const settings = settingsOf(config, shape);
  return {
    hidden: settings.hidden,
    vocabulary: settings.vocabulary,
    maxTokens: settings.positions,
    prefixes: ['model.'],
    settings,
    write: (layers, inputs) => writeDecoder(layers, inputs, settings),
  };
}

type Settings = ReturnType<typeof settingsOf>;

function settingsOf(config: ModelConfig, shape: Shape) {
  requireIn(config, { is_causal: true, use_bidirectional_attention: false });
  const settings = {
    ...shape,
    hidden: sizeIn(config, 'hidden_size'),
    layers: sizeIn(config, 'num_hidden_layers'),
    heads: sizeIn(config, 'num_attention_heads'),
    intermediate: sizeIn(config, 'intermediate_size'),
    vocabulary: sizeIn(config, 'vocab_size'),
    positions: sizeIn(config, 'max_position_embeddings'),
    epsilon: positiveIn(config, 'rms_norm_eps', 1e-6),
    activation: activationIn(config, 'hidden_act', 'silu'),
    frequencies: rotaryFrequencies(
      config,
      { ...objectIn(config, 'rope_parameters'), ...objectIn(config, 'rope_scaling') },
      positiveIn(config, 'rope_theta', 10000),
      shape.headSize,
    ),
  };
  checkHeads(config, settings.heads, settings.keyHeads);
  return settings;
}

function writeDecoder(layers: Layers, { ids, mask }: TextInputs, settings: Settings): string {
  const { graph } = layers;
  const { hidden, epsilon } = settings;
  const length = lengthOf(graph, ids);
  const padding = paddingMask(graph, mask);
  const angles = anglesOf(graph, length, settings.frequencies);
  /** One attention mask per window size. */
  const masks = new Map<number | undefined, string>();
  const maskOf = (window: number | undefined): string => {
    const reach = window === undefined ? undefined : window - 1;
    const mask =
      masks.get(window) ?? graph.node('Add', [positionMask(graph, length, { causal: true, reach }), padding]);
    masks.set(window, mask);
    return mask;
  };

  let x = layers.lookup(ids, 'embed_tokens', settings.vocabulary, hidden);
  for (let layer = 0; layer < settings.layers; layer++) {
    const normed = layers.rmsNorm(x, `layers.${layer}.input_layernorm`, hidden, epsilon);
    const attentionMask = maskOf(settings.windows[layer]);
    x = graph.node('Add', [x, writeAttention(layers, normed, layer, attentionMask, angles, settings)]);
    const mlpInput = layers.rmsNorm(x, `layers.${layer}.post_attention_layernorm`, hidden, epsilon);
    x = graph.node('Add', [x, writeMlp(layers, mlpInput, layer, settings)]);
  }
  return layers.rmsNorm(x, 'norm', hidden, epsilon);
}

function writeAttention(
  layers: Layers,
  x: string,
  layer: number,
  attentionMask: string,
  angles: Angles,
  { hidden, heads, keyHeads, headSize, epsilon, queryKeyValueBias, outputBias, headNorms }: Settings,
): string {
  const { graph } = layers;
  const name = `layers.${layer}.self_attn`;
  /** Rotated projections of `count` heads, normalised per head if the model does so. */
  const rotated = (part: 'q' | 'k', count: number) => {
    const flat = layers.linear(x, `${name}.${part}_proj`, hidden, count * headSize, queryKeyValueBias);
    if (!headNorms) return rotate(graph, flat, angles, count);
    const split = graph.node('Reshape', [flat, graph.int64s([0, 0, count, headSize])]);
    const normed = layers.rmsNorm(split, `${name}.${part}_norm`, headSize, epsilon);
    return rotate(graph, graph.node('Reshape', [normed, graph.int64s([0, 0, count * headSize])]), angles, count);
  };
  const query = rotated('q', heads);
  const key = rotated('k', keyHeads);
  const value = layers.linear(x, `${name}.v_proj`, hidden, keyHeads * headSize, queryKeyValueBias);
  const mixed = attention(graph, { query, key, value }, attentionMask, { heads, keyHeads, headSize });
  return layers.linear(mixed, `${name}.o_proj`, heads * headSize, hidden, outputBias);
}

/** SwiGLU (Shazeer 2020): `down(activation(gate(x)) · up(x))`. */
function writeMlp(
  layers: Layers,
  x: string,
  layer: number,
  { hidden, intermediate, activation, mlpBias }: Settings,
): string {
  const { graph } = layers;
  const name = `layers.${layer}.mlp`;
  const gate = layers.linear(x, `${name}.gate_proj`, hidden, intermediate, mlpBias);
  const up = layers.linear(x, `${name}.up_proj`, hidden, intermediate, mlpBias);
  const gated = graph.node('Mul', [activationNamed(activation)!(graph, gate), up]);
  return layers.linear(gated, `${name}.down_proj`, intermediate, hidden, mlpBias);
}
