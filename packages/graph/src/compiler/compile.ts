/**
 * tfjs functions → ONNX graphs. The function runs once, on tensors without values, while the
 * tracing backend is active; the operations that its kernels record form one graph of static
 * shapes. Gradients need no special treatment: inside the function, `tf.grads` runs the backward
 * pass on the same backend, so it becomes part of the same graph.
 *
 * Operations that do not contribute to an output are left out, and constants are written as scalars
 * that ONNX Runtime expands, so graphs stay small: a training step of a two-layer transformer is
 * under 100 kB.
 */
import { type Arrays, checkArray, type TensorSpec, type Tensors } from '../arrays.ts';
import { errors } from '../errors.ts';
import { Graph, type Value } from './ir.ts';
import { type CompiledGraph, lower } from './lower.ts';
import { trace } from './trace.ts';

export interface CompileOptions {
  /** Shown in errors and profiles. Default: the function's name, else `'graph'`. */
  name?: string;
  /**
   * Arrays that become part of the graph. The function receives them among its inputs. Default:
   * none.
   */
  constants?: Arrays;
}

/**
 * Compiles a function of named tensors for one set of shapes.
 *
 * @example
 * const graph = compileGraph(({ a, b }) => ({ c: tf.matMul(a, b) }), { a: { shape: [2, 3] }, b: {
 * shape: [3, 4] } });
 * @throws LorekeepError `GRAPH_UNSUPPORTED_OP`, `GRAPH_UNSUPPORTED_FORM`, `GRAPH_VALUE_READ`,
 *   `GRAPH_RANDOM`, `GRAPH_LARGE_CONSTANT`, `GRAPH_ASYNC_FUNCTION`, `GRAPH_BAD_OUTPUT`,
 *   `GRAPH_BAD_FEED` (a malformed constant)
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
  for (const [key, constant] of Object.entries(constants)) {
    if (key in inputs) throw errors.GRAPH_BAD_FEED({ name: key, problem: 'is both an input and a constant' });
    checkArray(key, constant);
    values[key] = graph.constant(constant.shape, constant.data, constant.dtype);
  }
  return lower(graph, trace(graph, fn, values), name);
}
