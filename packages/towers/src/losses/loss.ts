/**
 * The training objective of the towers, as a pure function of parameters and a batch: one of the
 * next-item losses (next-item-loss.ts) or the dense all-action loss (dense-loss.ts), plus the
 * alignment loss if it has a weight.
 */
import { type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import { combinedInputs, type ItemParts, itemParts } from '../model/item-inputs.ts';
import type { Tensor } from '../model/layers.ts';
import { joined } from '../model/parameters.ts';
import type { TowerConfig } from '../options.ts';
import { denseAllAction } from './dense-loss.ts';
import { rowsOf, weightedMean } from './loss-tensors.ts';
import { nextItemLoss } from './next-item-loss.ts';

/**
 * The mean loss of a batch.
 *
 * @param learned the trained parameters; `id/table` has the rows of the batch's items, or all rows
 * @param batch the arrays that `createBatches` makes for this loss: those that the loss names,
 *   `content [rows, contentDim]` (as the towers read it; absent without content) and the fixed
 *   `start/…`. `history`, `targets` and `negatives` are row numbers of `content` and of the ID
 *   table.
 */
export function trainingLoss(
  learned: Tensors,
  batch: Tensors,
  config: TowerConfig,
  context: ModelContext,
): Tensors[string] {
  const parameters = joined(learned, batch, config);
  const parts = itemParts(parameters, batch.content, parameters['id/table'], config, context);
  const items = { inputs: combinedInputs(parts, config, context), content: batch.content };
  const main =
    config.loss.kind === 'dense'
      ? denseAllAction(parameters, items, batch, config, context)
      : nextItemLoss(parameters, items, batch, config, context);
  if (config.items.alignment === 0) return main;
  return tf.add(main, tf.mul(alignmentLoss(parts, batch), config.items.alignment)).asScalar();
}

/** Mean squared distance between content path and ID embedding, over the targets. */
function alignmentLoss({ content, id }: ItemParts, { targets, weights }: Tensors): Tensor {
  const difference = tf.sub(rowsOf(content as Tensor, targets), rowsOf(id as Tensor, targets));
  return weightedMean(tf.mean(tf.square(difference), -1), weights);
}
