/**
 * The graph between tfjs and ONNX: values of static shape, made by pure operations.
 *
 * Every operation goes through `Graph.op`, which never makes the same value twice (hash-consing), and through the
 * small constructors below, which simplify on the way: a reshape of a reshape is one reshape, a constant that is the
 * same everywhere is kept as one scalar and grows to its shape only where something truly needs the elements, and an
 * expansion sinks below the elementwise operations that follow it. Reverse-mode differentiation writes thousands
 * of such things (`ones`, `1 *`, `+ 0`, expand-then-multiply); what ONNX Runtime never sees costs nothing.
 */

import { type ArrayData, sizeOf } from '../arrays.ts';
import type { Attributes } from '../onnx/graph-builder.ts';

/** `float64` serves the optimiser's scalars, `int64` shapes and indices; tfjs itself has neither. */
export type ValueType = 'float32' | 'int32' | 'bool' | 'int64' | 'float64' | 'uint8';

export interface Value {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: ValueType;
  /** The operation that makes it; absent for inputs and constants. */
  readonly node?: Node;
  /** Set where every element has this value. Such a value is materialised only on demand. */
  readonly uniform?: number;
  /** Set for constants with elements. */
  readonly data?: ArrayData | Float64Array;
  /** Set for inputs. */
  readonly name?: string;
}

export interface Node {
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  outputs: Value[];
}

export interface OutputSpec {
  shape: readonly number[];
  dtype: ValueType;
}

export class Graph {
  readonly inputs: Value[] = [];
  /** Indices that a Gather has accepted, so none of them is negative. */
  readonly indices = new WeakSet<Value>();
  private count = 0;
  private readonly known = new Map<string, Value[]>();

  input(name: string, shape: readonly number[], dtype: ValueType): Value {
    const value: Value = { id: this.count++, shape, dtype, name };
    this.inputs.push(value);
    return value;
  }

  /** A constant with elements; equal small ones are one value. A single element, or equal ones, become `uniform`. */
  constant(shape: readonly number[], data: ArrayData | Float64Array, dtype: ValueType): Value {
    if (data.length > 0 && dtype !== 'int64') {
      const first = data[0];
      if (data.every((value: number | bigint) => Object.is(value, first)))
        return this.uniform(shape, Number(first), dtype);
    }
    return this.remember(`data ${dtype} [${shape}] ${contentKey(data)}`, () => [
      { id: this.count++, shape, dtype, data },
    ])[0];
  }

  uniform(shape: readonly number[], value: number, dtype: ValueType): Value {
    const rounded = dtype === 'float32' ? Math.fround(value) : value;
    const printed = Object.is(rounded, -0) ? '-0' : String(rounded);
    return this.remember(`uniform ${dtype} [${shape}] ${printed}`, () => [
      { id: this.count++, shape, dtype, uniform: rounded },
    ])[0];
  }

  int64s(values: readonly number[]): Value {
    return this.constant([values.length], BigInt64Array.from(values, BigInt), 'int64');
  }

  /** One operation with one output. Equal operations on equal inputs are the same value. */
  op(
    op: string,
    inputs: readonly Value[],
    shape: readonly number[],
    dtype: ValueType,
    attributes: Attributes = {},
  ): Value {
    return this.ops(op, inputs, [{ shape, dtype }], attributes)[0];
  }

  ops(op: string, inputs: readonly Value[], outputs: OutputSpec[], attributes: Attributes = {}): Value[] {
    const key = `${op} ${inputs.map((input) => input.id)} ${JSON.stringify(attributes)} ${outputs.map((o) => `${o.dtype}[${o.shape}]`)}`;
    return this.remember(key, () => {
      const node: Node = { op, inputs, attributes, outputs: [] };
      node.outputs = outputs.map(({ shape, dtype }) => ({ id: this.count++, shape, dtype, node }));
      return node.outputs;
    });
  }

  private remember(key: string, make: () => Value[]): Value[] {
    let values = this.known.get(key);
    if (values === undefined) this.known.set(key, (values = make()));
    return values;
  }
}

function contentKey(data: ArrayData | Float64Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}

export const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** The shape two operands broadcast to; shapes are known to be compatible (tfjs has checked them). */
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

/** Repeats along axes of size 1 (or missing ones) until `shape` is reached. */
export function expand(graph: Graph, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  if (x.uniform !== undefined) return graph.uniform(shape, x.uniform, x.dtype);
  if (x.node?.op === 'Expand') return expand(graph, x.node.inputs[0], shape);
  return graph.op('Expand', [x, graph.int64s(shape)], shape, x.dtype);
}

export function transpose(graph: Graph, x: Value, perm: readonly number[]): Value {
  const shape = perm.map((axis) => x.shape[axis]);
  if (x.uniform !== undefined) return graph.uniform(shape, x.uniform, x.dtype);
  // Moving only axes of size 1 moves no data.
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
  return graph.op('Cast', [x], x.shape, dtype, { to: TYPE_NUMBERS[dtype] });
}

const TYPE_NUMBERS: Record<ValueType, number> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 };

/** What an elementwise operand is before it was expanded: the least data that still broadcasts to the same. */
function stripped(graph: Graph, x: Value): Value {
  if (x.uniform !== undefined) return graph.uniform([], x.uniform, x.dtype);
  return x.node?.op === 'Expand' ? x.node.inputs[0] : x;
}

const FOLD: Record<string, (a: number, b: number) => number> = {
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
  const left = stripped(graph, a);
  const right = stripped(graph, b);
  return expand(graph, binaryStripped(graph, op, left, right, dtype), shape);
}

function binaryStripped(graph: Graph, op: string, a: Value, b: Value, dtype: ValueType): Value {
  const shape = broadcastShape(a.shape, b.shape);
  if (a.uniform !== undefined && b.uniform !== undefined && FOLD[op] !== undefined && dtype.startsWith('float'))
    return graph.uniform(shape, FOLD[op](a.uniform, b.uniform), dtype);
  if (op === 'Add' && a.uniform === 0) return b;
  if ((op === 'Add' || op === 'Sub') && b.uniform === 0) return a;
  if (op === 'Mul' && a.uniform === 1) return b;
  if ((op === 'Mul' || op === 'Div') && b.uniform === 1) return a;
  if (op === 'Mul' && a.uniform !== undefined) return binaryStripped(graph, op, b, a, dtype);
  if (op === 'Mul' && b.uniform !== undefined && dtype === 'float32') {
    // Scales multiply: (x · s) · t = x · (s t), and (x / s) · t = x · (t / s).
    const [x, scale] = a.node?.op === 'Mul' || a.node?.op === 'Div' ? a.node.inputs : [];
    if (x !== undefined && scale?.uniform !== undefined && scale.uniform !== 0) {
      const factor = a.node?.op === 'Mul' ? scale.uniform * b.uniform : b.uniform / scale.uniform;
      return binaryStripped(graph, 'Mul', x, graph.uniform([], factor, dtype), dtype);
    }
  }
  const fused = fusedPattern(graph, op, a, b);
  if (fused !== undefined) return fused;
  // Both orders of a commutative operation are the same value.
  if (COMMUTATIVE.has(op) && a.id > b.id && b.uniform === undefined && sameShape(a.shape, b.shape)) [a, b] = [b, a];
  return graph.op(op, [a, b], shape, dtype);
}

/** Compositions for which ONNX has one operator. What they were made of is dropped if nothing else uses it. */
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
  // ½ erf(x) + ½: HardSigmoid's clamp to [0, 1] cannot act on it, so it is a multiply-add in one pass.
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
  const source = stripped(graph, x);
  return expand(graph, graph.op(op, [source], source.shape, dtype, attributes), x.shape);
}

/** `condition ? a : b`, with broadcasting. ONNX's Where has no bool form, so flags go through uint8. */
export function where(graph: Graph, condition: Value, a: Value, b: Value): Value {
  const shape = broadcastShape(condition.shape, a.shape, b.shape);
  if (a.dtype === 'bool') {
    const chosen = where(graph, condition, cast(graph, a, 'uint8'), cast(graph, b, 'uint8'));
    return cast(graph, chosen, 'bool');
  }
  const parts = [condition, a, b].map((value) => stripped(graph, value));
  const own = broadcastShape(...parts.map((part) => part.shape));
  return expand(graph, graph.op('Where', parts, own, a.dtype), shape);
}

/** Reductions that take their axes as an input (ONNX opset 18+). */
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
