/** Token vectors to one vector a text. */
import type { OnnxGraphBuilder } from '@lorekeep/graph';

export type Pooling = 'mean' | 'cls';

/**
 * @param x `[batch, length, width]`
 * @param mask float32 `[batch, length]`, 1 for real tokens and 0 for padding
 * @returns `[batch, width]`
 */
export function pool(graph: OnnxGraphBuilder, x: string, mask: string, pooling: Pooling): string {
  if (pooling === 'cls') return graph.node('Gather', [x, graph.scalar(0, 'int64')], { axis: 1 });
  const weights = graph.node('Unsqueeze', [mask, graph.int64s([2])]);
  const sum = graph.node('ReduceSum', [graph.node('Mul', [x, weights]), graph.int64s([1])], { keepdims: 0 });
  return graph.node('Div', [sum, graph.node('ReduceSum', [mask, graph.int64s([1])], { keepdims: 1 })]);
}
