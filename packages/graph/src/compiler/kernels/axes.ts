/** Helpers that several groups of kernels share: axes and counters. */
import type { Graph, Value, ValueType } from '../ir.ts';

/** Counts a negative axis from the end. */
export const positiveAxis = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

/** 0, 1, …, size − 1. */
export function countUp(graph: Graph, size: number, dtype: ValueType): Value {
  const scalar = (value: number) => graph.uniform([], value, dtype);
  return graph.op('Range', [scalar(0), scalar(size), scalar(1)], [size], dtype);
}
