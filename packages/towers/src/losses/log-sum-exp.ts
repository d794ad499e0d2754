/** log Σ exp, as the losses use it. */
import { tf } from '@lorekeep/graph';
import type { Tensor } from '../model/layers.ts';

/**
 * log Σ exp along the last axis. Its gradient is computed as one softmax, where tfjs would chain
 * five operations.
 *
 * @param logits `[rows, columns]`
 * @returns `[rows]`
 */
export function logSumExp(logits: Tensor): Tensor {
  const withGradient = tf.customGrad((...given) => {
    const x = given[0] as Tensor;
    const save = given[1] as unknown as (tensors: Tensor[]) => void;
    save([x]);
    return {
      value: tf.logSumExp(x, -1),
      gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(tf.expandDims(dy, -1), tf.softmax(saved[0])),
    };
  });
  return withGradient(logits);
}
