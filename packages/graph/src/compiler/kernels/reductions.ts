/** Reductions, softmax, cumulative sums and products, top-k. */

import { tf } from '../../tf.ts';
import { defineKernel, type Kernel } from '../backend.ts';
import type { Graph, Value } from '../ir.ts';
import { binary, cast, reduce } from '../operations.ts';
import { positiveAxis } from './axes.ts';

/** Default: all axes. */
const axesOf = (x: Value, axis: number | number[]) => tf.util.parseAxisParam(axis, [...x.shape]);

const reduction =
  (op: string): Kernel =>
  (graph, { x }, { axis, reductionIndices, keepDims }) => {
    const axes = axesOf(x, axis ?? reductionIndices);
    return axes.length === 0 ? x : reduce(graph, op, x.dtype === 'bool' ? cast(graph, x, 'int32') : x, axes, keepDims);
  };
defineKernel('Sum', reduction('ReduceSum'));
defineKernel('Max', reduction('ReduceMax'));
defineKernel('Min', reduction('ReduceMin'));
defineKernel('Prod', reduction('ReduceProd'));
defineKernel('Mean', (graph, { x }, attributes) =>
  reduction('ReduceMean')(graph, { x: cast(graph, x, 'float32') }, attributes),
);

/** `any` is the maximum of booleans, `all` the minimum. */
const booleanReduction =
  (op: string): Kernel =>
  (graph, { x }, { axis, keepDims }) =>
    cast(graph, reduce(graph, op, cast(graph, x, 'int32'), axesOf(x, axis), keepDims), 'bool');
defineKernel('Any', booleanReduction('ReduceMax'));
defineKernel('All', booleanReduction('ReduceMin'));

const argReduction =
  (op: string): Kernel =>
  (graph, { x }, { axis }) => {
    const own = axesOf(x, axis)[0];
    const shape = x.shape.filter((_, i) => i !== own);
    const index = graph.op(op, [x.dtype === 'bool' ? cast(graph, x, 'int32') : x], shape, 'int64', {
      axis: own,
      keepdims: 0,
    });
    return cast(graph, index, 'int32');
  };
defineKernel('ArgMax', argReduction('ArgMax'));
defineKernel('ArgMin', argReduction('ArgMin'));

defineKernel('Softmax', (graph, { logits }, { dim }) => alongAxis(graph, 'Softmax', logits, dim));
defineKernel('LogSoftmax', (graph, { logits }, { axis }) => alongAxis(graph, 'LogSoftmax', logits, axis));
function alongAxis(graph: Graph, op: string, x: Value, axis: number): Value {
  return graph.op(op, [x], x.shape, x.dtype, { axis: positiveAxis(axis, x.shape.length) });
}

defineKernel('Cumsum', (graph, { x }, { axis, exclusive, reverse }) =>
  graph.op(
    'CumSum',
    [x, graph.constant([1], BigInt64Array.of(BigInt(positiveAxis(axis, x.shape.length))), 'int64')],
    x.shape,
    x.dtype,
    {
      exclusive: exclusive ? 1 : 0,
      reverse: reverse ? 1 : 0,
    },
  ),
);

// ONNX has no cumulative product. Multiplying by shifted copies takes log₂(n) steps and is exact
// for zeros and signs.
defineKernel('Cumprod', (graph, { x }, { axis, exclusive, reverse }) => {
  const own = positiveAxis(axis, x.shape.length);
  const size = x.shape[own];
  const shifted = (y: Value, by: number): Value => {
    const cut = graph.op(
      'Slice',
      [y, graph.int64s([reverse ? by : 0]), graph.int64s([reverse ? size : size - by]), graph.int64s([own])],
      y.shape.map((length, i) => (i === own ? length - by : length)),
      y.dtype,
    );
    const pads = Array(2 * y.shape.length).fill(0);
    pads[reverse ? y.shape.length + own : own] = by;
    return graph.op('Pad', [cut, graph.int64s(pads), graph.uniform([], 1, y.dtype)], y.shape, y.dtype);
  };
  let product = exclusive && size > 0 ? shifted(x, 1) : x;
  for (let by = 1; by < size; by *= 2) product = binary(graph, 'Mul', product, shifted(product, by));
  return product;
});

defineKernel('TopK', (graph, { x }, { k, sorted }) => {
  const shape = [...x.shape.slice(0, -1), k];
  const [values, indices] = graph.ops(
    'TopK',
    [x, graph.int64s([k])],
    [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int64' },
    ],
    { axis: x.shape.length - 1, largest: 1, sorted: sorted ? 1 : 0 },
  );
  return [values, cast(graph, indices, 'int32')];
});
