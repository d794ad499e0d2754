/**
 * Dropout in a compiled graph: every site is an input of bytes, 0 or 1, refilled before each step. Random numbers
 * cost less outside the graph than any operator inside it, and the run's own generator decides all of them.
 */
import type { Random } from '@lorekeep/core';
import type { Tensor } from '@tensorflow/tfjs';
import { tensorOf } from '../compiler/compile.ts';
import type { Graph } from '../compiler/ir.ts';
import { badOption } from '../errors.ts';
import { tf } from '../tf.ts';

export interface DropoutSite {
  name: string;
  shape: readonly number[];
  size: number;
  /** Of 256: how many byte values are dropped. */
  dropped: number;
}

export function maskedDropout(graph: Graph, sites: DropoutSite[], x: Tensor, rate: number): Tensor {
  if (!(rate >= 0 && rate < 1)) throw badOption('dropout rate', `must be in [0, 1), not ${rate}`);
  const dropped = Math.round(rate * 256);
  if (dropped === 0) return x;
  const name = `dropout/${sites.length}`;
  sites.push({ name, shape: x.shape, size: x.size, dropped });
  // Dequantising is a cast and a multiplication in one pass: 0 or 1 becomes 0 or the scale.
  const flags = graph.input(name, x.shape, 'uint8');
  const scale = graph.uniform([], 256 / (256 - dropped), 'float32');
  return tf.mul(x, tensorOf(graph.op('DequantizeLinear', [flags, scale], x.shape, 'float32')));
}

/** Four words for one mask, drawn from the run's generator. */
export const maskSeed = (random: Random): number[] => Array.from({ length: 4 }, () => random.uint32());
