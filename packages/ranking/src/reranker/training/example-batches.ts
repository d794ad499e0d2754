/** Examples as the arrays of a training step, and the mean and deviation of their features. */
import { type Arrays, namedArray } from '@lorekeep/graph';
import { CANDIDATES } from '@lorekeep/linear';
import { WIDTH } from '../features/feature-names.ts';
import type { Example } from './examples.ts';

/**
 * @returns `features [batch · CANDIDATES, WIDTH]`, `masked [batch, CANDIDATES]`, `targets [batch]`,
 *   as `choiceLoss` reads them
 */
export function exampleBatch(examples: readonly Example[]): Arrays {
  const batch = examples.length;
  const features = new Float32Array(batch * CANDIDATES * WIDTH);
  const masked = new Float32Array(batch * CANDIDATES);
  examples.forEach((example, row) => {
    features.set(example.features, row * CANDIDATES * WIDTH);
    masked.set(example.masked, row * CANDIDATES);
  });
  const targets = Int32Array.from(examples, ({ target }) => target);
  return {
    features: namedArray([batch * CANDIDATES, WIDTH], features),
    masked: namedArray([batch, CANDIDATES], masked),
    targets: namedArray([batch], targets),
  };
}

/**
 * `[width]` each: mean and standard deviation of every feature over all items of all examples.
 *
 * @param examples `features` of `count` items each, one item after the other
 */
export function featureMoments(
  examples: readonly Pick<Example, 'features' | 'count'>[],
  width: number,
): { mean: Float32Array; deviation: Float32Array } {
  const sum = new Float64Array(width);
  const squares = new Float64Array(width);
  let items = 0;
  for (const { features, count } of examples) {
    items += count;
    for (let item = 0; item < count; item++)
      for (let k = 0, i = item * width; k < width; k++, i++) {
        sum[k] += features[i];
        squares[k] += features[i] ** 2;
      }
  }
  const mean = Float32Array.from(sum, (value) => value / items);
  const variance = (value: number, k: number) => Math.max(0, value / items - mean[k] ** 2);
  return { mean, deviation: Float32Array.from(squares, (value, k) => Math.sqrt(variance(value, k))) };
}
