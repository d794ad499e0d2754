/**
 * MPNet (Song et al. 2020): positions are numbered as in RoBERTa, and the distance between two
 * tokens adds a learned bias to their attention score, the same in every layer. Distances share
 * buckets, which grow with the distance.
 */
import { lengthOf, paddingMask, positionIndices } from '../layers/attention.ts';
import type { Layers } from '../layers/layers.ts';
import { positionsAfterPadding } from '../layers/positions.ts';
import { activationIn, checkHeads, type ModelConfig, positiveIn, requireIn, sizeIn } from '../model-config.ts';
import type { Architecture } from './architecture.ts';
import { type PostNormNames, postNormLayer } from './post-norm.ts';

const NAMES: PostNormNames = {
  query: 'attention.attn.q',
  key: 'attention.attn.k',
  value: 'attention.attn.v',
  output: 'attention.attn.o',
  attentionNorm: 'attention.LayerNorm',
  wide: 'intermediate.dense',
  narrow: 'output.dense',
  norm: 'output.LayerNorm',
};
/** Constants of the original, which ignores the configuration here. */
const PADDING = 1;
const BUCKETS = 32;
const MAX_DISTANCE = 128;

/** @throws LorekeepError `MODEL_UNSUPPORTED`, `MODEL_BAD_FILE` */
export function mpnet(config: ModelConfig): Architecture {
  requireIn(config, { relative_attention_num_buckets: BUCKETS });
  const settings = {
    hidden: sizeIn(config, 'hidden_size'),
    layers: sizeIn(config, 'num_hidden_layers'),
    heads: sizeIn(config, 'num_attention_heads'),
    intermediate: sizeIn(config, 'intermediate_size'),
    vocabulary: sizeIn(config, 'vocab_size'),
    positions: sizeIn(config, 'max_position_embeddings'),
    epsilon: positiveIn(config, 'layer_norm_eps', 1e-12),
    activation: activationIn(config, 'hidden_act', 'gelu'),
  };
  const { hidden, heads, positions, epsilon } = settings;
  checkHeads(config, hidden, heads);
  const maxTokens = positions - PADDING - 1;
  return {
    hidden,
    vocabulary: settings.vocabulary,
    maxTokens,
    prefixes: ['mpnet.'],
    settings,
    write(layers, { ids, mask }) {
      const { graph } = layers;
      const positionIds = positionsAfterPadding(graph, ids, mask, PADDING);
      const position = layers.lookup(positionIds, 'embeddings.position_embeddings', positions, hidden);
      const words = layers.lookup(ids, 'embeddings.word_embeddings', settings.vocabulary, hidden);
      let x = layers.layerNorm(graph.node('Add', [words, position]), 'embeddings.LayerNorm', hidden, epsilon);
      const bias = graph.node('Add', [relativeBias(layers, lengthOf(graph, ids), heads), paddingMask(graph, mask)]);
      for (let layer = 0; layer < settings.layers; layer++)
        x = postNormLayer(layers, x, bias, `encoder.layer.${layer}`, NAMES, settings);
      return x;
    },
  };
}

/** The bias of every pair of positions, `[1, heads, length, length]`. */
function relativeBias(layers: Layers, length: string, heads: number): string {
  const { graph } = layers;
  const positions = positionIndices(graph, length);
  const distance = graph.node('Sub', [
    graph.node('Unsqueeze', [positions, graph.int64s([0])]),
    graph.node('Unsqueeze', [positions, graph.int64s([1])]),
  ]);
  // Distances beyond the maximum share the last bucket, so distances are clipped and buckets are
  // looked up in a table.
  const clipped = graph.node('Clip', [
    distance,
    graph.scalar(-MAX_DISTANCE, 'int64'),
    graph.scalar(MAX_DISTANCE, 'int64'),
  ]);
  const buckets = Array.from({ length: 2 * MAX_DISTANCE + 1 }, (_, i) => bucketOf(i - MAX_DISTANCE));
  const table = graph.constant([buckets.length], buckets, 'int64');
  const bucket = graph.node('Gather', [table, graph.node('Add', [clipped, graph.scalar(MAX_DISTANCE, 'int64')])]);
  const bias = layers.lookup(bucket, 'encoder.relative_attention_bias', BUCKETS, heads);
  return graph.node('Unsqueeze', [graph.node('Transpose', [bias], { perm: [2, 0, 1] }), graph.int64s([0])]);
}

/**
 * Half of the buckets are for later tokens. In each half, one half has one bucket per distance, the
 * other half has buckets on a logarithmic scale. Computed in float32, because the original
 * truncates float32 values.
 */
function bucketOf(distance: number): number {
  const half = BUCKETS / 2;
  const exact = half / 2;
  const side = distance > 0 ? half : 0;
  const far = Math.abs(distance);
  if (far < exact) return side + far;
  const { fround } = Math;
  const scaled = fround(
    fround(fround(Math.log(fround(far / exact))) / fround(Math.log(MAX_DISTANCE / exact))) * (half - exact),
  );
  return side + Math.min(exact + Math.trunc(scaled), half - 1);
}
