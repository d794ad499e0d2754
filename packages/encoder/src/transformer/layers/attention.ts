/**
 * Attention, from projected queries, keys and values to mixed values. What keeps tokens from seeing each other (padding,
 * the future, the far away) and what else is added to the scores comes in as a bias.
 */
import type { OnnxGraphBuilder } from '@lorekeep/graph';

/** Added to the score of what must not be seen: its share of a softmax is exactly 0 in float32. */
const HIDDEN = -1e9;

export interface AttentionShape {
  heads: number;
  /** Heads of keys and values, each shared by as many heads of queries. Default: `heads`. */
  keyHeads?: number;
  headSize: number;
}

/**
 * `softmax(query · keyᵀ / √headSize + bias) · value` for every head.
 *
 * @param query `[batch, length, heads × headSize]`; `key` and `value`: `[batch, length, keyHeads × headSize]`
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
  // Queries that share a key head stand beside each other on an axis of their own, along which keys are broadcast.
  const q = split(query, [keyHeads, heads / keyHeads, headSize], [0, 2, 3, 1, 4]);
  const k = split(key, [keyHeads, 1, headSize], [0, 2, 3, 4, 1]);
  const v = split(value, [keyHeads, 1, headSize], [0, 2, 3, 1, 4]);
  const shares = scores(q, k, graph.node('Unsqueeze', [bias, graph.int64s([1])]));
  return join(graph.node('MatMul', [shares, v]), [0, 3, 1, 2, 4]);
}

/** What hides padding from every token: `mask` float32 `[batch, length]` of 1 and 0 → bias `[batch, 1, 1, length]`. */
export function hidePadding(graph: OnnxGraphBuilder, mask: string): string {
  const absent = graph.node('Mul', [graph.node('Sub', [graph.scalar(1), mask]), graph.scalar(HIDDEN)]);
  return graph.node('Unsqueeze', [absent, graph.int64s([1, 2])]);
}

/**
 * What hides tokens by where they stand, `[1, 1, length, length]`, to be added to what hides padding.
 *
 * @param length the size, int64 `[1]`
 * @param causal true hides all that comes later
 * @param reach hides tokens more than so many places away. Default: none is too far.
 */
export function hideByPlace(
  graph: OnnxGraphBuilder,
  length: string,
  { causal = false, reach }: { causal?: boolean; reach?: number },
): string {
  const places = placesOf(graph, length);
  const column = graph.node('Unsqueeze', [places, graph.int64s([0])]);
  const row = graph.node('Unsqueeze', [places, graph.int64s([1])]);
  /** How many places before the reading token the one that is read stands. */
  const back = graph.node('Sub', [row, column]);
  const hidden: string[] = [];
  if (causal) hidden.push(graph.node('Less', [back, graph.scalar(0, 'int64')]));
  if (reach !== undefined) {
    const distance = causal ? back : graph.node('Abs', [back]);
    hidden.push(graph.node('Greater', [distance, graph.scalar(reach, 'int64')]));
  }
  const flags = hidden.reduce((one, other) => graph.node('Or', [one, other]));
  const bias = graph.node('Mul', [graph.node('Cast', [flags], { to: 1 }), graph.scalar(HIDDEN)]);
  return graph.node('Unsqueeze', [bias, graph.int64s([0, 1])]);
}

/** `0 … length − 1`, int64 `[length]`. */
export function placesOf(graph: OnnxGraphBuilder, length: string): string {
  const size = graph.node('Squeeze', [length]);
  return graph.node('Range', [graph.scalar(0, 'int64'), size, graph.scalar(1, 'int64')]);
}

/** Tokens a text in this batch, int64 `[1]`. */
export function lengthOf(graph: OnnxGraphBuilder, ids: string): string {
  return graph.node('Shape', [ids], { start: 1, end: 2 });
}
