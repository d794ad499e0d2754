/**
 * Attention, from projected queries, keys and values to mixed values. What keeps tokens from seeing each other (padding,
 * the future, the far away) and what else is added to the scores comes in as `bias`.
 */
import type { OnnxGraphBuilder } from '@lorekeep/graph';

/** Added to the score of what must not be seen: its share of a softmax is exactly 0 in float32. */
export const HIDDEN = -1e9;

export interface AttentionShape {
  heads: number;
  headSize: number;
  /** What scores are multiplied with. Default `1 / √headSize`. */
  scale?: number;
}

/**
 * `softmax(query · keyᵀ · scale + bias) · value` for every head.
 *
 * @param query `[batch, length, heads × headSize]`; `key` and `value` likewise
 * @param bias broadcasts to `[batch, heads, length, length]`
 * @returns `[batch, length, heads × headSize]`
 */
export function attention(
  graph: OnnxGraphBuilder,
  { query, key, value }: { query: string; key: string; value: string },
  bias: string,
  { heads, headSize, scale = 1 / Math.sqrt(headSize) }: AttentionShape,
): string {
  const split = (projected: string, perm: number[]) => {
    const shaped = graph.node('Reshape', [projected, graph.int64s([0, 0, heads, headSize])]);
    return graph.node('Transpose', [shaped], { perm });
  };
  const products = graph.node('MatMul', [split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1])]);
  const scores = graph.node('Add', [graph.node('Mul', [products, graph.scalar(scale)]), bias]);
  const mixed = graph.node('MatMul', [graph.node('Softmax', [scores], { axis: -1 }), split(value, [0, 2, 1, 3])]);
  const joined = graph.node('Transpose', [mixed], { perm: [0, 2, 1, 3] });
  return graph.node('Reshape', [joined, graph.int64s([0, 0, heads * headSize])]);
}

/** What hides padding from every token: `mask` float32 `[batch, length]` of 1 and 0 → bias `[batch, 1, 1, length]`. */
export function hidePadding(graph: OnnxGraphBuilder, mask: string): string {
  const absent = graph.node('Mul', [graph.node('Sub', [graph.scalar(1), mask]), graph.scalar(HIDDEN)]);
  return graph.node('Unsqueeze', [absent, graph.int64s([1, 2])]);
}
