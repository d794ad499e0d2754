/**
 * Matrix products in 8-bit integers, quantised here: weights beforehand, one scale for each output channel; activations
 * when they come, one scale for each token. So a token's codes depend on that token alone, never on what shares its
 * batch, and no calibration texts are needed. (What shares a batch still moves the last bits of float32, and a value
 * that lies between two codes may tip and move what follows: then a text's vectors of two batches differ as int8 differs
 * from fp32, if by less. The same list of texts gives the same bytes.)
 *
 *     weights      w ≈ s·q   q = round(w / s), s = max|w| / 63 of the channel: 7 bits
 *     activations  x ≈ r·p   p = round(x / r), r = max|x| / 127 of the token: 8 bits, stored as p + 128
 *     product      x · w ≈ r·s·Σ p·q
 *
 * Why 7 bits for weights: processors without VNNI (AVX2 up to 2020) add two neighbouring u8 × s8 products in 16 bits,
 * which saturate: 2 · 255 · 127 > 32,767, while 2 · 255 · 63 is not. Sums are exact so, and the same on all
 * processors. Measured on one AVX2 core of a busy machine, 256 tokens, the products of all-MiniLM-L6-v2, time of fp32 / time of this
 * (relative error of a product of uniform values in brackets):
 *
 *     this                               1.54–1.66    u8 × u8, a scale a token      1.30–1.38
 *     u8 × s8, one scale a batch         1.74–1.85    s8 × s8, a scale a token      0.18–0.36
 *     MatMulNBits, 8 bits, any block     0.34–0.72
 *
 * One scale for a whole batch is faster, and loses twice as much: mean cosine with fp32 on 110 item texts .9925, here
 * .9959, with 8-bit weights .9974. Products between activations (attention) stay in fp32: they are 2 % of the time.
 */
import type { OnnxGraphBuilder } from '@lorekeep/graph';

export const PRECISIONS = ['fp32', 'int8'] as const;
export type Precision = (typeof PRECISIONS)[number];

const WEIGHT_LEVELS = 63;
const ACTIVATION_LEVELS = 127;
const ZERO_POINT = 128;

/** Activations of one value in the graph, `[tokens, width]`. */
interface Codes {
  /** uint8 `[tokens, width]` */
  codes: string;
  /** float32 `[tokens, 1]` */
  scales: string;
}

export interface Int8Products {
  /**
   * `x · Wᵀ`: `[…, from]` → `[…, to]`.
   * @param name of the weights in the graph
   * @param weight row-major `[to, from]`
   */
  product(x: string, name: string, weight: Float32Array, from: number, to: number): string;
}

export function int8Products(graph: OnnxGraphBuilder): Int8Products {
  // Queries, keys and values are products of one input, which is quantised once.
  const known = new Map<string, Codes>();

  function quantised(x: string, width: number): Codes {
    const before = known.get(x);
    if (before !== undefined) return before;
    const rows = graph.node('Reshape', [x, graph.int64s([-1, width])]);
    const largest = graph.node('ReduceMax', [graph.node('Abs', [rows]), graph.int64s([1])], { keepdims: 0 });
    // Never 0, so that a token of zeros stays one.
    const scale = graph.node('Max', [
      graph.node('Mul', [largest, graph.scalar(1 / ACTIVATION_LEVELS)]),
      graph.scalar(1e-20),
    ]);
    const zeros = graph.node('Expand', [graph.scalar(ZERO_POINT, 'uint8'), graph.node('Shape', [scale])]);
    const made = {
      codes: graph.node('QuantizeLinear', [rows, scale, zeros], { axis: 0 }),
      scales: graph.node('Unsqueeze', [scale, graph.int64s([1])]),
    };
    known.set(x, made);
    return made;
  }

  return {
    product(x, name, weight, from, to) {
      const { codes, scales } = quantised(x, from);
      const { values, steps } = quantiseChannels(weight, from, to);
      const product = graph.node('com.microsoft.MatMulIntegerToFloat', [
        codes,
        graph.initializer(name, [from, to], values),
        graph.scalar(1),
        graph.initializer(`${name}.scale`, [to], steps),
        graph.scalar(ZERO_POINT, 'uint8'),
      ]);
      const leading = graph.node('Shape', [x], { end: -1 });
      const shape = graph.node('Concat', [leading, graph.int64s([to])], { axis: 0 });
      return graph.node('Reshape', [graph.node('Mul', [product, scales]), shape]);
    },
  };
}

/** Weights `[to, from]` → codes `[from, to]` and the scale of each of the `to` channels. */
function quantiseChannels(weight: Float32Array, from: number, to: number) {
  const values = new Int8Array(weight.length);
  const steps = new Float32Array(to);
  for (let channel = 0; channel < to; channel++) {
    const row = channel * from;
    let largest = 0;
    for (let k = 0; k < from; k++) largest = Math.max(largest, Math.abs(weight[row + k]));
    steps[channel] = largest / WEIGHT_LEVELS || 1;
    for (let k = 0; k < from; k++) values[k * to + channel] = Math.round(weight[row + k] / steps[channel]);
  }
  return { values, steps };
}
