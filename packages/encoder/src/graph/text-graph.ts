/**
 * A whole encoder as one ONNX graph of our own: architecture, pooling and L2 normalisation, so that only `[batch, dim]`
 * leaves it. Batch and length are dynamic.
 */
import { type Arrays, OnnxGraphBuilder } from '@lorekeep/graph';
import type { Architecture } from '../architectures/architecture.ts';
import { createLayers } from './layers.ts';
import { type Pooling, pool } from './pooling.ts';
import { checkedWeights } from './weights.ts';

/** Changes whenever a graph computes something else: it is part of every encoder's id. */
export const GRAPH_VERSION = 1;

/**
 * The model as ONNX bytes. Inputs: `input_ids`, `attention_mask`, int64 `[batch, length]`. Output: `embedding`, float32
 * `[batch, hidden]`.
 *
 * @param file the weights' file, for messages
 * @throws LorekeepError `MODEL_BAD_FILE` if weights are missing, of another shape, or not finite
 */
export function textGraph(architecture: Architecture, arrays: Arrays, pooling: Pooling, file: string): Uint8Array {
  const graph = new OnnxGraphBuilder(architecture.name);
  const layers = createLayers(graph, checkedWeights(arrays, file, architecture.prefixes));
  const ids = graph.input('input_ids', 'int64', ['batch', 'length']);
  const mask = graph.node('Cast', [graph.input('attention_mask', 'int64', ['batch', 'length'])], { to: 1 });
  const pooled = pool(graph, architecture.write(layers, { ids, mask }), mask, pooling);
  const norm = graph.node('ReduceL2', [pooled, graph.int64s([1])], { keepdims: 1 });
  graph.node('Div', [pooled, norm], {}, ['embedding']);
  graph.output('embedding', 'float32', ['batch', architecture.hidden]);
  return graph.toBytes();
}
