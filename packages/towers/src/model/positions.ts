/**
 * Distances and attention mask between the positions of a sequence. The towers are causal: a
 * position reads itself and earlier positions only. One run therefore gives the state after every
 * prefix, and sequences that are padded on the right need no padding mask.
 */
import { tf } from '@lorekeep/graph';
import type { Tensor } from './layers.ts';

/** Pairs of a position t, which reads, and a position j, which is read. */
export interface PositionPairs {
  /** `[length, length]` int32, t − j, or 0 for j > t. */
  distance: Tensor;
  /** `[length, length]` 1 for j ≤ t, else 0: the attention mask. */
  mask: Tensor;
}

/** The same, and the pairs of one position per sequence if only its state is needed. */
export interface LastPositionPairs extends PositionPairs {
  /** `[batch]` int32, the position t of each sequence. */
  last: Tensor;
  /** `[batch, length]` int32 */
  lastDistance: Tensor;
  /** `[batch, length]` */
  lastMask: Tensor;
}

export function causalPairs(length: number): PositionPairs {
  const distance = new Int32Array(length * length);
  const mask = new Float32Array(length * length);
  for (let t = 0; t < length; t++)
    for (let j = 0; j <= t; j++) {
      distance[t * length + j] = t - j;
      mask[t * length + j] = 1;
    }
  return { distance: tf.tensor2d(distance, [length, length], 'int32'), mask: tf.tensor2d(mask, [length, length]) };
}

/** @param last `[batch]` int32 positions */
export function lastPairs(pairs: PositionPairs, last: Tensor): LastPositionPairs {
  return {
    ...pairs,
    last,
    lastDistance: tf.gather(pairs.distance, last as never),
    lastMask: tf.gather(pairs.mask, last as never),
  };
}

export const isLastOnly = (pairs: PositionPairs | undefined): pairs is LastPositionPairs =>
  pairs !== undefined && 'last' in pairs;

/** `x [batch, length, width]` at one position per sequence, `[batch, 1, width]`. */
export function rowsAtLast(x: Tensor, { last }: LastPositionPairs): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  const rows = tf.add(tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(length, 'int32')), last);
  return tf.reshape(tf.gather(tf.reshape(x, [batch * length, width]), rows as never), [batch, 1, width]);
}
