/**
 * Multi-head attention over projected queries, keys and values. Attention masks (padding, causal,
 * window) and position biases are added to the scores: a masked pair gets a large negative number.
 */
import type { OnnxGraphBuilder } from '@lorekeep/graph';

/** Added to the score of a masked pair: its softmax is exactly 0 in float32. */
const MASKED = -1e9;

export interface AttentionShape {
  heads: number;
  /** Key and value heads, each shared by `heads / keyHeads` query heads. Default: `heads`. */
  keyHeads?: number;
  headSize: number;
}

/**
 * `softmax(query · keyᵀ / √headSize + bias) · value` for every head.
 *
 * @param query `[batch, length, heads × headSize]`; `key` and `value`:
 *   `[batch, length, keyHeads × headSize]`
 * @param bias `[batch or 1, heads or 1, length or 1, length]`
 * @returns `[batch, length, heads × headSize]`
 */
export function attention(
  graph: OnnxGraphBuilder,
  { query, key, value }: { query: string; key: string; value: string },
  bias: string,
  { heads, keyHeads = heads, headSize }: AttentionShape,
): string {
  const split = (projected: string, sizes: number[], perm: number[]) =>
    graph.node('Transpose', [graph.node('Reshape', [projected, graph.int64s([0, 0, ...sizes])])], { perm });
  const scores = (q: string, k: string, added: string) => {
    const scaled = graph.node('Mul', [graph.node('MatMul', [q, k]), graph.scalar(1 / Math.sqrt(headSize))]);
    return graph.node('Softmax', [graph.node('Add', [scaled, added])], { axis: -1 });
  };
  const join = (mixed: string, perm: number[]) =>
    graph.node('Reshape', [graph.node('Transpose', [mixed], { perm }), graph.int64s([0, 0, heads * headSize])]);

  if (keyHeads === heads) {
    const q = split(query, [heads, headSize], [0, 2, 1, 3]);
    const k = split(key, [heads, headSize], [0, 2, 3, 1]);
    const v = split(value, [heads, headSize], [0, 2, 1, 3]);
    return join(graph.node('MatMul', [scores(q, k, bias), v]), [0, 2, 1, 3]);
  }
  // Grouped-query attention: query heads that share a key head get their own axis, along which the
  // keys are broadcast.
  const q = split(query, [keyHeads, heads / keyHeads, headSize], [0, 2, 3, 1, 4]);
  const k = split(key, [keyHeads, 1, headSize], [0, 2, 3, 4, 1]);
  const v = split(value, [keyHeads, 1, headSize], [0, 2, 3, 1, 4]);
  const weights = scores(q, k, graph.node('Unsqueeze', [bias, graph.int64s([1])]));
  return join(graph.node('MatMul', [weights, v]), [0, 3, 1, 2, 4]);
}

/**
 * Additive mask of padding: `mask` float32 `[batch, length]` of 1 and 0 → `[batch, 1, 1, length]`.
 */
export function paddingMask(graph: OnnxGraphBuilder, mask: string): string {
  const absent = graph.node('Mul', [graph.node('Sub', [graph.scalar(1), mask]), graph.scalar(MASKED)]);
  return graph.node('Unsqueeze', [absent, graph.int64s([1, 2])]);
}

/**
 * Additive mask by position, `[1, 1, length, length]`, to be added to the padding mask.
 *
 * @param length int64 `[1]`
 * @param causal true masks all later tokens
 * @param reach masks tokens that are more than this number of positions away. Default: no limit.
 */
export function positionMask(
  graph: OnnxGraphBuilder,
  length: string,
  { causal = false, reach }: { causal?: boolean; reach?: number },
): string {
  const positions = positionIndices(graph, length);
  const column = graph.node('Unsqueeze', [positions, graph.int64s([0])]);
  const row = graph.node('Unsqueeze', [positions, graph.int64s([1])]);
  /** Query position − key position. */
  const back = graph.node('Sub', [row, column]);
  const masked: string[] = [];
  if (causal) masked.push(graph.node('Less', [back, graph.scalar(0, 'int64')]));
  if (reach !== undefined) {
    const distance = causal ? back : graph.node('Abs', [back]);
    masked.push(graph.node('Greater', [distance, graph.scalar(reach, 'int64')]));
  }
  const flags = masked.reduce((one, other) => graph.node('Or', [one, other]));
  const bias = graph.node('Mul', [graph.node('Cast', [flags], { to: 1 }), graph.scalar(MASKED)]);
  return graph.node('Unsqueeze', [bias, graph.int64s([0, 1])]);
}

/** `0 … length − 1`, int64 `[length]`. */
export function positionIndices(graph: OnnxGraphBuilder, length: string): string {
  const size = graph.node('Squeeze', [length]);
  return graph.node('Range', [graph.scalar(0, 'int64'), size, graph.scalar(1, 'int64')]);
}

/** Padded length of the batch in tokens, int64 `[1]`. */
export function lengthOf(graph: OnnxGraphBuilder, ids: string): string {
  return graph.node('Shape', [ids], { start: 1, end: 2 });
}
