/** Layers that the networks of the bench share. The attention is that of the base ranker. */
import type { Random } from '@lorekeep/core';
import { type Arrays, namedArray, type Tensors, tf } from '@lorekeep/graph';
import type { StudyReader } from './examples.ts';

export type Tensor = ReturnType<typeof tf.tensor>;

export const DIM = 16;
const ATTENTION = 32;

export const matMul = (a: Tensor, b: Tensor) => tf.matMul(a as never, b as never) as Tensor;
export const relu = (x: Tensor) => tf.relu(x) as Tensor;

/** `NAME/weights` and `NAME/bias` of a dense layer. */
export function initialDense(random: Random, name: string, inputs: number, outputs: number, factor?: number): Arrays {
  const draw = random.fork(name);
  const scale = factor ?? Math.sqrt(2 / inputs);
  const weights = Float32Array.from({ length: inputs * outputs }, () => scale * draw.normal());
  return {
    [`${name}/weights`]: namedArray([inputs, outputs], weights),
    [`${name}/bias`]: namedArray([outputs], new Float32Array(outputs)),
  };
}

export const dense = (parameters: Tensors, name: string, x: Tensor) =>
  tf.add(matMul(x, parameters[`${name}/weights`]), parameters[`${name}/bias`]) as Tensor;

/** log(1 + eˣ) without overflow. */
const softplus = (x: Tensor) => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));

/** Mean cross-entropy of rows; all arrays are `[batch, columns]`, and a weight of 0 leaves a value out. */
export function crossEntropy(logits: Tensor, labels: Tensor, weights: Tensor): Tensor {
  const [count] = logits.shape;
  return tf.mul(tf.sum(tf.mul(weights, tf.sub(softplus(logits), tf.mul(logits, labels)))), 1 / count) as Tensor;
}

/** Width of what `inputOf` gives. */
export const inputWidth = ({ fields }: StudyReader) => (fields + 2) * DIM;

export function initialAttention(random: Random): Arrays {
  const parameters: Arrays = {};
  for (const name of ['event', 'product', 'candidate'])
    Object.assign(parameters, initialDense(random, `attention/${name}`, DIM, ATTENTION));
  Object.assign(parameters, initialDense(random, 'attention/out', ATTENTION, 1));
  for (const name of ['product', 'candidate', 'out']) delete parameters[`attention/${name}/bias`];
  return parameters;
}

/** `[batch, inputWidth]`: fields, behaviours pooled by attention, and their product with the candidate. */
export function inputOf(parameters: Tensors, batch: Tensors, { fields, length }: StudyReader): Tensor {
  const [count] = batch.targets.shape;
  const gather = (from: Tensor, at: Tensor) => tf.gather(from, at as never) as Tensor;
  const summed = (at: Tensor) => tf.sum(gather(parameters.embedding, at), 1) as Tensor;
  const flat = (x: Tensor) => tf.reshape(x, [count * length]) as Tensor;
  const items = summed(batch.items);
  const candidate = gather(items, batch.targets);
  const events = tf.add(gather(items, flat(batch.history)), gather(summed(batch.kinds), flat(batch.contexts)));
  const cube = tf.reshape(events, [count, length, DIM]);
  const products = tf.reshape(tf.mul(cube, tf.reshape(candidate, [count, 1, DIM])), [count * length, DIM]) as Tensor;
  const weightsOf = (name: string) => parameters[`attention/${name}/weights`];
  const own = tf.add(matMul(events as Tensor, weightsOf('event')), matMul(products, weightsOf('product')));
  const other = tf.add(matMul(candidate, weightsOf('candidate')), parameters['attention/event/bias']);
  const hidden = tf.relu(tf.add(tf.reshape(own, [count, length, ATTENTION]), tf.reshape(other, [count, 1, ATTENTION])));
  const scores = matMul(tf.reshape(hidden, [count * length, ATTENTION]) as Tensor, weightsOf('out'));
  const isEvent = tf.minimum(tf.cast(batch.history, 'float32'), 1);
  const masked = tf.add(tf.reshape(scores, [count, length]), tf.mul(tf.sub(isEvent, 1), 1e9));
  const attention = tf.reshape(tf.mul(tf.softmax(masked), isEvent), [count, 1, length]);
  const pooled = tf.reshape(tf.matMul(attention as never, cube as never), [count, DIM]) as Tensor;
  const embedded = tf.reshape(gather(parameters.embedding, batch.fields), [count, fields * DIM]) as Tensor;
  return tf.concat([embedded, pooled, tf.mul(pooled, candidate) as Tensor], 1) as Tensor;
}

/** The dense layers of the base ranker. */
export const initialMlp = (random: Random, inputs: number): Arrays => ({
  ...initialDense(random, 'first', inputs, 128),
  ...initialDense(random, 'second', 128, 64),
  ...initialDense(random, 'out', 64, 1, 1 / 8),
});

/** @returns `[batch, 1]` */
export const mlp = (parameters: Tensors, x: Tensor): Tensor =>
  dense(parameters, 'out', relu(dense(parameters, 'second', relu(dense(parameters, 'first', x)))));
