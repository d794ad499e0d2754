/**
 * gelu, layerNorm and softmaxCrossEntropy against their definitions and finite differences, eager
 * and compiled.
 */
import { describe, it } from 'node:test';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { gelu, layerNorm, softmaxCrossEntropy, type Tensors, tf } from '../../src/index.ts';
import { assertClose, assertGradients, assertSameAsEager, compiled, eagerly, randomArrays } from '../compare.ts';

async function assertSameFunction(
  ours: (inputs: Tensors) => Tensor,
  definition: (inputs: Tensors) => Tensor,
  specs: Parameters<typeof randomArrays>[0],
  gradients: string[],
) {
  const arrays = randomArrays(specs, 21);
  const withGradients = (fn: (inputs: Tensors) => Tensor) => (inputs: Tensors) => {
    const y = fn(inputs);
    const weigh = (own: Tensor[]) => {
      const value = fn({ ...inputs, ...Object.fromEntries(gradients.map((name, i) => [name, own[i]])) });
      return tf.sum(tf.mul(value, tf.cos(tf.cast(tf.reshape(tf.range(0, value.size), value.shape), 'float32'))));
    };
    const found = tf.grads((...own) => weigh(own))(gradients.map((name) => inputs[name]));
    return { y, ...Object.fromEntries(gradients.map((name, i) => [`d/${name}`, found[i]])) };
  };
  const expected = await eagerly(withGradients(definition), arrays);
  for (const actual of [await compiled(withGradients(ours), arrays), await eagerly(withGradients(ours), arrays)])
    for (const name of Object.keys(expected)) assertClose(actual[name], expected[name], 4e-6, name);
  await assertGradients(ours, arrays, gradients);
  await assertSameAsEager((inputs) => ({ y: ours(inputs) }), arrays);
}

describe('functions with handwritten gradients', () => {
  it('gelu is x Φ(x)', () =>
    assertSameFunction(
      ({ x }) => gelu(x),
      ({ x }) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1)),
      { x: { shape: [5, 7], range: [-5, 5] } },
      ['x'],
    ));
  it('layerNorm centres, scales and shifts the last axis', () =>
    assertSameFunction(
      ({ x, gain, bias }) => layerNorm(x, gain, bias, 1e-3),
      ({ x, gain, bias }) => {
        const { mean, variance } = tf.moments(x, -1, true);
        return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3))), gain), bias);
      },
      { x: { shape: [2, 3, 8] }, gain: { shape: [8] }, bias: { shape: [8] } },
      ['x', 'gain', 'bias'],
    ));
  it('softmaxCrossEntropy is −log softmax at the label', () =>
    assertSameFunction(
      ({ logits, labels }) => softmaxCrossEntropy(logits, labels),
      ({ logits, labels }) =>
        tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits as never), tf.oneHot(labels as Tensor1D, 6)), 1)),
      { logits: { shape: [9, 6], range: [-8, 8] }, labels: { shape: [9], dtype: 'int32', range: [0, 6] } },
      ['logits'],
    ));
});
