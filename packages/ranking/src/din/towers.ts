/**
 * Two towers beside the network: the interaction of user and item as a product of two vectors, which
 * can be cached for each user and each item (KEEP, section 4.4, "decomposition"). They read the same
 * embeddings as the network and are trained by the same labels, but their loss does not change the
 * embeddings.
 */
import type { Random } from '@lorekeep/core';
import { type Arrays, namedArray, type Tensors, tf } from '@lorekeep/graph';

type Tensor = ReturnType<typeof tf.tensor>;

export interface TowerShape {
  /** Width of what the user tower and the item tower read. */
  userInputs: number;
  itemInputs: number;
  /** Units of the hidden layer of each tower. */
  hidden: number;
  /** Width of the vectors. */
  dim: number;
  tasks: readonly string[];
}

/** The vectors of a batch: `[batch, dim]` and `[batch, 1]` per task. */
export interface TowerOutput {
  users: Tensor[];
  userBiases: Tensor[];
  items: Tensor[];
  itemBiases: Tensor[];
  /** `[batch, tasks]`: the dot product plus both biases. */
  logits: Tensor;
}

/** Names: `towers/…`. */
export function initialTowers({ userInputs, itemInputs, hidden, dim, tasks }: TowerShape, random: Random): Arrays {
  const parameters: Arrays = {};
  const dense = (name: string, inputs: number, outputs: number, factor: number) => {
    const draw = random.fork(name);
    const weights = Float32Array.from({ length: inputs * outputs }, () => factor * draw.normal());
    parameters[`${name}/weights`] = namedArray([inputs, outputs], weights);
    parameters[`${name}/bias`] = namedArray([outputs], new Float32Array(outputs));
  };
  for (const [side, inputs] of [
    ['user', userInputs],
    ['item', itemInputs],
  ] as const) {
    dense(`towers/${side}/hidden`, inputs, hidden, Math.sqrt(2 / inputs));
    for (const task of tasks) dense(`towers/${side}/${task}`, hidden, dim + 1, Math.sqrt(1 / hidden));
  }
  return parameters;
}

/**
 * @param users `[batch, userInputs]`
 * @param items `[batch, itemInputs]`
 */
export function towers(parameters: Tensors, users: Tensor, items: Tensor, { dim, tasks }: TowerShape): TowerOutput {
  const dense = (x: Tensor, name: string) =>
    tf.add(tf.matMul(x as never, parameters[`${name}/weights`] as never), parameters[`${name}/bias`]) as Tensor;
  const [count] = users.shape;
  const side = (x: Tensor, name: string) => {
    const hidden = tf.relu(dense(x, `towers/${name}/hidden`));
    const outputs = tasks.map((task) => dense(hidden, `towers/${name}/${task}`));
    return {
      vectors: outputs.map((output) => tf.slice(output, [0, 0], [count, dim])),
      biases: outputs.map((output) => tf.slice(output, [0, dim], [count, 1])),
    };
  };
  const user = side(users, 'user');
  const item = side(items, 'item');
  const logits = tasks.map((_, t) =>
    tf.add(tf.sum(tf.mul(user.vectors[t], item.vectors[t]), 1, true), tf.add(user.biases[t], item.biases[t])),
  );
  return {
    users: user.vectors,
    userBiases: user.biases,
    items: item.vectors,
    itemBiases: item.biases,
    logits: logits.length === 1 ? (logits[0] as Tensor) : (tf.concat(logits as never[], 1) as Tensor),
  };
}

/** The same values; gradients end here. */
export function withoutGradient(x: Tensor): Tensor {
  const barrier = (given: Tensor) => ({ value: tf.mul(given, 1), gradFunc: (dy: Tensor) => tf.zerosLike(dy) });
  return tf.customGrad(barrier as never)(x as never) as Tensor;
}
