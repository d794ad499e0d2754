/**
 * BERT (Devlin et al. 2019), and RoBERTa (Liu et al. 2019), XLM-R (Conneau et al. 2020) and CamemBERT, which differ in
 * where places begin. Token types other than 0 do not occur here.
 */
import { hidePadding, lengthOf } from '../layers/attention.ts';
import type { Layers } from '../layers/layers.ts';
import { placesAfterPadding } from '../layers/positions.ts';
import { activationIn, checkHeads, type ModelConfig, positiveIn, requireIn, sizeIn, tokenIn } from '../model-config.ts';
import type { Architecture } from './architecture.ts';
import { type PostNormNames, postNormLayer } from './post-norm.ts';

const NAMES: PostNormNames = {
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  output: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  wide: 'intermediate.dense',
  narrow: 'output.dense',
  norm: 'output.LayerNorm',
};

/** @throws LorekeepError `MODEL_UNSUPPORTED`, `MODEL_BAD_FILE` */
export function bert(config: ModelConfig): Architecture {
  return bertOrRoberta(config, ['bert.']);
}

/** As `bert`; the first place has the number after that of the padding token. */
export function roberta(config: ModelConfig): Architecture {
  return bertOrRoberta(config, ['roberta.'], tokenIn(config, 'pad_token_id', 1));
}

function bertOrRoberta(config: ModelConfig, prefixes: string[], padding?: number): Architecture {
  requireIn(config, { position_embedding_type: 'absolute', is_decoder: false, add_cross_attention: false });
  const settings = {
    hidden: sizeIn(config, 'hidden_size'),
    layers: sizeIn(config, 'num_hidden_layers'),
    heads: sizeIn(config, 'num_attention_heads'),
    intermediate: sizeIn(config, 'intermediate_size'),
    vocabulary: sizeIn(config, 'vocab_size'),
    positions: sizeIn(config, 'max_position_embeddings'),
    tokenTypes: sizeIn(config, 'type_vocab_size', 2),
    epsilon: positiveIn(config, 'layer_norm_eps', 1e-12),
    activation: activationIn(config, 'hidden_act', 'gelu'),
    padding,
  };
  const { hidden, positions, epsilon } = settings;
  checkHeads(config, hidden, settings.heads);
  return {
    hidden,
    vocabulary: settings.vocabulary,
    maxTokens: padding === undefined ? positions : positions - padding - 1,
    prefixes,
    settings,
    write(layers, { ids, mask }) {
      const { graph } = layers;
      const table = graph.initializer('embeddings.places', [positions, hidden], embeddingsOfPlaces(layers, settings));
      const place =
        padding === undefined
          ? graph.node('Slice', [table, graph.int64s([0]), lengthOf(graph, ids), graph.int64s([0])])
          : graph.node('Gather', [table, placesAfterPadding(graph, ids, mask, padding)]);
      const words = layers.lookup(ids, 'embeddings.word_embeddings', settings.vocabulary, hidden);
      let x = layers.layerNorm(graph.node('Add', [words, place]), 'embeddings.LayerNorm', hidden, epsilon);
      const hide = hidePadding(graph, mask);
      for (let layer = 0; layer < settings.layers; layer++)
        x = postNormLayer(layers, x, hide, `encoder.layer.${layer}`, NAMES, settings);
      return x;
    },
  };
}

/** Position embeddings with the embedding of token type 0 added, `[positions, hidden]`. */
function embeddingsOfPlaces(
  { weights }: Layers,
  { positions, hidden, tokenTypes }: { positions: number; hidden: number; tokenTypes: number },
): Float32Array {
  const places = weights.take('embeddings.position_embeddings.weight', [positions, hidden]).slice();
  const type = weights.take('embeddings.token_type_embeddings.weight', [tokenTypes, hidden]);
  for (let i = 0; i < places.length; i++) places[i] += type[i % hidden];
  return places;
}
