/** Position ids as in RoBERTa. */
import type { OnnxGraphBuilder } from '@lorekeep/graph';

/**
 * Real tokens are numbered from `padding + 1` on; padding has the position `padding`. A text may
 * contain the padding token itself, which is then not counted, as in the original.
 *
 * @param ids int64 `[batch, length]`
 * @param mask float32 `[batch, length]`
 * @returns int64 `[batch, length]`
 */
export function positionsAfterPadding(graph: OnnxGraphBuilder, ids: string, mask: string, padding: number): string {
  const other = graph.node('Not', [graph.node('Equal', [ids, graph.scalar(padding, 'int64')])]);
  const real = graph.node('And', [other, graph.node('Cast', [mask], { to: 9 })]);
  const counted = graph.node('Cast', [real], { to: 7 });
  const number = graph.node('CumSum', [counted, graph.scalar(1, 'int64')]);
  return graph.node('Add', [graph.node('Mul', [number, counted]), graph.scalar(padding, 'int64')]);
}
