/**
 * BERT (Devlin et al. 2019), and RoBERTa (Liu et al. 2019), XLM-R (Conneau et al. 2020) and
 * CamemBERT, which number positions differently. All tokens have token type 0.
 */
import { lengthOf, paddingMask } from '../layers/attention.ts';
import type { Layers } from '../layers/layers.ts';
import { positionsAfterPadding } from '../layers/positions.ts';
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

/** Like `bert`, but position ids start after the id of the padding token. */
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
      const table = graph.initializer(
        'embeddings.positions',
        [positions, hidden],
        positionEmbeddings(layers, settings),
      );
      const position =
        padding === undefined
          ? graph.node('Slice', [table, graph.int64s([0]), lengthOf(graph, ids), graph.int64s([0])])
          : graph.node('Gather', [table, positionsAfterPadding(graph, ids, mask, padding)]);
      const words = layers.lookup(ids, 'embeddings.word_embeddings', settings.vocabulary, hidden);
      let x = layers.layerNorm(graph.node('Add', [words, position]), 'embeddings.LayerNorm', hidden, epsilon);
      const attentionMask = paddingMask(graph, mask);
      for (let layer = 0; layer < settings.layers; layer++)
        x = postNormLayer(layers, x, attentionMask, `encoder.layer.${layer}`, NAMES, settings);
      return x;
    },
  };
}

/** Position embeddings with the embedding of token type 0 added, `[positions, hidden]`. */
function positionEmbeddings(
  { weights }: Layers,
  { positions, hidden, tokenTypes }: { positions: number; hidden: number; tokenTypes: number },
): Float32Array {
  const table = weights.take('embeddings.position_embeddings.weight', [positions, hidden]).slice();
  const type = weights.take('embeddings.token_type_embeddings.weight', [tokenTypes, hidden]);
  for (let i = 0; i < table.length; i++) table[i] += type[i % hidden];
  return table;
}
