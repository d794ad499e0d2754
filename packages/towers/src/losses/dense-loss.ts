/**
 * The dense all-action loss of LEARN (section 3.3). A user's history is compared not with the next
 * item but with many items of a later stretch, from many positions at once. Every pair of a history
 * position p and a target q of the same user is positive; the targets of the other users in the
 * batch are negatives:
 *
 *     −log ( exp(s_pq) / (exp(s_pq) + Σ_n exp(s_pn)) )
 *
 * Here s is the scaled similarity, and n runs over the negatives. The other targets of the same
 * user are not in the denominator, nor is the target of another user that this user acted on too.
 * With `logQ` (ours; the paper has no correction) each negative is corrected as in
 * next-item-loss.ts. Without it, popular items are pushed away from all users.
 *
 * dense-batches.ts draws the positions and the targets.
 */
import { type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import type { Tensor } from '../model/layers.ts';
import { comparable, targetTower } from '../model/towers.ts';
import type { TowerConfig } from '../options.ts';
import { logSumExp } from './log-sum-exp.ts';
import {
  innerProducts,
  itemVectors,
  type LossItems,
  rowsOf,
  sequencesOf,
  userStates,
  weightedMean,
} from './loss-tensors.ts';

/**
 * @param batch `history [users, length]` and `targets [users · targetLength]`; for each user P
 *   drawn positions and Q drawn targets:
 *   - `userAt [users · P]`: indexes into the flat `history`; `userWeights [users · P]`: 0 for an
 *     empty entry
 *   - `itemAt [users · Q]`: indexes into `targets`; `itemWeights [users · Q]`: 0 for an empty entry
 *   - `negatives [users, users · Q]`: 1 if a target is a negative of a user
 *   - `columnBias [users · Q]`: added to the logit of a target as a negative
 * @returns the mean loss over all pairs
 */
export function denseAllAction(
  parameters: Tensors,
  items: LossItems,
  batch: Tensors,
  config: TowerConfig,
  context: ModelContext,
): Tensors[string] {
  const users = batch.history.shape[0];
  const columns = batch.negatives.shape[1] as number;
  const positionsPerUser = batch.userAt.shape[0] / users;
  const targetsPerUser = columns / users;

  const states = userStates(parameters, items.inputs, batch.history, config, context);
  const vector = states.shape[1] as number;
  const userVectors = tf.div(comparable(rowsOf(states, batch.userAt), config), config.loss.temperature);
  const targets = targetVectors(parameters, items, batch, vector, config, context);

  const logits = tf.reshape(innerProducts(userVectors, targets), [users, positionsPerUser, columns]);
  const mask = tf.mul(tf.sub(tf.reshape(batch.negatives, [users, 1, columns]), 1), 1e9);
  const masked = tf.add(logits, tf.add(mask, batch.columnBias));
  const negatives = logSumExp(tf.reshape(masked, [users * positionsPerUser, columns]));
  const own = tf.matMul(
    tf.reshape(userVectors, [users, positionsPerUser, vector]) as never,
    tf.reshape(targets, [users, targetsPerUser, vector]) as never,
    false,
    true,
  );
  const losses = tf.softplus(tf.sub(tf.reshape(negatives, [users, positionsPerUser, 1]), own));
  const weights = tf.mul(
    tf.reshape(batch.userWeights, [users, positionsPerUser, 1]),
    tf.reshape(batch.itemWeights, [users, 1, targetsPerUser]),
  );
  return weightedMean(losses, weights).asScalar();
}

/**
 * Vectors of the drawn targets, `[users · Q, vector]`; with `sequence`, each target reads those
 * before it.
 */
function targetVectors(
  parameters: Tensors,
  items: LossItems,
  batch: Tensors,
  vector: number,
  config: TowerConfig,
  context: ModelContext,
): Tensor {
  if (config.network.itemTower !== 'sequence')
    return itemVectors(parameters, items, rowsOf(batch.targets, batch.itemAt), config, context);
  const users = batch.history.shape[0];
  const targetLength = batch.targets.shape[0] / users;
  const sequences = sequencesOf(items.inputs, batch.targets, users, targetLength);
  const states = tf.reshape(targetTower(parameters, sequences, config, context), [users * targetLength, vector]);
  return comparable(rowsOf(states, batch.itemAt), config);
}
