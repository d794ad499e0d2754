/** Steps that the losses share, all inside the graph of a training step. */
import { type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import type { Tensor } from '../model/layers.ts';
import { comparable, itemTower, userTower } from '../model/towers.ts';
import type { TowerConfig } from '../options.ts';

/** Items that a step reads: those of the batch, or the whole catalogue. */
export interface LossItems {
  /** `[rows, input]` what the towers read for each item. */
  inputs: Tensor;
  /** `[rows, contentDim]`, `undefined` without content. */
  content: Tensor | undefined;
}

export const rowsOf = (table: Tensor, rows: Tensor): Tensor => tf.gather(table, rows as never);

/** `users · itemsᵀ`, `[users, items]` */
export const innerProducts = (users: Tensor, items: Tensor): Tensor =>
  tf.matMul(users as never, items as never, false, true);

/** `inputs` of the items in `rows`, `[users, length, input]`. */
export function sequencesOf(inputs: Tensor, rows: Tensor, users: number, length: number): Tensor {
  const flat = rowsOf(inputs, tf.reshape(rows, [users * length]));
  return tf.reshape(flat, [users, length, inputs.shape[1] as number]);
}

/** The user tower after every position of `history [users, length]`: `[users · length, vector]`. */
export function userStates(
  parameters: Tensors,
  inputs: Tensor,
  history: Tensor,
  config: TowerConfig,
  context: ModelContext,
): Tensor {
  const [users, length] = history.shape as [number, number];
  const sequences = sequencesOf(inputs, history, users, length);
  const read = config.network.residual ? context.dropout(sequences, config.training.dropout) : sequences;
  const states = userTower(parameters, read, config, context);
  return tf.reshape(states, [users * length, states.shape[2] as number]);
}

/** The item tower on the items in `rows`, each by itself: `[rows, vector]`. */
export function itemVectors(
  parameters: Tensors,
  { inputs, content }: LossItems,
  rows: Tensor,
  config: TowerConfig,
  context: ModelContext,
): Tensor {
  const ownContent = content && rowsOf(content, rows);
  return comparable(itemTower(parameters, rowsOf(inputs, rows), ownContent, config, context), config);
}

/** `Σ weights · values / Σ weights`; 0 if all weights are 0. */
export function weightedMean(values: Tensor, weights: Tensor): Tensor {
  return tf.div(tf.sum(tf.mul(values, weights)), tf.maximum(tf.sum(weights), 1));
}
