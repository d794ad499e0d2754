/**
 * Runs tfjs functions on the tracing backend, which records their operations as values of a graph.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from '../arrays.ts';
import { errors } from '../errors.ts';
import { tf } from '../tf.ts';
import { BACKEND, backend } from './backend.ts';
import type { Graph, Value } from './ir.ts';
import './kernels/index.ts';

/** @throws LorekeepError `GRAPH_ASYNC_FUNCTION`, `GRAPH_BAD_OUTPUT`, and those of the kernels */
export function trace(
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
      throw errors.GRAPH_ASYNC_FUNCTION();
    }
    if (typeof outputs !== 'object' || outputs === null || Array.isArray(outputs))
      throw errors.GRAPH_BAD_OUTPUT({ name: '', problem: 'is missing: the function returned no object of tensors' });
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => {
        if (!(tensor instanceof tf.Tensor)) throw errors.GRAPH_BAD_OUTPUT({ name, problem: 'is not a tensor' });
        return [name, backend.graphValue(tensor)];
      }),
    );
  } finally {
    engine.endScope();
    backend.graph = outer;
    if (previous && previous !== BACKEND) void tf.setBackend(previous);
  }
}

/** A tensor that stands for `value` while its graph is being traced. */
export function tensorOf(value: Value): Tensor {
  const { dataId, shape, dtype } = backend.info(value);
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}
