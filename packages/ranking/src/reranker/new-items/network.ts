/**
 * The network of the new items. The logit of a new item is the log odds that the user chooses it
 * rather than any of the re-ranked items, so one softmax covers both lists.
 */
import type { Random } from '@lorekeep/core';
import {
  type Arrays,
  gelu,
  type ModelContext,
  namedArray,
  softmaxCrossEntropy,
  type Tensors,
  tf,
} from '@lorekeep/graph';
import { NEW_ITEM_WIDTH } from './features.ts';

type Tensor = ReturnType<typeof tf.tensor>;

const HIDDEN = 32;
const DROPOUT = 0.1;
const CLIP = 5;
/** Where the logits start: a new item is a rare choice. */
const START = -4;

/**
 * @param mean `[NEW_ITEM_WIDTH]` mean of each feature
 * @param deviation `[NEW_ITEM_WIDTH]` standard deviation of each feature
 * @returns parameters to be learned, and the fixed arrays `features/…`
 */
export function initialNewItemNetwork(mean: Float32Array, deviation: Float32Array, random: Random) {
  const drawn = (rows: number, columns: number) =>
    namedArray(
      [rows, columns],
      Float32Array.from({ length: rows * columns }, () => random.normal() / Math.sqrt(rows)),
    );
  const zeros = (...shape: number[]) => namedArray(shape, new Float32Array(shape.reduce((size, n) => size * n, 1)));
  const fixed: Arrays = {
    'features/mean': namedArray([NEW_ITEM_WIDTH], mean),
    'features/scale': namedArray(
      [NEW_ITEM_WIDTH],
      deviation.map((value) => (value > 1e-6 ? 1 / value : 0)),
    ),
  };
  const parameters: Arrays = {
    'first/weights': drawn(NEW_ITEM_WIDTH, HIDDEN),
    'first/bias': zeros(HIDDEN),
    'second/weights': drawn(HIDDEN, HIDDEN),
    'second/bias': zeros(HIDDEN),
    'out/weights': zeros(HIDDEN, 1),
    'out/bias': namedArray([1], Float32Array.of(START)),
  };
  return { parameters, fixed };
}

/**
 * @param features `[rows, NEW_ITEM_WIDTH]`
 * @returns `[rows]` log odds
 */
export function newItemLogits(parameters: Tensors, features: Tensor, context: ModelContext): Tensor {
  const standardised = tf.clipByValue(
    tf.mul(tf.sub(features, parameters['features/mean']), parameters['features/scale']),
    -CLIP,
    CLIP,
  );
  const layer = (x: Tensor, name: string) =>
    context.dropout(
      gelu(tf.add(tf.matMul(x as never, parameters[`${name}/weights`] as never), parameters[`${name}/bias`])),
      DROPOUT,
    );
  const hidden = layer(layer(standardised, 'first'), 'second');
  const [rows] = features.shape;
  return tf.add(
    tf.reshape(tf.matMul(hidden as never, parameters['out/weights'] as never), [rows]),
    parameters['out/bias'],
  );
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
