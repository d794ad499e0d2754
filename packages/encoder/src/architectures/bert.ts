/** BERT (Devlin et al. 2019): learned positions, post-norm, exact GELU. Token types other than 0 do not occur here. */
import { attention, hidePadding } from '../graph/attention.ts';
import type { Layers } from '../graph/layers.ts';
import type { Architecture } from './architecture.ts';
import { checkHeads, type ModelConfig, positiveIn, requireIn, sizeIn } from './config.ts';

/** @throws LorekeepError `MODEL_UNSUPPORTED`, `MODEL_BAD_FILE` */
export function bert(config: ModelConfig): Architecture {
  requireIn(config, {
    hidden_act: 'gelu',
    position_embedding_type: 'absolute',
    is_decoder: false,
    add_cross_attention: false,
  });
  const settings = {
    hidden: sizeIn(config, 'hidden_size'),
    layers: sizeIn(config, 'num_hidden_layers'),
    heads: sizeIn(config, 'num_attention_heads'),
    intermediate: sizeIn(config, 'intermediate_size'),
    vocabulary: sizeIn(config, 'vocab_size'),
    positions: sizeIn(config, 'max_position_embeddings'),
    tokenTypes: sizeIn(config, 'type_vocab_size'),
    epsilon: positiveIn(config, 'layer_norm_eps', 1e-12),
  };
  const { hidden, heads, intermediate, positions, epsilon } = settings;
  checkHeads(config, hidden, heads);
  return {
    name: 'bert',
    hidden,
    vocabulary: settings.vocabulary,
    maxTokens: positions,
    prefixes: ['bert.'],
    settings,
    write(layers, { ids, mask }) {
      const { graph } = layers;
      const place = graph.node('Slice', [
        graph.initializer('embeddings.places', [positions, hidden], embeddingsOfPlaces(layers, settings)),
        graph.int64s([0]),
        graph.node('Shape', [ids], { start: 1, end: 2 }),
        graph.int64s([0]),
      ]);
      const words = layers.lookup(ids, 'embeddings.word_embeddings', settings.vocabulary, hidden);
      let x = layers.layerNorm(graph.node('Add', [words, place]), 'embeddings.LayerNorm', hidden, epsilon);
      const hide = hidePadding(graph, mask);
      for (let layer = 0; layer < settings.layers; layer++) {
        const name = `encoder.layer.${layer}`;
        const [query, key, value] = ['query', 'key', 'value'].map((part) =>
          layers.linear(x, `${name}.attention.self.${part}`, hidden, hidden),
        );
        const mixed = attention(graph, { query, key, value }, hide, { heads, headSize: hidden / heads });
        const output = layers.linear(mixed, `${name}.attention.output.dense`, hidden, hidden);
        x = layers.layerNorm(graph.node('Add', [output, x]), `${name}.attention.output.LayerNorm`, hidden, epsilon);
        const wide = graph.node('Gelu', [layers.linear(x, `${name}.intermediate.dense`, hidden, intermediate)]);
        const narrow = layers.linear(wide, `${name}.output.dense`, intermediate, hidden);
        x = layers.layerNorm(graph.node('Add', [narrow, x]), `${name}.output.LayerNorm`, hidden, epsilon);
      }
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
