/**
 * tfjs functions → ONNX graphs. The function runs once, on tensors without values, with the tracing backend active;
 * what its kernels wrote down is one graph of static shapes. Gradients need nothing special: inside the function,
 * `tf.grads` runs the backward pass on the same backend, so it lands in the same graph.
 *
 * What does not contribute to an output is left out, and constants are written as scalars that ONNX Runtime expands,
 * so graphs stay small (a training step of a two-layer transformer is under 100 kB).
 */
import type { Tensor } from '@tensorflow/tfjs';
import { asyncFunction, badFeed, badOutput } from '../errors.ts';
import { BACKEND, backend } from './backend.ts';
import { Graph, type Value, type ValueType } from './ir.ts';
import './kernels/index.ts';
import { type Arrays, type DType, dataFits, sizeOf, type TensorSpec, type Tensors } from '../arrays.ts';
import { OnnxGraphBuilder } from '../onnx/graph-builder.ts';
import { tf } from '../tf.ts';

export interface CompiledGraph {
  name: string;
  /** A complete ONNX model. */
  onnx: Uint8Array;
  inputs: Record<string, Required<TensorSpec>>;
  outputs: Record<string, Required<TensorSpec>>;
}

export interface CompileOptions {
  /** Shown in errors and profiles. Default: the function's name, else `'graph'`. */
  name?: string;
  /** Arrays that become part of the graph; the function gets them among its inputs. Default: none. */
  constants?: Arrays;
}

/** Uniform constants up to this size are written out; larger ones are expanded when the graph is loaded. */
const WRITTEN_ELEMENTS = 16;

/**
 * Compiles a function of named tensors for one set of shapes.
 *
 * @example
 * const graph = compileGraph(({ a, b }) => ({ c: tf.matMul(a, b) }), { a: { shape: [2, 3] }, b: { shape: [3, 4] } });
 * @throws LorekeepError `GRAPH_UNSUPPORTED_OP`, `GRAPH_UNSUPPORTED_FORM`, `GRAPH_VALUE_READ`, `GRAPH_RANDOM`,
 *   `GRAPH_LARGE_CONSTANT`, `GRAPH_ASYNC_FUNCTION`, `GRAPH_BAD_OUTPUT`, `GRAPH_BAD_FEED` (a malformed constant)
 */
export function compileGraph(
  fn: (inputs: Tensors) => Tensors,
  inputs: Record<string, TensorSpec>,
  options: CompileOptions = {},
): CompiledGraph {
  const { name = fn.name || 'graph', constants = {} } = options;
  const graph = new Graph();
  const values: Record<string, Value> = {};
  for (const [key, { shape, dtype = 'float32' }] of Object.entries(inputs))
    values[key] = graph.input(key, shape, dtype);
  for (const [key, { shape, dtype, data }] of Object.entries(constants)) {
    if (key in inputs) throw badFeed(key, 'is both an input and a constant');
    if (!dataFits(dtype, data) || sizeOf(shape) !== data.length)
      throw badFeed(key, `does not hold ${dtype} data for the shape [${shape}]`);
    values[key] = graph.constant(shape, data, dtype);
  }
  return lower(graph, traced(graph, fn, values), name);
}

/** Runs `fn` on the tracing backend: values in, values out. */
export function traced(
  graph: Graph,
  fn: (inputs: Tensors) => Tensors,
  values: Record<string, Value>,
): Record<string, Value> {
  const engine = tf.engine();
  const previous: string | undefined = engine.backendName;
  const outer = backend.graph;
  void tf.setBackend(BACKEND);
  backend.graph = graph;
  engine.startScope('lorekeep-trace');
  try {
    const tensors: Tensors = {};
    for (const [key, value] of Object.entries(values)) tensors[key] = tensorOf(value);
    const outputs: unknown = fn(tensors);
    if (outputs instanceof Promise) {
      outputs.catch(() => {});
      throw asyncFunction();
    }
    if (typeof outputs !== 'object' || outputs === null || Array.isArray(outputs))
      throw badOutput('', 'is missing: the function returned no object of tensors');
    return Object.fromEntries(
      Object.entries(outputs).map(([key, tensor]) => {
        if (!(tensor instanceof tf.Tensor)) throw badOutput(key, 'is not a tensor');
        return [key, backend.graphValue(tensor)];
      }),
    );
  } finally {
    engine.endScope();
    backend.graph = outer;
    if (previous && previous !== BACKEND) void tf.setBackend(previous);
  }
}

export function tensorOf(value: Value): Tensor {
  const { dataId, shape, dtype } = backend.info(value);
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}

/** Writes the part of `graph` that `outputs` need. */
export function lower(graph: Graph, outputs: Record<string, Value>, name: string): CompiledGraph {
  const builder = new OnnxGraphBuilder(name);
  const names = new Map<Value, string>();
  const inputSpecs: CompiledGraph['inputs'] = {};
  const outputSpecs: CompiledGraph['outputs'] = {};
  for (const value of graph.inputs) {
    names.set(value, builder.input(value.name as string, value.dtype, [...value.shape]));
    inputSpecs[value.name as string] = { shape: [...value.shape], dtype: value.dtype as DType };
  }
  const final = new Map<Value, string>();
  for (const [key, value] of Object.entries(outputs)) {
    if (key in inputSpecs) throw badOutput(key, 'has the name of an input');
    if (value.node !== undefined && !final.has(value)) final.set(value, key);
  }

  for (const value of inOrder(Object.values(outputs))) {
    if (names.has(value)) continue;
    if (value.node !== undefined) {
      const { op, inputs, attributes, outputs: made } = value.node;
      const own = made.map((output) => final.get(output) ?? `${op}:${output.id}`);
      for (const [i, output] of made.entries()) names.set(output, own[i]);
      builder.node(
        op,
        inputs.map((input) => names.get(input) as string),
        attributes,
        own,
      );
    } else names.set(value, writeConstant(builder, value));
  }
  for (const [key, value] of Object.entries(outputs)) {
    if (final.get(value) !== key) builder.node('Identity', [names.get(value) as string], {}, [key]);
    builder.output(key, value.dtype, [...value.shape]);
    outputSpecs[key] = { shape: [...value.shape], dtype: value.dtype as DType };
  }
  return { name, onnx: builder.toBytes(), inputs: inputSpecs, outputs: outputSpecs };
}

function writeConstant(builder: OnnxGraphBuilder, { id, shape, dtype, data, uniform = 0 }: Value): string {
  if (data !== undefined) return builder.initializer(`constant:${dtype}:${id}`, [...shape], data, dtype as ValueType);
  const size = sizeOf(shape);
  if (size <= WRITTEN_ELEMENTS) return builder.constant([...shape], Array(size).fill(uniform), dtype);
  return builder.node('Expand', [builder.scalar(uniform, dtype), builder.int64s(shape)]);
}

/** Everything the outputs depend on, in the order it was made (operands always come first). */
function inOrder(outputs: Value[]): Value[] {
  const needed = new Set<Value>();
  const open = [...outputs];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (needed.has(value)) continue;
    needed.add(value);
    if (value.node !== undefined) open.push(...value.node.inputs);
  }
  return [...needed].sort((a, b) => a.id - b.id);
}
