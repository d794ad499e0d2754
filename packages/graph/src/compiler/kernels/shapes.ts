/** Kernels that move, slice, join, repeat or create data. */

import { sizeOf } from '../../arrays.ts';
import { errors } from '../../errors.ts';
import { tf } from '../../tf.ts';
import { callSite, defineKernel } from '../backend.ts';
import type { Graph, Value } from '../ir.ts';
import { binary, cast, countUp, expand, reshape, slice, transpose, where } from '../operations.ts';
import { positiveAxis } from './axes.ts';

const SMALLEST_INT32 = -(2 ** 31);

defineKernel('Reshape', (graph, { x }, { shape }) =>
  reshape(graph, x, tf.util.inferFromImplicitShape(shape, sizeOf(x.shape))),
);
defineKernel('ExpandDims', (graph, { input }, { dim }) => {
  const axis = positiveAxis(dim, input.shape.length + 1);
  return reshape(graph, input, input.shape.toSpliced(axis, 0, 1));
});
defineKernel('Transpose', (graph, { x }, { perm }) => transpose(graph, x, perm));

defineKernel('Tile', (graph, { x }, { reps }) => {
  const shape = x.shape.map((size, axis) => size * reps[axis]);
  if (x.shape.every((size, axis) => size === 1 || reps[axis] === 1)) return expand(graph, x, shape);
  return graph.op('Tile', [x, graph.int64s(reps)], shape, x.dtype);
});
defineKernel('BroadcastTo', (graph, { x }, { shape }) => expand(graph, x, shape));

defineKernel('Slice', (graph, { x }, { begin, size }) => {
  const [from, shape] = tf.slice_util.parseSliceParams({ shape: [...x.shape] } as never, begin, size);
  const to = from.map((start, axis) => start + shape[axis]);
  return slice(graph, x, from, to, shape);
});
defineKernel('StridedSlice', (graph, { x }, attributes) => {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
  const plan = tf.slice_util.sliceInfo(
    [...x.shape],
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  // A backward slice that includes the first element ends before it, which ONNX writes as the
  // smallest integer.
  const to = plan.end.map((stop, axis) => (plan.strides[axis] < 0 && stop < 0 ? SMALLEST_INT32 : stop));
  const cut = slice(graph, x, plan.begin, to, sliced(plan, x), plan.strides);
  return reshape(graph, cut, plan.finalShape);
});
function sliced(plan: { begin: number[]; end: number[]; strides: number[] }, x: Value): number[] {
  return x.shape.map((_, axis) => Math.max(0, Math.ceil((plan.end[axis] - plan.begin[axis]) / plan.strides[axis])));
}

defineKernel('PadV2', (graph, { x }, { paddings, constantValue }) => {
  const pairs = paddings as [number, number][];
  const shape = x.shape.map((size, axis) => size + pairs[axis][0] + pairs[axis][1]);
  if (pairs.every(([before, after]) => before === 0 && after === 0)) return x;
  const pads = [...pairs.map(([before]) => before), ...pairs.map(([, after]) => after)];
  return graph.op('Pad', [x, graph.int64s(pads), graph.uniform([], constantValue, x.dtype)], shape, x.dtype);
});

defineKernel('Concat', (graph, inputs, { axis }) => concat(graph, Object.values(inputs), axis));
defineKernel('Pack', (graph, inputs, { axis }) => {
  const values = Object.values(inputs);
  const own = positiveAxis(axis, values[0].shape.length + 1);
  return concat(
    graph,
    values.map((value) => reshape(graph, value, value.shape.toSpliced(own, 0, 1))),
    own,
  );
});
function concat(graph: Graph, values: Value[], axis: number): Value {
  const own = positiveAxis(axis, values[0].shape.length);
  const filled = values.filter((value) => value.shape[own] > 0);
  if (filled.length === 0) return values[0];
  if (filled.length === 1) return filled[0];
  const shape = [...filled[0].shape];
  shape[own] = filled.reduce((sum, value) => sum + value.shape[own], 0);
  return graph.op('Concat', filled, shape, filled[0].dtype, { axis: own });
}

function split(graph: Graph, x: Value, sizes: number[], axis: number): Value[] {
  if (sizes.length === 1) return [x];
  const outputs = sizes.map((size) => ({ shape: x.shape.with(axis, size), dtype: x.dtype }));
  return graph.ops('Split', [x, graph.int64s(sizes)], outputs, { axis });
}
defineKernel('SplitV', (graph, { x }, { numOrSizeSplits, axis }) => {
  const own = positiveAxis(axis, x.shape.length);
  return split(graph, x, tf.backend_util.prepareSplitSize({ shape: [...x.shape] } as never, numOrSizeSplits, own), own);
});
defineKernel('Unpack', (graph, { value }, { axis }) => {
  const own = positiveAxis(axis, value.shape.length);
  const parts = split(graph, value, Array(value.shape[own]).fill(1), own);
  return parts.map((part) => reshape(graph, part, value.shape.toSpliced(own, 1)));
});

defineKernel('Reverse', (graph, { x }, { dims }) => {
  const axes = tf.util.parseAxisParam(dims, [...x.shape]).filter((axis) => x.shape[axis] > 1);
  if (axes.length === 0) return x;
  const perAxis = (value: number) => graph.int64s(axes.map(() => value));
  return graph.op(
    'Slice',
    [x, perAxis(-1), perAxis(SMALLEST_INT32), graph.int64s(axes), perAxis(-1)],
    x.shape,
    x.dtype,
  );
});

defineKernel('Fill', (graph, _, { shape, value, dtype }) => {
  if (typeof value === 'string')
    throw errors.GRAPH_UNSUPPORTED_FORM({ op: 'Fill', problem: 'strings are not supported', place: callSite() });
  return graph.uniform(shape, value, dtype ?? 'float32');
});
defineKernel('Range', (graph, _, { start, stop, step, dtype }) => {
  const span: number = stop - start;
  const size = start === stop || span / step < 0 ? 0 : Math.abs(Math.ceil(span / step));
  const scale = (value: number) => graph.uniform([], value, dtype);
  const count = countUp(graph, size, 'int32');
  return binary(graph, 'Add', binary(graph, 'Mul', cast(graph, count, dtype), scale(step)), scale(start));
});
defineKernel('LinSpace', (graph, _, { start, stop, num }) => {
  const step = num > 1 ? (stop - start) / (num - 1) : 0;
  return graph.constant(
    [num],
    Float32Array.from({ length: num }, (_, i) => start + i * step),
    'float32',
  );
});
defineKernel('OneHot', (graph, { indices }, { depth, onValue, offValue, dtype }) => {
  const shape = [...indices.shape, 1];
  const classes = countUp(graph, depth, 'int32');
  const hits = binary(graph, 'Equal', reshape(graph, cast(graph, indices, 'int32'), shape), classes, 'bool');
  const type = dtype ?? 'float32';
  if (onValue === 1 && offValue === 0) return cast(graph, hits, type);
  return where(graph, hits, graph.uniform([], onValue, type), graph.uniform([], offValue, type));
});
