/**
 * ModernBERT (Warner et al. 2024): rotary position embeddings, pre-norm, gated GELU, no biases, and
 * alternating layers of global and local (sliding-window) attention.
 */
import { activationNamed } from '../layers/activations.ts';
import { attention, lengthOf, paddingMask, positionMask } from '../layers/attention.ts';
import type { Layers } from '../layers/layers.ts';
import { anglesOf, rotate } from '../layers/rotary.ts';
import {
  activationIn,
  checkHeads,
  flagIn,
  layerTypesIn,
  type ModelConfig,
  objectIn,
  positiveIn,
  sizeIn,
} from '../model-config.ts';
import type { Architecture, TextInputs } from './architecture.ts';
import { rotaryFrequencies } from './rotary-frequencies.ts';

/** @throws LorekeepError `MODEL_UNSUPPORTED`, `MODEL_BAD_FILE` */
export function modernbert(config: ModelConfig): Architecture {
  const settings = settingsOf(config);
  return {
    hidden: settings.hidden,
    vocabulary: settings.vocabulary,
    maxTokens: settings.positions,
    prefixes: ['model.'],
    settings,
    write: (layers, inputs) => writeModernbert(layers, inputs, settings),
  };
}

type Settings = ReturnType<typeof settingsOf>;

function settingsOf(config: ModelConfig) {
  const hidden = sizeIn(config, 'hidden_size');
  const layerCount = sizeIn(config, 'num_hidden_layers');
  const heads = sizeIn(config, 'num_attention_heads');
  checkHeads(config, hidden, heads);
  const every = sizeIn(config, 'global_attn_every_n_layers', 3);
  const types = layerTypesIn(config, layerCount, (layer) =>
    layer % every === 0 ? 'full_attention' : 'sliding_attention',
  );
  const rope = objectIn(config, 'rope_parameters');
  const frequencies = (type: string, theta: number) =>
    rotaryFrequencies(
      config,
      { ...objectIn(config, 'rope_scaling'), ...objectIn({ ...config, values: rope }, type) },
      theta,
      hidden / heads,
    );
  return {
    hidden,
    heads,
    intermediate: sizeIn(config, 'intermediate_size'),
    vocabulary: sizeIn(config, 'vocab_size'),
    positions: sizeIn(config, 'max_position_embeddings'),
    epsilon: positiveIn(config, 'norm_eps', 1e-5),
    activation: activationIn(config, 'hidden_activation', 'gelu'),
    reach: Math.floor(sizeIn(config, 'local_attention', 128) / 2),
    types,
    full: frequencies('full_attention', positiveIn(config, 'global_rope_theta', 160000)),
    sliding: frequencies('sliding_attention', positiveIn(config, 'local_rope_theta', 10000)),
    normBias: flagIn(config, 'norm_bias', false),
    attentionBias: flagIn(config, 'attention_bias', false),
    mlpBias: flagIn(config, 'mlp_bias', false),
  };
}

function writeModernbert(layers: Layers, { ids, mask }: TextInputs, settings: Settings): string {
  const { hidden, heads, intermediate, epsilon, normBias, attentionBias, mlpBias } = settings;
  const { graph } = layers;
  const length = lengthOf(graph, ids);
  const norm = (x: string, name: string) => layers.layerNorm(x, name, hidden, epsilon, normBias);
  const padding = paddingMask(graph, mask);
  const attentionOf = {
    full_attention: { bias: padding, angles: anglesOf(graph, length, settings.full) },
    sliding_attention: {
      bias: graph.node('Add', [positionMask(graph, length, { reach: settings.reach }), padding]),
      angles: anglesOf(graph, length, settings.sliding),
    },
  };
  const parts = graph.int64s([hidden, hidden, hidden]);
  const halves = graph.int64s([intermediate, intermediate]);
  const activation = activationNamed(settings.activation)!;

  let x = norm(layers.lookup(ids, 'embeddings.tok_embeddings', settings.vocabulary, hidden), 'embeddings.norm');
  settings.types.forEach((type, layer) => {
    const name = `layers.${layer}`;
    const { bias, angles } = attentionOf[type];
    // The embeddings, which are the input of the first layer, are already normalised.
    const normed = layer === 0 ? x : norm(x, `${name}.attn_norm`);
    const projected = layers.linear(normed, `${name}.attn.Wqkv`, hidden, 3 * hidden, attentionBias);
    const [query, key, value] = graph.node('Split', [projected, parts], { axis: -1 }, 3);
    const rotated = { query: rotate(graph, query, angles, heads), key: rotate(graph, key, angles, heads), value };
    const mixed = attention(graph, rotated, bias, { heads, headSize: hidden / heads });
    x = graph.node('Add', [x, layers.linear(mixed, `${name}.attn.Wo`, hidden, hidden, attentionBias)]);
    const wide = layers.linear(norm(x, `${name}.mlp_norm`), `${name}.mlp.Wi`, hidden, 2 * intermediate, mlpBias);
    const [input, gate] = graph.node('Split', [wide, halves], { axis: -1 }, 2);
    const gated = graph.node('Mul', [activation(graph, input), gate]);
    x = graph.node('Add', [x, layers.linear(gated, `${name}.mlp.Wo`, intermediate, hidden, mlpBias)]);
  });
  return norm(x, 'final_norm');
}
