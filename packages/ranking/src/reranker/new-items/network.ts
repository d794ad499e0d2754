/**
 * The network of the new items. The logit of a new item is the log odds that the user chooses it
 * rather than any of the re-ranked items, so one softmax covers both lists.
 */
import type { Random } from '@lorekeep/core';
import { type Arrays, type ModelContext, namedArray, softmaxCrossEntropy, type Tensors, tf } from '@lorekeep/graph';
import { featureScaling, initialLayers, layersOutput } from '../layers.ts';
import { NEW_ITEM_WIDTH } from './features.ts';

type Tensor = ReturnType<typeof tf.tensor>;

const HIDDEN = 32;
const DROPOUT = 0.1;
/** Where the logits start: a new item is a rare choice. */
const START = -4;

/**
 * @param mean `[NEW_ITEM_WIDTH]` mean of each feature
 * @param deviation `[NEW_ITEM_WIDTH]` standard deviation of each feature
 * @returns parameters to be learned, and the fixed arrays `features/…`
 */
export function initialNewItemNetwork(mean: Float32Array, deviation: Float32Array, random: Random) {
  const parameters: Arrays = {
    ...initialLayers(NEW_ITEM_WIDTH, HIDDEN, random),
    'out/bias': namedArray([1], Float32Array.of(START)),
  };
  return { parameters, fixed: featureScaling(mean, deviation) };
}

/**
 * @param features `[rows, NEW_ITEM_WIDTH]`
 * @returns `[rows]` log odds
 */
export function newItemLogits(parameters: Tensors, features: Tensor, context: ModelContext): Tensor {
  return tf.add(layersOutput(parameters, features, DROPOUT, context).output, parameters['out/bias']);
}

/**
 * Mean cross-entropy of the choice among the re-ranked items and the new ones.
 *
 * @param batch `features [examples · PROPOSALS, NEW_ITEM_WIDTH]`, `masked [examples, PROPOSALS]` (1
 *   for a place without an item), `others [examples, CANDIDATES]` log probabilities of the re-ranked
 *   items (−1e9 for padding), `targets [examples]` places in the joint list, re-ranked items first
 */
export function newItemLoss(parameters: Tensors, batch: Tensors, context: ModelContext): Tensors[string] {
  const logits = tf.reshape(newItemLogits({ ...parameters, ...batch }, batch.features, context), batch.masked.shape);
  const own = tf.sub(logits, tf.mul(batch.masked, 1e9));
  const joint = tf.concat([batch.others as never, own as never], 1);
  return tf.mean(softmaxCrossEntropy(joint, batch.targets)).asScalar();
}
