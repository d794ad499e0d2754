import { tf } from '@lorekeep/graph';

type Tensor = ReturnType<typeof tf.tensor>;

/** log Σ exp along the last axis, with the softmax itself as gradient instead of tfjs's chain of five operations. */
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
