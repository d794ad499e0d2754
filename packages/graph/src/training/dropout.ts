/**
 * Dropout in a compiled graph. Every site is an input of bytes, 0 or 1, that is refilled before
 * each step. Random numbers are cheaper outside the graph than any operator inside it, and all of
 * them come from the generator of the run.
 */
import type { Random } from '@lorekeep/core';
import type { Tensor } from '@tensorflow/tfjs';
import type { Graph } from '../compiler/ir.ts';
import { tensorOf } from '../compiler/trace.ts';
import { errors } from '../errors.ts';
import { tf } from '../tf.ts';

export interface DropoutSite {
  name: string;
  shape: readonly number[];
  size: number;
  /** How many of the 256 values of a random byte drop the element. */
  dropped: number;
}

/** Appends a site to `sites` and applies its mask to `x`. */
export function maskedDropout(graph: Graph, sites: DropoutSite[], x: Tensor, rate: number): Tensor {
  if (!(rate >= 0 && rate < 1))
    throw errors.GRAPH_BAD_OPTION({ name: 'dropout rate', problem: `must be in [0, 1), not ${rate}` });
  const dropped = Math.round(rate * 256);
  if (dropped === 0) return x;
  const name = `dropout/${sites.length}`;
  sites.push({ name, shape: x.shape, size: x.size, dropped });
  // DequantizeLinear casts and multiplies in one pass: 0 or 1 becomes 0 or the scale.
  const mask = graph.input(name, x.shape, 'uint8');
  const scale = graph.uniform([], 256 / (256 - dropped), 'float32');
  return tf.mul(x, tensorOf(graph.op('DequantizeLinear', [mask, scale], x.shape, 'float32')));
}

/** Four words that seed one mask, drawn from the generator of the run. */
export const maskSeed = (random: Random): number[] => Array.from({ length: 4 }, () => random.uint32());
