/**
 * LEARN's dense all-action loss (section 3.3): a user's history is compared not with the next item but with many of a later
 * stretch, from many positions at once. Every (history position, target) pair of a user is positive; the targets of the other
 * users in the batch are its negatives:
 *
 *     −log ( exp(s_pq) / (exp(s_pq) + Σ_n exp(s_pn)) ),  s the scaled similarity, q the user's own target, n all others'
 *
 * The other targets of the same user are in no denominator, nor is another user's target that this user acted on too. With `logQ`
 * (ours: the paper has none) each negative is corrected as in loss.ts; without, what many people choose is pushed away from everybody.
 * How positions and targets are drawn is in dense-batches.ts.
 */
import { type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import { comparable, itemTower, targetTower, userTower } from '../model/towers.ts';
import type { TowerConfig } from '../options.ts';
import { logSumExp } from './log-sum-exp.ts';

type Tensor = ReturnType<typeof tf.tensor>;

/**
 * @param items `inputs [rows, input]` and `content [rows, contentDim]` of the batch's items
 * @param batch `history [users, length]`, `targets [users · targetLength]`; of each user P positions and Q targets drawn:
 *   `userAt [users · P]` flat into the histories, `itemAt [users · Q]` flat into the targets, their weights `userWeights` and
 *   `itemWeights` (0 where a user had fewer), `negatives [users, users · Q]` 1 where a target may count against a user,
 *   `columnBias [users · Q]` added to a target's logit where it is a negative
 */
export function denseAllAction(
  parameters: Tensors,
  { inputs, content }: { inputs: Tensor; content: Tensor | undefined },
  batch: Tensors,
  config: TowerConfig,
  context: ModelContext,
) {
  const [users, length] = batch.history.shape as [number, number];
  const [, columns] = batch.negatives.shape as [number, number];
  const targetLength = batch.targets.shape[0] / users;
  const drawn = batch.userAt.shape[0] / users;
  const width = inputs.shape[1] as number;
  const rowsOf = (table: Tensor, rows: Tensor) => tf.gather(table, rows as never);

  const history = tf.reshape(rowsOf(inputs, tf.reshape(batch.history, [users * length])), [users, length, width]);
  const read = config.network.residual ? context.dropout(history, config.training.dropout) : history;
  const states = userTower(parameters, read, config, context);
  const vector = states.shape[2] as number;
  const userVectors = tf.div(
    comparable(rowsOf(tf.reshape(states, [users * length, vector]), batch.userAt), config),
    config.loss.temperature,
  );
  let itemVectors: Tensor;
  if (config.network.itemTower === 'sequence') {
    const targets = tf.reshape(rowsOf(inputs, batch.targets), [users, targetLength, width]);
    const all = tf.reshape(targetTower(parameters, targets, config, context), [users * targetLength, vector]);
    itemVectors = comparable(rowsOf(all, batch.itemAt), config);
  } else {
    const rows = tf.gather(batch.targets, batch.itemAt as never);
    const own = content && rowsOf(content, rows);
    itemVectors = comparable(itemTower(parameters, rowsOf(inputs, rows), own, config, context), config);
  }

  const against = tf.reshape(tf.matMul(userVectors as never, itemVectors as never, false, true), [
    users,
    drawn,
    columns,
  ]);
  const barred = tf.add(tf.mul(tf.sub(tf.reshape(batch.negatives, [users, 1, columns]), 1), 1e9), batch.columnBias);
  const negatives = logSumExp(tf.reshape(tf.add(against, barred), [users * drawn, columns]));
  const own = tf.matMul(
    tf.reshape(userVectors, [users, drawn, vector]) as never,
    tf.reshape(itemVectors, [users, columns / users, vector]) as never,
    false,
    true,
  );
  const losses = tf.softplus(tf.sub(tf.reshape(negatives, [users, drawn, 1]), own));
  const weights = tf.mul(
    tf.reshape(batch.userWeights, [users, drawn, 1]),
    tf.reshape(batch.itemWeights, [users, 1, columns / users]),
  );
  return tf.div(tf.sum(tf.mul(losses, weights)), tf.maximum(tf.sum(weights), 1)).asScalar();
}
