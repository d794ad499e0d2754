/**
 * Pools token vectors into one vector per text, with all modes of sentence-transformers. Padding is
 * on the right.
 */
import type { OnnxGraphBuilder } from '@lorekeep/graph';
import { lengthOf, positionIndices } from './attention.ts';

export const POOLING_MODES = ['cls', 'max', 'mean', 'mean_sqrt_len_tokens', 'weightedmean', 'lasttoken'] as const;
export type PoolingMode = (typeof POOLING_MODES)[number];

export interface PoolingOptions {
  /** Leading tokens that are excluded because they belong to the prompt. */
  skip: number;
}

/**
 * @param x `[batch, length, width]`
 * @param mask float32 `[batch, length]`, 1 for real tokens and 0 for padding
 * @param modes one or more, whose results are concatenated
 * @returns `[batch, modes.length × width]`
 */
export function pool(
  graph: OnnxGraphBuilder,
  x: string,
  mask: string,
  modes: readonly PoolingMode[],
  { skip }: PoolingOptions,
): string {
  const counted = skip === 0 ? mask : graph.node('Mul', [mask, fromPosition(graph, mask, skip)]);
  const pooled = modes.map((mode) => POOLINGS[mode](graph, x, counted, skip));
  return pooled.length === 1 ? pooled[0] : graph.node('Concat', pooled, { axis: 1 });
}

type Pooling = (graph: OnnxGraphBuilder, x: string, mask: string, skip: number) => string;

const POOLINGS: Record<PoolingMode, Pooling> = {
  cls(graph, x, mask, skip) {
    if (skip === 0) return graph.node('Gather', [x, graph.scalar(0, 'int64')], { axis: 1 });
    // The first token after the prompt. If the text is only the prompt, its first token.
    const first = graph.node('ArgMax', [mask], { axis: 1, keepdims: 1 });
    return graph.node('GatherND', [x, first], { batch_dims: 1 });
  },
  max(graph, x, mask) {
    const absent = graph.node('Mul', [graph.node('Sub', [graph.scalar(1), mask]), graph.scalar(-3e38)]);
    const kept = graph.node('Add', [graph.node('Mul', [x, columns(graph, mask)]), columns(graph, absent)]);
    return graph.node('ReduceMax', [kept, graph.int64s([1])], { keepdims: 0 });
  },
  mean: (graph, x, mask) => graph.node('Div', [sumOver(graph, x, mask), countOf(graph, mask)]),
  mean_sqrt_len_tokens: (graph, x, mask) =>
    graph.node('Div', [sumOver(graph, x, mask), graph.node('Sqrt', [countOf(graph, mask)])]),
  weightedmean(graph, x, mask) {
    const positions = graph.node('Cast', [positionIndices(graph, lengthOf(graph, mask))], { to: 1 });
    const weights = graph.node('Mul', [mask, graph.node('Add', [positions, graph.scalar(1)])]);
    return graph.node('Div', [sumOver(graph, x, weights), countOf(graph, weights)]);
  },
  lasttoken(graph, x, mask) {
    const last = graph.node('ArgMax', [mask], { axis: 1, keepdims: 1, select_last_index: 1 });
    const vector = graph.node('GatherND', [x, last], { batch_dims: 1 });
    // Without any counted token, the reference returns zeros.
    return graph.node('Mul', [vector, graph.node('ReduceMax', [mask, graph.int64s([1])], { keepdims: 1 })]);
  },
};

/** 1 from this position on, 0 before it: float32 `[length]`. */
function fromPosition(graph: OnnxGraphBuilder, mask: string, position: number): string {
  const positions = positionIndices(graph, lengthOf(graph, mask));
  return graph.node('Cast', [graph.node('GreaterOrEqual', [positions, graph.scalar(position, 'int64')])], { to: 1 });
}

const columns = (graph: OnnxGraphBuilder, weights: string) => graph.node('Unsqueeze', [weights, graph.int64s([2])]);

/** Sum of token vectors × weights, `[batch, width]`. */
function sumOver(graph: OnnxGraphBuilder, x: string, weights: string): string {
  const weighted = graph.node('Mul', [x, columns(graph, weights)]);
  return graph.node('ReduceSum', [weighted, graph.int64s([1])], { keepdims: 0 });
}

/** Sum of weights, `[batch, 1]`, never exactly 0. */
function countOf(graph: OnnxGraphBuilder, weights: string): string {
  const sum = graph.node('ReduceSum', [weights, graph.int64s([1])], { keepdims: 1 });
  return graph.node('Max', [sum, graph.scalar(1e-9)]);
}
