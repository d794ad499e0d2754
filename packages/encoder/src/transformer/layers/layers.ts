/**
 * The layers of text encoders, each a few ONNX nodes. An architecture chooses the layers, their
 * order and their weight names; this file defines how a layer is computed. `linear` is the only
 * place where a weight matrix becomes a matrix product.
 *
 * Values are names in the graph. Only plain operators are used, in the shapes that ONNX Runtime's
 * optimiser fuses.
 */
import type { OnnxGraphBuilder } from '@lorekeep/graph';
import { int8Products, type Precision } from './int8.ts';
import type { Weights } from './weights.ts';

export interface Layers {
  readonly graph: OnnxGraphBuilder;
  readonly weights: Weights;
  /**
   * `x · Wᵀ + b`: `[…, from]` → `[…, to]`, with PyTorch's `<name>.weight` `[to, from]` and
   * `<name>.bias` `[to]`.
   * @param bias false if the layer has no bias
   */
  linear(x: string, name: string, from: number, to: number, bias?: boolean): string;
  /**
   * Layer normalisation (mean and variance) over the last axis, of width `size`; `bias` as in
   * `linear`.
   */
  layerNorm(x: string, name: string, size: number, epsilon: number, bias?: boolean): string;
  /** RMS normalisation over the last axis, of width `size`. */
  rmsNorm(x: string, name: string, size: number, epsilon: number): string;
  /**
   * Rows `ids` of the table `<name>.weight` `[rows, width]`: `[batch, length]` →
   * `[batch, length, width]`.
   */
  lookup(ids: string, name: string, rows: number, width: number): string;
}

/**
 * @param scope prefix of names in the graph, because weights of several files may have the same
 *   names
 * @param precision precision of the products of `linear`
 */
export function createLayers(
  graph: OnnxGraphBuilder,
  weights: Weights,
  scope = '',
  precision: Precision = 'fp32',
): Layers {
  const vector = (name: string, size: number) => graph.initializer(scope + name, [size], weights.take(name, [size]));
  const int8 = precision === 'int8' ? int8Products(graph) : undefined;
  const product = (x: string, name: string, from: number, to: number) => {
    const weight = weights.take(name, [to, from]);
    if (int8 !== undefined) return int8.product(x, scope + name, weight, from, to);
    return graph.node('MatMul', [x, graph.initializer(scope + name, [from, to], transposed(weight, to, from))]);
  };
  return {
    graph,
    weights,
    linear(x, name, from, to, bias = true) {
      const y = product(x, `${name}.weight`, from, to);
      return bias ? graph.node('Add', [y, vector(`${name}.bias`, to)]) : y;
    },
    layerNorm(x, name, size, epsilon, bias = true) {
      const inputs = [x, vector(`${name}.weight`, size), ...(bias ? [vector(`${name}.bias`, size)] : [])];
      return graph.node('LayerNormalization', inputs, { axis: -1, epsilon: { float: epsilon } });
    },
    rmsNorm(x, name, size, epsilon) {
      return graph.node('SimplifiedLayerNormalization', [x, vector(`${name}.weight`, size)], {
        axis: -1,
        epsilon: { float: epsilon },
      });
    },
    lookup(ids, name, rows, width) {
      const values = weights.take(`${name}.weight`, [rows, width]);
      const table = graph.initializer(`${scope}${name}.weight`, [rows, width], values);
      return graph.node('Gather', [table, ids]);
    },
  };
}

/**
 * `[rows, columns]` → `[columns, rows]` in shared memory, which all threads read. Tiles keep the
 * accesses in the cache.
 */
function transposed(source: Float32Array, rows: number, columns: number): Float32Array {
  const target = new Float32Array(new SharedArrayBuffer(source.byteLength));
  const tile = 32;
  for (let row = 0; row < rows; row += tile)
    for (let column = 0; column < columns; column += tile)
      for (let r = row; r < Math.min(row + tile, rows); r++)
        for (let c = column; c < Math.min(column + tile, columns); c++) target[c * rows + r] = source[r * columns + c];
  return target;
}
