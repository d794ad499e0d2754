/**
 * A complete encoder as one ONNX graph: architecture, pooling, further modules and L2
 * normalisation. Its only output is `[batch, dim]`. Batch size and length are dynamic.
 */
import { type Arrays, type ModelParts, OnnxGraphBuilder } from '@lorekeep/graph';
import type { Architecture } from './architectures/architecture.ts';
import { type HeadModule, type HeadOptions, writeHead } from './head.ts';
import type { Precision } from './layers/int8.ts';
import { createLayers } from './layers/layers.ts';
import { checkedWeights } from './layers/weights.ts';

/** Part of every encoder's id. Increment it whenever a graph computes something else. */
export const GRAPH_VERSION = 1;

/**
 * The graph, with its weights separate. Inputs: `input_ids`, `attention_mask`, int64
 * `[batch, length]`. Output: `embedding`, float32 `[batch, dim]`.
 *
 * @param file the weight file, for messages
 * @param precision precision of the transformer's linear layers; the modules after it are small and
 *   stay in fp32
 * @throws LorekeepError `MODEL_BAD_FILE` if weights are missing, have another shape or are not
 *   finite
 */
export function textGraph(
  architecture: Architecture,
  arrays: Arrays,
  file: string,
  head: readonly HeadModule[],
  options: HeadOptions,
  dimensionMismatch: (given: number, expected: number) => Error,
  precision: Precision,
): ModelParts {
  const graph = new OnnxGraphBuilder('encoder');
  const layers = createLayers(graph, checkedWeights(arrays, file, architecture.prefixes), '', precision);
  const ids = graph.input('input_ids', 'int64', ['batch', 'length']);
  const mask = graph.node('Cast', [graph.input('attention_mask', 'int64', ['batch', 'length'])], { to: 1 });
  const tokens = architecture.write(layers, { ids, mask });
  writeHead(graph, tokens, mask, architecture.hidden, head, options, dimensionMismatch);
  return graph.toParts();
}
