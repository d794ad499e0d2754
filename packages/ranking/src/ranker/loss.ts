/**
 * The loss of a ranker: point-wise cross-entropy plus α times a pair-wise logistic loss over pairs of
 * rows with different labels (KEEP, section 4.2).
 */
import { type Tensors, tf } from '@lorekeep/graph';

type Tensor = ReturnType<typeof tf.tensor>;

/** log(1 + eˣ) without overflow. */
const softplus = (x: Tensor) => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));

/**
 * @param logits `[batch, tasks]`
 * @param batch `labels [batch, tasks]`, `weights [batch, tasks]` (0 where a row is not in the base
 *   set of a task)
 * @param pairwise α; 0 switches the pair-wise part off
 */
export function rankingLoss(logits: Tensor, { labels, weights }: Tensors, pairwise: number): Tensor {
  const [count, tasks] = logits.shape;
  const pointwise = tf.mul(weights, tf.sub(softplus(logits), tf.mul(logits, labels)));
  const mean = tf.mul(tf.sum(pointwise), 1 / count);
  if (pairwise === 0) return mean as Tensor;
  const parts = Array.from({ length: tasks }, (_, task) => {
    const column = (x: Tensor) => tf.slice(x, [0, task], [count, 1]);
    const [scores, positive, weight] = [column(logits), column(labels), column(weights)];
    const first = tf.mul(weight, positive);
    const second = tf.mul(weight, tf.sub(1, positive));
    // One matrix of all pairs: rows are positives, columns negatives.
    const differences = tf.sub(tf.reshape(scores, [1, count]), scores) as Tensor;
    const pairs = tf.matMul(first as never, second as never, false, true);
    const total = tf.sum(tf.mul(pairs, softplus(differences)));
    return tf.div(total, tf.add(tf.sum(pairs), 1));
  });
  return tf.add(mean, tf.mul(tf.addN(parts as never[]), pairwise)) as Tensor;
}
