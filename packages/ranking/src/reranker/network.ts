/**
 * The re-ranker's network: every candidate by itself goes through two hidden layers, whose output
 * is added to its score from the linear model. The last layer starts at zero, so training begins at
 * the order of the linear model. The loss is one choice among the candidates (softmax over the
 * list), not one yes or no per candidate.
 */
import type { Random } from '@lorekeep/core';
import { type Arrays, type ModelContext, namedArray, softmaxCrossEntropy, type Tensors, tf } from '@lorekeep/graph';
import { column, WIDTH } from './features/feature-names.ts';
import { featureScaling, initialLayers, layersOutput } from './layers.ts';

type Tensor = ReturnType<typeof tf.tensor>;

const HIDDEN = 64;
const DROPOUT = 0.2;

/**
 * @param mean `[WIDTH]` mean of each feature
 * @param deviation `[WIDTH]` standard deviation of each feature
 * @returns parameters to be learned, and the fixed arrays `features/…`, which are not
 */
export function initialNetwork(mean: Float32Array, deviation: Float32Array, random: Random) {
  const parameters: Arrays = {
    ...initialLayers(WIDTH, HIDDEN, random),
    'out/score': namedArray([1], Float32Array.of(1)),
  };
  return { parameters, fixed: featureScaling(mean, deviation) };
}

/**
 * @param features `[rows, WIDTH]`, one row per candidate
 * @returns `[rows]` scores; the softmax over a list of candidates gives the probability of each
 *   choice
 */
export function candidateLogits(parameters: Tensors, features: Tensor, context: ModelContext): Tensor {
  const { standardised, output } = layersOutput(parameters, features, DROPOUT, context);
  const [rows] = features.shape;
  const score = tf.reshape(tf.slice(standardised, [0, column.score], [rows, 1]), [rows]);
  return tf.add(output, tf.mul(score, parameters['out/score']));
}

/**
 * Mean cross-entropy of the choice among the candidates of each example.
 *
 * @param batch `features [examples · CANDIDATES, WIDTH]`, `masked [examples, CANDIDATES]` (1 for
 *   what takes no part), `targets [examples]`, and, in training, the arrays `features/…`
 */
export function choiceLoss(parameters: Tensors, batch: Tensors, context: ModelContext): Tensors[string] {
  const logits = candidateLogits({ ...parameters, ...batch }, batch.features, context);
  const unmasked = tf.sub(tf.reshape(logits, batch.masked.shape), tf.mul(batch.masked, 1e9));
  return tf.mean(softmaxCrossEntropy(unmasked, batch.targets)).asScalar();
}
