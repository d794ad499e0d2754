/** Compares a compiled function with the same function run eagerly on tfjs's CPU backend. */
import assert from 'node:assert/strict';
import { createRandom } from '@lorekeep/core';
import {
  type Arrays,
  compileGraph,
  createSession,
  type DType,
  type NamedArray,
  namedArray,
  sizeOf,
  type Tensors,
  tf,
} from '../src/index.ts';

export interface InputSpec {
  shape: number[];
  dtype?: DType;
  /** Values are uniform in this range. Default: −2 to 2 for reals, 0 to 4 for integers. */
  range?: [number, number];
}

export function randomArrays(specs: Record<string, InputSpec>, seed: number): Arrays {
  const random = createRandom(seed);
  const arrays: Arrays = {};
  for (const [name, { shape, dtype = 'float32', range }] of Object.entries(specs)) {
    const size = sizeOf(shape);
    const [low, high] = range ?? (dtype === 'float32' ? [-2, 2] : [0, 4]);
    if (dtype === 'float32')
      arrays[name] = namedArray(
        shape,
        Float32Array.from({ length: size }, () => low + (high - low) * random.next()),
      );
    else if (dtype === 'int32')
      arrays[name] = namedArray(
        shape,
        Int32Array.from({ length: size }, () => low + random.int(high - low)),
      );
    else
      arrays[name] = namedArray(
        shape,
        Uint8Array.from({ length: size }, () => random.int(2)),
      );
  }
  return arrays;
}

export async function eagerly(fn: (inputs: Tensors) => Tensors, arrays: Arrays): Promise<Arrays> {
  await tf.setBackend('cpu');
  const results: Arrays = {};
  tf.tidy(() => {
    const inputs: Tensors = {};
    for (const [name, { shape, dtype, data }] of Object.entries(arrays))
      inputs[name] = tf.tensor(data as Float32Array, shape, dtype as 'float32');
    for (const [name, tensor] of Object.entries(fn(inputs)))
      results[name] = {
        shape: tensor.shape,
        dtype: tensor.dtype as DType,
        data: tensor.dataSync().slice() as Float32Array,
      };
  });
  return results;
}

export async function compiled(fn: (inputs: Tensors) => Tensors, arrays: Arrays): Promise<Arrays> {
  const session = await createSession(compileGraph(fn, arrays), { threads: 1 });
  try {
    return await session.run(arrays);
  } finally {
    await session.close();
  }
}

/**
 * Asserts equal shapes and types, and values within `tolerance`, relative for expected magnitudes
 * above 1.
 */
export function assertClose(actual: NamedArray, expected: NamedArray, tolerance: number, what: string): void {
  assert.deepEqual(actual.shape, expected.shape, `${what}: shape`);
  assert.equal(actual.dtype, expected.dtype, `${what}: type`);
  for (let i = 0; i < expected.data.length; i++) {
    const a = Number(actual.data[i]);
    const e = Number(expected.data[i]);
    if (Object.is(a, e) || a === e) continue;
    assert.ok(Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e)), `${what}[${i}]: ${a}, expected ${e}`);
  }
}

/** Asserts that a function has the same values compiled and eager. */
export async function assertSameAsEager(
  fn: (inputs: Tensors) => Tensors,
  arrays: Arrays,
  tolerance = 2e-6,
): Promise<void> {
  const [expected, actual] = [await eagerly(fn, arrays), await compiled(fn, arrays)];
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const name of Object.keys(expected)) assertClose(actual[name], expected[name], tolerance, name);
}

/**
 * Asserts that the compiled gradient of Σ weights · fn(inputs) for the named inputs equals eager
 * tfjs's, and central differences of the compiled function along random directions.
 */
export async function assertGradients(
  fn: (inputs: Tensors) => import('@tensorflow/tfjs').Tensor,
  arrays: Arrays,
  names: string[],
  tolerance = 5e-3,
): Promise<void> {
  const shape = (await compiled((inputs) => ({ y: fn(inputs) }), arrays)).y.shape;
  const weights = randomArrays({ weights: { shape } }, 77).weights;
  const all = { ...arrays, weights };
  const objective = (inputs: Tensors) => tf.sum(tf.mul(inputs.weights, fn(inputs)));
  const withGradients = (inputs: Tensors) => {
    const given = names.map((name) => inputs[name]);
    const gradients = tf.grads((...own) =>
      objective({ ...inputs, ...Object.fromEntries(names.map((name, i) => [name, own[i]])) }),
    )(given);
    return Object.fromEntries(names.map((name, i) => [`d/${name}`, gradients[i]]));
  };
  const gradients = await compiled(withGradients, all);
  const eager = await eagerly(withGradients, all);
  const session = await createSession(
    compileGraph((inputs) => ({ products: tf.mul(inputs.weights, fn(inputs)) }), all),
    { threads: 1 },
  );
  try {
    for (const name of names) {
      assertClose(gradients[`d/${name}`], eager[`d/${name}`], 5e-6, `gradient of ${name}`);
      for (let trial = 0; trial < 3; trial++) {
        const direction = randomArrays({ d: { shape: arrays[name].shape, range: [-1, 1] } }, 100 + trial).d.data;
        const step = 4e-3;
        const at = async (sign: number) => {
          const data = Float32Array.from(
            arrays[name].data as Float32Array,
            (x, i) => x + sign * step * Number(direction[i]),
          );
          const { products } = await session.run({ ...all, [name]: { ...arrays[name], data } });
          return (products.data as Float32Array).reduce((sum, x) => sum + x, 0);
        };
        const numeric = ((await at(1)) - (await at(-1))) / (2 * step);
        let analytic = 0;
        for (let i = 0; i < direction.length; i++)
          analytic += Number(gradients[`d/${name}`].data[i]) * Number(direction[i]);
        assert.ok(
          Math.abs(numeric - analytic) <= tolerance * Math.max(1, Math.abs(numeric)),
          `gradient of ${name}: ${analytic}, finite differences ${numeric}`,
        );
      }
    }
  } finally {
    await session.close();
  }
}
