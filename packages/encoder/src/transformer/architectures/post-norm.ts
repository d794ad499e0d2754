/**
 * The layer of BERT and its variants, which differ only in weight names: attention, then a
 * feed-forward network of a wide and a narrow linear layer. Each has a residual connection and is
 * normalised after it (post-norm).
 */
import { activationNamed } from '../layers/activations.ts';
import { attention } from '../layers/attention.ts';
import type { Layers } from '../layers/layers.ts';

export interface PostNormSizes {
  hidden: number;
  heads: number;
  intermediate: number;
  epsilon: number;
  activation: string;
}

/** Names of the weights, relative to the layer's name. */
export interface PostNormNames {
  query: string;
  key: string;
  value: string;
  output: string;
  attentionNorm: string;
  wide: string;
  narrow: string;
  norm: string;
}

/**
 * @param x `[batch, length, hidden]`
 * @param bias added to attention scores, `[batch or 1, heads or 1, length or 1, length]`
 * @param layer the layer's name, for example `encoder.layer.0`
 */
export function postNormLayer(
  layers: Layers,
  x: string,
  bias: string,
  layer: string,
  names: PostNormNames,
  { hidden, heads, intermediate, epsilon, activation }: PostNormSizes,
): string {
  const { graph } = layers;
  const named = (part: keyof PostNormNames) => `${layer}.${names[part]}`;
  const query = layers.linear(x, named('query'), hidden, hidden);
  const key = layers.linear(x, named('key'), hidden, hidden);
  const value = layers.linear(x, named('value'), hidden, hidden);
  const mixed = attention(graph, { query, key, value }, bias, { heads, headSize: hidden / heads });
  const output = layers.linear(mixed, named('output'), hidden, hidden);
  const attended = layers.layerNorm(graph.node('Add', [output, x]), named('attentionNorm'), hidden, epsilon);
  const wide = activationNamed(activation)!(graph, layers.linear(attended, named('wide'), hidden, intermediate));
  const narrow = layers.linear(wide, named('narrow'), intermediate, hidden);
  return layers.layerNorm(graph.node('Add', [narrow, attended]), named('norm'), hidden, epsilon);
}
