/**
 * The second stage's network: every candidate by itself through two hidden layers, added to its closed-form score. The
 * last layer starts at zero, so that training begins at the closed form's order. It is trained as one choice among the
 * candidates (softmax over the list, the first-stage order being a strong prior), not as a yes or no each:
 * EXPERIMENTS.md has both.
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
import { FEATURES, WIDTH } from './feature-names.ts';

type Tensor = ReturnType<typeof tf.tensor>;

const HIDDEN = 64;
const DROPOUT = 0.2;
/** Standardised features are cut here: what a shop's day brings must not lie far outside what training saw. */
const FAR = 5;
const SCORE = FEATURES.indexOf('score');

/** Names `features/…` are measured, not learned. */
export function initialNetwork(mean: Float32Array, deviation: Float32Array, random: Random) {
  const drawn = (rows: number, columns: number) =>
    namedArray(
      [rows, columns],
      Float32Array.from({ length: rows * columns }, () => random.normal() / Math.sqrt(rows)),
    );
  const zeros = (...shape: number[]) => namedArray(shape, new Float32Array(shape.reduce((size, n) => size * n, 1)));
  const fixed: Arrays = {
    'features/mean': namedArray([WIDTH], mean),
    // A feature that never varies says nothing.
    'features/scale': namedArray(
      [WIDTH],
      deviation.map((value) => (value > 1e-6 ? 1 / value : 0)),
    ),
  };
  const parameters: Arrays = {
    'first/weights': drawn(WIDTH, HIDDEN),
    'first/bias': zeros(HIDDEN),
    'second/weights': drawn(HIDDEN, HIDDEN),
    'second/bias': zeros(HIDDEN),
    'out/weights': zeros(HIDDEN, 1),
    'out/score': namedArray([1], Float32Array.of(1)),
  };
  return { parameters, fixed };
}

/**
 * @param features `[rows, WIDTH]`
 * @returns `[rows]`
 */
export function candidateLogits(parameters: Tensors, features: Tensor, context: ModelContext): Tensor {
  const standard = tf.clipByValue(
    tf.mul(tf.sub(features, parameters['features/mean']), parameters['features/scale']),
    -FAR,
    FAR,
  );
  const layer = (x: Tensor, name: string) =>
    context.dropout(
      gelu(tf.add(tf.matMul(x as never, parameters[`${name}/weights`] as never), parameters[`${name}/bias`])),
      DROPOUT,
    );
  const hidden = layer(layer(standard, 'first'), 'second');
  const [rows] = features.shape;
  const score = tf.reshape(tf.slice(standard, [0, SCORE], [rows, 1]), [rows]);
  return tf.add(
    tf.reshape(tf.matMul(hidden as never, parameters['out/weights'] as never), [rows]),
    tf.mul(score, parameters['out/score']),
  );
}

/**
 * Mean cross-entropy of the choice among each question's candidates.
 *
 * @param batch `features [cases · candidates, WIDTH]`, `absent [cases, candidates]` (1 where there is no
 *   candidate), `chosen [cases]`, and the `features/…` arrays
 */
export function choiceLoss(parameters: Tensors, batch: Tensors, context: ModelContext) {
  const logits = candidateLogits({ ...parameters, ...batch }, batch.features, context);
  const open = tf.sub(tf.reshape(logits, batch.absent.shape), tf.mul(batch.absent, 1e9));
  return tf.mean(softmaxCrossEntropy(open, batch.chosen)).asScalar();
}
