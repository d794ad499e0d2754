/**
 * Decoder language models of the Llama shape: Llama, Mistral, Qwen2 and Qwen3. Rotary places, RMS norms before each
 * part, key heads shared by groups of query heads, SwiGLU, and no token sees what comes after it. They differ in biases,
 * in Qwen3's norms of queries and keys, and in how far back a token sees.
 */
import { activationNamed } from '../layers/activations.ts';
import { attention, hideByPlace, hidePadding, lengthOf } from '../layers/attention.ts';
import { anglesOf, rotaryFrequencies, rotate } from '../layers/rotary.ts';
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
import type { Architecture } from './architecture.ts';

interface Shape {
  /** Layers have biases in these projections. */
  queryKeyValueBias: boolean;
  outputBias: boolean;
  mlpBias: boolean;
  /** Queries and keys are normalised, each head by itself. */
  headNorms: boolean;
  headSize: number;
  keyHeads: number;
  /** How many tokens each layer sees, itself included; undefined: all before it. */
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

/** Windows are off unless `use_sliding_window` is set, and then on in the layers from `max_window_layers` up. */
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
  const { hidden, heads, keyHeads, headSize, intermediate, epsilon } = settings;
  checkHeads(config, heads, keyHeads);
  return {
    hidden,
    vocabulary: settings.vocabulary,
    maxTokens: settings.positions,
    prefixes: ['model.'],
    settings,
    write(layers, { ids, mask }) {
      const { graph } = layers;
      const length = lengthOf(graph, ids);
      const padding = hidePadding(graph, mask);
      const angles = anglesOf(graph, length, settings.frequencies);
      const activation = activationNamed(settings.activation)!;
      const biases = new Map<number | undefined, string>();
      const biasOf = (window: number | undefined): string => {
        const reach = window === undefined ? undefined : window - 1;
        const known = biases.get(window);
        const bias = known ?? graph.node('Add', [hideByPlace(graph, length, { causal: true, reach }), padding]);
        biases.set(window, bias);
        return bias;
      };
      /** Projections of `count` heads, normalised where the model does so, and turned. */
      const turned = (x: string, name: string, part: 'q' | 'k', count: number) => {
        const flat = layers.linear(x, `${name}.${part}_proj`, hidden, count * headSize, shape.queryKeyValueBias);
        if (!shape.headNorms) return rotate(graph, flat, angles, count);
        const split = graph.node('Reshape', [flat, graph.int64s([0, 0, count, headSize])]);
        const normed = layers.rmsNorm(split, `${name}.${part}_norm`, headSize, epsilon);
        return rotate(graph, graph.node('Reshape', [normed, graph.int64s([0, 0, count * headSize])]), angles, count);
      };

      let x = layers.lookup(ids, 'embed_tokens', settings.vocabulary, hidden);
      for (let layer = 0; layer < settings.layers; layer++) {
        const self = `layers.${layer}.self_attn`;
        const rested = layers.rmsNorm(x, `layers.${layer}.input_layernorm`, hidden, epsilon);
        const query = turned(rested, self, 'q', heads);
        const key = turned(rested, self, 'k', keyHeads);
        const value = layers.linear(rested, `${self}.v_proj`, hidden, keyHeads * headSize, shape.queryKeyValueBias);
        const bias = biasOf(shape.windows[layer]);
        const mixed = attention(graph, { query, key, value }, bias, { heads, keyHeads, headSize });
        const output = layers.linear(mixed, `${self}.o_proj`, heads * headSize, hidden, shape.outputBias);
        x = graph.node('Add', [x, output]);
        const mlp = `layers.${layer}.mlp`;
        const calm = layers.rmsNorm(x, `layers.${layer}.post_attention_layernorm`, hidden, epsilon);
        const gate = activation(graph, layers.linear(calm, `${mlp}.gate_proj`, hidden, intermediate, shape.mlpBias));
        const up = layers.linear(calm, `${mlp}.up_proj`, hidden, intermediate, shape.mlpBias);
        const gated = graph.node('Mul', [gate, up]);
        x = graph.node('Add', [x, layers.linear(gated, `${mlp}.down_proj`, intermediate, hidden, shape.mlpBias)]);
      }
      return layers.rmsNorm(x, 'norm', hidden, epsilon);
    },
  };
}
