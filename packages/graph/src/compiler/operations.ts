/**
 * Constructors of operations. They simplify while they build: a reshape of a reshape becomes one
 * reshape, a constant with equal elements stays one scalar until an operation needs all its
 * elements, and an expansion moves behind the elementwise operations that follow it.
 *
 * Reverse-mode differentiation produces thousands of redundant operations (`ones`, `1 *`, `+ 0`,
 * expand-then-multiply). Operations that are removed here cost ONNX Runtime no time.
 */
import { sizeOf } from '../arrays.ts';
import { type Attributes, ELEMENT_TYPES } from '../onnx/format.ts';
import type { Graph, Node, Value, ValueType } from './ir.ts';

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** The shape to which operands broadcast. tfjs has already checked their compatibility. */
export function broadcastShape(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own !== 1) size = own;
    }
    return size;
  });
}

export function reshape(graph: Graph, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  if (x.uniform !== undefined) return graph.uniform(shape, x.uniform, x.dtype);
  if (x.data !== undefined) return graph.constant(shape, x.data, x.dtype);
  if (x.node?.op === 'Reshape') return reshape(graph, x.node.inputs[0], shape);
  return graph.op('Reshape', [x, graph.int64s(shape)], shape, x.dtype, { allowzero: 1 });
}

/** Repeats elements along axes of size 1 and along missing axes, up to `shape`. */
export function expand(graph: Graph, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  if (x.uniform !== undefined) return graph.uniform(shape, x.uniform, x.dtype);
  if (x.node?.op === 'Expand') return expand(graph, x.node.inputs[0], shape);
  return graph.op('Expand', [x, graph.int64s(shape)], shape, x.dtype);
}

export function transpose(graph: Graph, x: Value, perm: readonly number[]): Value {
  const shape = perm.map((axis) => x.shape[axis]);
  if (x.uniform !== undefined) return graph.uniform(shape, x.uniform, x.dtype);
  // If only axes of size 1 change their position, the data stays in order.
  const moved = perm.filter((axis) => x.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1])) return reshape(graph, x, shape);
  if (x.node?.op === 'Transpose') {
    const inner = x.node.attributes.perm as number[];
    return transpose(
      graph,
      x.node.inputs[0],
      perm.map((axis) => inner[axis]),
    );
  }
  return graph.op('Transpose', [x], shape, x.dtype, { perm: [...perm] });
}

export function cast(graph: Graph, x: Value, dtype: ValueType): Value {
  if (x.dtype === dtype) return x;
  if (x.uniform !== undefined) {
    const value =
      dtype === 'bool' ? Number(x.uniform !== 0) : dtype.startsWith('int') ? Math.trunc(x.uniform) : x.uniform;
    return graph.uniform(x.shape, value, dtype);
  }
  if (x.node?.op === 'Expand') return expand(graph, cast(graph, x.node.inputs[0], dtype), x.shape);
  return graph.op('Cast', [x], x.shape, dtype, { to: ELEMENT_TYPES[dtype] });
}

/** The smallest value that still broadcasts to `x`: an elementwise operand before its expansion. */
function unexpanded(graph: Graph, x: Value): Value {
  if (x.uniform !== undefined) return graph.uniform([], x.uniform, x.dtype);
  return x.node?.op === 'Expand' ? x.node.inputs[0] : x;
}

const CONSTANT_FOLDS: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Max: Math.max,
  Min: Math.min,
};

/** An elementwise operation of two operands with NumPy broadcasting. */
export function binary(graph: Graph, op: string, a: Value, b: Value, dtype: ValueType = a.dtype): Value {
  const shape = broadcastShape(a.shape, b.shape);
  const left = unexpanded(graph, a);
  const right = unexpanded(graph, b);
  return expand(graph, binaryUnexpanded(graph, op, left, right, dtype), shape);
}

function binaryUnexpanded(graph: Graph, op: string, a: Value, b: Value, dtype: ValueType): Value {
  const shape = broadcastShape(a.shape, b.shape);
  if (
    a.uniform !== undefined &&
    b.uniform !== undefined &&
    CONSTANT_FOLDS[op] !== undefined &&
    dtype.startsWith('float')
  )
    return graph.uniform(shape, CONSTANT_FOLDS[op](a.uniform, b.uniform), dtype);
  if (op === 'Add' && a.uniform === 0) return b;
  if ((op === 'Add' || op === 'Sub') && b.uniform === 0) return a;
  if (op === 'Mul' && a.uniform === 1) return b;
  if ((op === 'Mul' || op === 'Div') && b.uniform === 1) return a;
  if (op === 'Mul' && a.uniform !== undefined) return binaryUnexpanded(graph, op, b, a, dtype);
  if (op === 'Mul' && b.uniform !== undefined && dtype === 'float32') {
    // Two scales become one: (x · s) · t = x · (s t), and (x / s) · t = x · (t / s).
    const [x, scale] = a.node?.op === 'Mul' || a.node?.op === 'Div' ? a.node.inputs : [];
    if (x !== undefined && scale?.uniform !== undefined && scale.uniform !== 0) {
      const factor = a.node?.op === 'Mul' ? scale.uniform * b.uniform : b.uniform / scale.uniform;
      return binaryUnexpanded(graph, 'Mul', x, graph.uniform([], factor, dtype), dtype);
    }
  }
  const fused = fusedPattern(graph, op, a, b);
  if (fused !== undefined) return fused;
  // The operands of a commutative operation are sorted, so that both orders give the same value.
  if (COMMUTATIVE.has(op) && a.id > b.id && b.uniform === undefined && sameShape(a.shape, b.shape)) [a, b] = [b, a];
  return graph.op(op, [a, b], shape, dtype);
}

/** Compositions for which ONNX has one operator. Parts without other uses are dropped. */
function fusedPattern(graph: Graph, op: string, a: Value, b: Value): Value | undefined {
  // x − max x − log Σ exp(x − max x), tfjs's log-softmax.
  if (op === 'Sub' && a.node?.op === 'Sub' && b.node?.op === 'Log') {
    const [x, largest] = a.node.inputs;
    const sum = b.node.inputs[0].node;
    const last = graph.int64s([x.shape.length - 1]);
    const overLast = (node: Node | undefined, reduction: string, of: Value) =>
      node?.op === reduction && node.inputs[0] === of && node.inputs[1] === last;
    if (
      overLast(largest.node, 'ReduceMax', x) &&
      sum?.inputs[0].node?.op === 'Exp' &&
      sum.inputs[0].node.inputs[0] === a &&
      overLast(sum, 'ReduceSum', sum.inputs[0])
    )
      return graph.op('LogSoftmax', [x], x.shape, x.dtype, { axis: x.shape.length - 1 });
  }
  // ½ erf(x) + ½ lies in [0, 1], so the clamp of HardSigmoid has no effect and the operator is a
  // multiply-add in one pass over memory.
  if (op === 'Add' && b.uniform === 0.5 && a.node?.op === 'Mul') {
    const [x, half] = a.node.inputs;
    if (half.uniform === 0.5 && x.node?.op === 'Erf')
      return graph.op('HardSigmoid', [x], x.shape, x.dtype, { alpha: { float: 0.5 }, beta: { float: 0.5 } });
  }
  return undefined;
}

const COMMUTATIVE = new Set(['Add', 'Mul', 'Max', 'Min', 'And', 'Or', 'Equal']);

/** An elementwise operation of one operand. */
export function unary(
  graph: Graph,
  op: string,
  x: Value,
  dtype: ValueType = x.dtype,
  attributes: Attributes = {},
): Value {
  if (op === 'Neg' && x.uniform !== undefined) return graph.uniform(x.shape, -x.uniform, dtype);
  const source = unexpanded(graph, x);
  return expand(graph, graph.op(op, [source], source.shape, dtype, attributes), x.shape);
}

/** `condition ? a : b`, with broadcasting. ONNX's Where lacks bool, so booleans become uint8. */
export function where(graph: Graph, condition: Value, a: Value, b: Value): Value {
  const shape = broadcastShape(condition.shape, a.shape, b.shape);
  if (a.dtype === 'bool') {
    const chosen = where(graph, condition, cast(graph, a, 'uint8'), cast(graph, b, 'uint8'));
    return cast(graph, chosen, 'bool');
  }
  const parts = [condition, a, b].map((value) => unexpanded(graph, value));
  const own = broadcastShape(...parts.map((part) => part.shape));
  return expand(graph, graph.op('Where', parts, own, a.dtype), shape);
}

/** A reduction that takes its axes as an input (ONNX opset 18+). */
export function reduce(graph: Graph, op: string, x: Value, axes: readonly number[], keepDims: boolean): Value {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const shape = keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
  if (op !== 'ReduceSumSquare' && axes.every((axis) => x.shape[axis] === 1)) return reshape(graph, x, shape);
  if (x.uniform !== undefined && op === 'ReduceSum' && x.dtype === 'float32')
    return graph.uniform(shape, (x.uniform * sizeOf(x.shape)) / sizeOf(kept), x.dtype);
  const reduced = graph.op(op, [x, graph.int64s(axes)], kept, x.dtype, { keepdims: 1 });
  return reshape(graph, reduced, shape);
}

export function slice(
  graph: Graph,
  x: Value,
  begin: readonly number[],
  end: readonly number[],
  shape: readonly number[],
  strides?: readonly number[],
): Value {
  if (sameShape(x.shape, shape) && (strides ?? []).every((stride) => stride === 1)) return x;
  if (x.uniform !== undefined) return graph.uniform(shape, x.uniform, x.dtype);
  const axes = begin.map((_, axis) => axis);
  return graph.op(
    'Slice',
    [x, graph.int64s(begin), graph.int64s(end), graph.int64s(axes), ...(strides ? [graph.int64s(strides)] : [])],
    shape,
    x.dtype,
  );
}

/** 0, 1, …, size − 1. */
export function countUp(graph: Graph, size: number, dtype: ValueType): Value {
  const scalar = (value: number) => graph.uniform([], value, dtype);
  return graph.op('Range', [scalar(0), scalar(size), scalar(1)], [size], dtype);
}
