/**
 * What the networks of the re-ranker and of new items share: standardised features and two hidden
 * layers. The last layer starts at zero, so training begins at what each network adds to it.
 */
import type { Random } from '@lorekeep/core';
import { type Arrays, gelu, type ModelContext, namedArray, type Tensors, tf } from '@lorekeep/graph';

type Tensor = ReturnType<typeof tf.tensor>;

/**
 * Standardised features are clipped here, because the events after training can bring values far
 * outside the range that training saw.
 */
const CLIP = 5;

/**
 * @param mean `[width]` mean of each feature
 * @param deviation `[width]` standard deviation of each feature
 * @returns the fixed arrays `features/…`
 */
export function featureScaling(mean: Float32Array, deviation: Float32Array): Arrays {
  const width = mean.length;
  return {
    'features/mean': namedArray([width], mean),
    // A feature that never varies is ignored.
    'features/scale': namedArray(
      [width],
      deviation.map((value) => (value > 1e-6 ? 1 / value : 0)),
    ),
  };
}

/** Parameters of both hidden layers of size `hidden`, and of the last layer. */
export function initialLayers(width: number, hidden: number, random: Random): Arrays {
  const drawn = (rows: number, columns: number) =>
    namedArray(
      [rows, columns],
      Float32Array.from({ length: rows * columns }, () => random.normal() / Math.sqrt(rows)),
    );
  const zeros = (...shape: number[]) => namedArray(shape, new Float32Array(shape.reduce((size, n) => size * n, 1)));
  return {
    'first/weights': drawn(width, hidden),
    'first/bias': zeros(hidden),
    'second/weights': drawn(hidden, hidden),
    'second/bias': zeros(hidden),
    'out/weights': zeros(hidden, 1),
  };
}

/**
 * @param features `[rows, width]`
 * @returns `standardised [rows, width]`, and `output [rows]` of the last layer
 */
export function layersOutput(
  parameters: Tensors,
  features: Tensor,
  dropout: number,
  context: ModelContext,
): { standardised: Tensor; output: Tensor } {
  const standardised = tf.clipByValue(
    tf.mul(tf.sub(features, parameters['features/mean']), parameters['features/scale']),
    -CLIP,
    CLIP,
  );
  const layer = (x: Tensor, name: string) =>
    context.dropout(
      gelu(tf.add(tf.matMul(x as never, parameters[`${name}/weights`] as never), parameters[`${name}/bias`])),
      dropout,
    );
  const hidden = layer(layer(standardised, 'first'), 'second');
  const output = tf.reshape(tf.matMul(hidden as never, parameters['out/weights'] as never), [features.shape[0]]);
  return { standardised, output };
}
