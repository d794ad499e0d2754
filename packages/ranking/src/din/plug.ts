/**
 * The plug-in network (KEEP, section 4.3): h'ₘ = hₘ + MLP(K). Knowledge is added to the output of a
 * dense layer and never concatenated, so the ranker's parameters keep their shapes: a trained ranker
 * is loaded as it is, further plug-ins can be added later, and taking one away gives back the ranker.
 * The last layer of the MLP starts at zero, so the plugged ranker starts equal to the unplugged one.
 */
import type { Random } from '@lorekeep/core';
import { type Arrays, namedArray, type Tensors, tf } from '@lorekeep/graph';

type Tensor = ReturnType<typeof tf.tensor>;

export interface PlugShape {
  /** Distinguishes the plug-ins of a ranker. */
  name: string;
  /** Numbers of K per row. */
  width: number;
  /** The dense layer to whose output it is added, such as `hidden 1` or `click/out`. */
  layer: string;
  /** Units of that layer. */
  units: number;
  /** Units of the hidden layer of the MLP. */
  hidden: number;
}

/** Names: `plug NAME/…`. */
export function initialPlug({ name, width, units, hidden }: PlugShape, random: Random): Arrays {
  const draw = random.fork(`plug ${name}`);
  const factor = Math.sqrt(2 / width);
  return {
    [`plug ${name}/first/weights`]: namedArray(
      [width, hidden],
      Float32Array.from({ length: width * hidden }, () => factor * draw.normal()),
    ),
    [`plug ${name}/first/bias`]: namedArray([hidden], new Float32Array(hidden)),
    [`plug ${name}/last/weights`]: namedArray([hidden, units], new Float32Array(hidden * units)),
    [`plug ${name}/last/bias`]: namedArray([units], new Float32Array(units)),
  };
}

/**
 * What the plug-in adds.
 *
 * @param knowledge `[batch, width]`
 * @param present `[batch, 1]`: 1 where there is knowledge; nothing is added elsewhere
 * @returns `[batch, units]`
 */
export function plugOutput(parameters: Tensors, name: string, knowledge: Tensor, present: Tensor): Tensor {
  const dense = (x: Tensor, layer: string) =>
    tf.add(
      tf.matMul(x as never, parameters[`plug ${name}/${layer}/weights`] as never),
      parameters[`plug ${name}/${layer}/bias`],
    ) as Tensor;
  return tf.mul(dense(tf.relu(dense(knowledge, 'first')), 'last'), present);
}
