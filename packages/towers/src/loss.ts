/**
 * The training objective: softmax over the whole catalogue after every prefix of every sequence at once (the causal mask
 * makes all prefixes one run; LEARN's official code asks only about one position a sequence, same maths otherwise).
 */
import { type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import type { TowerConfig } from './config.ts';
import { comparable, itemInputs, itemTower, userTower } from './model.ts';
import { joined } from './parameters.ts';

/**
 * Mean cross-entropy.
 *
 * @param batch `history [batch, length]`, `targets` and `weights [batch · length]`, the catalogue's `content [items,
 *   contentDim]` (centred; absent without content), and the `start/…` arrays
 */
export function fullSoftmaxLoss(learned: Tensors, batch: Tensors, config: TowerConfig, context: ModelContext) {
  const parameters = joined(learned, batch, config);
  const inputs = itemInputs(parameters, batch.content, parameters['id/table'], config, context);
  const items = comparable(itemTower(parameters, inputs, config, context), config);
  const [size, length] = batch.history.shape;
  const history = tf.reshape(tf.gather(inputs, tf.reshape(batch.history, [size * length])), [size, length, config.dim]);
  const states = userTower(parameters, context.dropout(history, config.dropout), config, context);
  const users = tf.div(comparable(tf.reshape(states, [size * length, config.dim]), config), config.temperature);
  const logits = tf.matMul(users as never, items as never, false, true);
  const own = tf.sum(tf.mul(users, tf.gather(items, batch.targets as never)), -1);
  const crossEntropy = tf.sub(logSumExp(logits), own);
  return tf.div(tf.sum(tf.mul(crossEntropy, batch.weights)), tf.maximum(tf.sum(batch.weights), 1)).asScalar();
}

type Tensor = ReturnType<typeof tf.tensor>;

/** `[rows, columns]` → `[rows]`, with the softmax itself as gradient instead of tfjs's chain of five operations. */
function logSumExp(logits: Tensor): Tensor {
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
