/** DistilBERT (Sanh et al. 2019): a BERT without token types and with different weight names. */
import { lengthOf, paddingMask } from '../layers/attention.ts';
import { activationIn, checkHeads, type ModelConfig, sizeIn } from '../model-config.ts';
import type { Architecture } from './architecture.ts';
import { type PostNormNames, postNormLayer } from './post-norm.ts';

const NAMES: PostNormNames = {
  query: 'attention.q_lin',
  key: 'attention.k_lin',
  value: 'attention.v_lin',
  output: 'attention.out_lin',
  attentionNorm: 'sa_layer_norm',
  wide: 'ffn.lin1',
  narrow: 'ffn.lin2',
  norm: 'output_layer_norm',
};

/** @throws LorekeepError `MODEL_UNSUPPORTED`, `MODEL_BAD_FILE` */
export function distilbert(config: ModelConfig): Architecture {
  const settings = {
    hidden: sizeIn(config, 'dim'),
    layers: sizeIn(config, 'n_layers'),
    heads: sizeIn(config, 'n_heads'),
    intermediate: sizeIn(config, 'hidden_dim'),
    vocabulary: sizeIn(config, 'vocab_size'),
    positions: sizeIn(config, 'max_position_embeddings'),
    activation: activationIn(config, 'activation', 'gelu'),
    epsilon: 1e-12,
  };
  const { hidden, positions, epsilon } = settings;
  checkHeads(config, hidden, settings.heads);
  return {
    hidden,
    vocabulary: settings.vocabulary,
    maxTokens: positions,
    prefixes: ['distilbert.'],
    settings,
    write(layers, { ids, mask }) {
      const { graph, weights } = layers;
      const name = 'embeddings.position_embeddings.weight';
      const table = graph.initializer(name, [positions, hidden], weights.take(name, [positions, hidden]));
      const position = graph.node('Slice', [table, graph.int64s([0]), lengthOf(graph, ids), graph.int64s([0])]);
      const words = layers.lookup(ids, 'embeddings.word_embeddings', settings.vocabulary, hidden);
      let x = layers.layerNorm(graph.node('Add', [words, position]), 'embeddings.LayerNorm', hidden, epsilon);
      const attentionMask = paddingMask(graph, mask);
      for (let layer = 0; layer < settings.layers; layer++)
        x = postNormLayer(layers, x, attentionMask, `transformer.layer.${layer}`, NAMES, settings);
      return x;
    },
  };
}
