/**
 * What training asks of the towers, as a pure function of a batch. Three losses ask for the next item after every prefix of
 * every sequence at once (the causal mask makes all prefixes one run; LEARN's official code asks only about one position a
 * sequence, same maths otherwise) and differ in what the target is compared with:
 *
 * * `full`: the whole catalogue.
 * * `sampled`: items drawn for the step, the same for all rows.
 * * `in-batch`: the targets of all other rows, which costs no further item vector.
 *
 * In the last two an item that is the row's own target is no negative: −1e4 is added to its logit. With `logQ`, a negative's
 * logit loses log(n·q), n draws each hitting it with probability q (Bengio & Senécal 2008), so that the sum over negatives
 * estimates that of all other items, however unevenly they were drawn. The target's own logit stays as it is: it is there
 * with certainty and not by chance (correcting it too, as is often done, favours rare targets; Khrylchenko et al. 2025).
 *
 * An item that nobody has chosen is no negative of `full` and `sampled` where items are known by text: it was not passed over, it was not
 * there, and a content path that has learned to push such items away recommends nothing new.
 *
 * `dense` (dense-loss.ts) asks for all of a later stretch from many positions of the history.
 */
import { type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import { joined } from '../model/parameters.ts';
import {
  combinedInputs,
  comparable,
  type ItemParts,
  itemParts,
  itemTower,
  targetTower,
  userTower,
} from '../model/towers.ts';
import type { TowerConfig } from '../options.ts';
import { denseAllAction } from './dense-loss.ts';
import { logSumExp } from './log-sum-exp.ts';

type Tensor = ReturnType<typeof tf.tensor>;

/** Added to the logit of what must not count as a negative (where the official code puts this in its place). */
export const MASKED = -1e4;

/**
 * The mean loss of a batch; with `alignment`, plus its weight times the mean squared distance between the content path and the
 * ID embedding of the targets.
 *
 * @param batch what `feedsOf` of the batch names, `content [rows, contentDim]` (centred; absent without content), and the
 *   `start/…` arrays. Rows, those of the ID table too, are all items or the batch's own; `history` and `targets` are
 *   positions among them.
 */
export function trainingLoss(learned: Tensors, batch: Tensors, config: TowerConfig, context: ModelContext) {
  const parameters = joined(learned, batch, config);
  const parts = itemParts(parameters, batch.content, parameters['id/table'], config, context);
  const items: Items = { parts, inputs: combinedInputs(parts, config, context), content: batch.content };
  const main =
    config.loss.kind === 'dense'
      ? denseAllAction(parameters, items, batch, config, context)
      : nextItemLoss(parameters, items, batch, config, context);
  if (config.items.alignment === 0) return main;
  return tf.add(main, tf.mul(alignmentLoss(items.parts, batch), config.items.alignment)).asScalar();
}

interface Items {
  parts: ItemParts;
  /** `[rows, input]` */
  inputs: Tensor;
  /** `[rows, contentDim]` */
  content: Tensor | undefined;
}

function nextItemLoss(
  parameters: Tensors,
  { inputs, content }: Items,
  batch: Tensors,
  config: TowerConfig,
  context: ModelContext,
) {
  const [size, length] = batch.history.shape as [number, number];
  const positions = size * length;
  const sequences = (rows: Tensor) =>
    tf.reshape(tf.gather(inputs, tf.reshape(rows, [positions]) as never), [size, length, inputs.shape[1] as number]);
  const history = sequences(batch.history);
  const read = config.network.residual ? context.dropout(history, config.training.dropout) : history;
  const states = userTower(parameters, read, config, context);
  const flat = tf.reshape(states, [positions, states.shape[2] as number]);
  const users = tf.div(comparable(flat, config), config.loss.temperature);
  const vectors = (rows: Tensor) =>
    comparable(
      itemTower(
        parameters,
        tf.gather(inputs, rows as never),
        content && tf.gather(content, rows as never),
        config,
        context,
      ),
      config,
    );
  if (config.loss.kind === 'full') {
    const items = comparable(itemTower(parameters, inputs, content, config, context), config);
    const own = tf.sum(tf.mul(users, tf.gather(items, batch.targets as never)), -1);
    const scores = product(users, items);
    const compared = batch.columnBias === undefined ? scores : tf.add(scores, batch.columnBias);
    return weightedMean(tf.sub(logSumExp(compared), own), batch.weights).asScalar();
  }
  const targets =
    config.network.itemTower === 'sequence'
      ? comparable(
          tf.reshape(targetTower(parameters, sequences(batch.targets), config, context), [positions, -1]),
          config,
        )
      : vectors(batch.targets);
  const own = tf.sum(tf.mul(users, targets), -1);
  const inBatch = config.loss.kind === 'in-batch';
  const scores = product(users, inBatch ? targets : vectors(batch.negatives));
  const barred = tf.mul(tf.cast(sameItem(batch.targets, inBatch ? batch.targets : batch.negatives), 'float32'), MASKED);
  const negatives = logSumExp(tf.add(scores, tf.add(barred, batch.columnBias)));
  // −log (exp(own) / (exp(own) + Σ exp(negative)))
  return weightedMean(tf.softplus(tf.sub(negatives, own)), batch.weights).asScalar();
}

/** `[rows, columns]` where both are the same item; a row's own target is therefore always barred from its negatives. */
function sameItem(rows: Tensor, columns: Tensor): Tensor {
  return tf.equal(tf.reshape(rows, [-1, 1]), tf.reshape(columns, [1, -1]));
}

/** Mean squared distance between the targets' content path and ID embedding. */
function alignmentLoss({ content, id }: ItemParts, { targets, weights }: Tensors): Tensor {
  const apart = tf.sub(tf.gather(content as Tensor, targets as never), tf.gather(id as Tensor, targets as never));
  return weightedMean(tf.mean(tf.square(apart), -1), weights);
}

function weightedMean(values: Tensor, weights: Tensor): Tensor {
  return tf.div(tf.sum(tf.mul(values, weights)), tf.maximum(tf.sum(weights), 1));
}

const product = (users: Tensor, items: Tensor) => tf.matMul(users as never, items as never, false, true);
