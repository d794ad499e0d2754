/**
 * Losses that predict the next item after every prefix of every sequence. One run of the causal
 * user tower serves all prefixes. (LEARN's official code uses one position per sequence; otherwise
 * the loss is the same.) They differ in what the target is compared with:
 *
 * - `full`: the whole catalogue.
 * - `sampled`: items drawn for the step, the same for all rows.
 * - `in-batch`: the targets of all other rows (in-batch softmax), which needs no further item
 *   vectors.
 *
 * In the last two, a negative that is the row's own target is masked. With `logQ`, the logit of a
 * negative loses log(n·q), where n draws each give it with probability q (Bengio & Senécal 2008).
 * The sum over the negatives then estimates the sum over all other items, however unevenly they are
 * drawn. The logit of the target is not corrected, because the target is always present.
 * (Correcting it as well, as is often done, favours rare targets; Khrylchenko et al. 2025.)
 *
 * In `full` and `sampled`, if the towers read text, an item that no user has chosen is no negative:
 * no user passed it over, and a content path that learns to push such items away recommends nothing
 * new.
 */
import { type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import type { Tensor } from '../model/layers.ts';
import { comparable, itemTower, targetTower } from '../model/towers.ts';
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

/** Added to the logit of a masked negative. (The official code replaces the logit instead.) */
export const MASKED = -1e4;

/**
 * @param batch `history [size, length]`, `targets [size · length]`, `weights [size · length]`, for
 *   `sampled` also `negatives [n]`, and `columnBias`, which is added to the logits: `[items]` for
 *   `full` (optional), `[n]` for `sampled`, `[size · length]` for `in-batch`
 * @returns the mean loss over the weighted positions
 */
export function nextItemLoss(
  parameters: Tensors,
  items: LossItems,
  batch: Tensors,
  config: TowerConfig,
  context: ModelContext,
): Tensors[string] {
  const states = userStates(parameters, items.inputs, batch.history, config, context);
  const users = tf.div(comparable(states, config), config.loss.temperature);
  const losses =
    config.loss.kind === 'full'
      ? fullLosses(parameters, users, items, batch, config, context)
      : sampledLosses(parameters, users, items, batch, config, context);
  return weightedMean(losses, batch.weights).asScalar();
}

/** Cross-entropy over the whole catalogue, one per position. */
function fullLosses(
  parameters: Tensors,
  users: Tensor,
  { inputs, content }: LossItems,
  batch: Tensors,
  config: TowerConfig,
  context: ModelContext,
): Tensor {
  const vectors = comparable(itemTower(parameters, inputs, content, config, context), config);
  const own = tf.sum(tf.mul(users, rowsOf(vectors, batch.targets)), -1);
  const logits = innerProducts(users, vectors);
  return tf.sub(logSumExp(batch.columnBias === undefined ? logits : tf.add(logits, batch.columnBias)), own);
}

/** −log (exp(own) / (exp(own) + Σ exp(negative))), one per position. */
function sampledLosses(
  parameters: Tensors,
  users: Tensor,
  items: LossItems,
  batch: Tensors,
  config: TowerConfig,
  context: ModelContext,
): Tensor {
  const targets = targetVectors(parameters, items, batch, config, context);
  const own = tf.sum(tf.mul(users, targets), -1);
  const inBatch = config.loss.kind === 'in-batch';
  const logits = innerProducts(
    users,
    inBatch ? targets : itemVectors(parameters, items, batch.negatives, config, context),
  );
  const isTarget = sameItem(batch.targets, inBatch ? batch.targets : batch.negatives);
  const bias = tf.add(tf.mul(tf.cast(isTarget, 'float32'), MASKED), batch.columnBias);
  return tf.softplus(tf.sub(logSumExp(tf.add(logits, bias)), own));
}

/** `[size · length, vector]`; with `sequence`, each target reads the targets before it. */
function targetVectors(
  parameters: Tensors,
  items: LossItems,
  batch: Tensors,
  config: TowerConfig,
  context: ModelContext,
): Tensor {
  if (config.network.itemTower !== 'sequence') return itemVectors(parameters, items, batch.targets, config, context);
  const [size, length] = batch.history.shape as [number, number];
  const states = targetTower(parameters, sequencesOf(items.inputs, batch.targets, size, length), config, context);
  return comparable(tf.reshape(states, [size * length, -1]), config);
}

/** `[rows, columns]` true if both are the same item. */
function sameItem(rows: Tensor, columns: Tensor): Tensor {
  return tf.equal(tf.reshape(rows, [-1, 1]), tf.reshape(columns, [1, -1]));
}
