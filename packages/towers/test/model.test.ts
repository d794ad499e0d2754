import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { type Arrays, compileGraph, createSession, inference, namedArray, type Tensors, tf } from '@lorekeep/graph';
import { configOf } from '@lorekeep/testing';
import { trainingLoss } from '../src/losses/loss.ts';
import { itemInputs } from '../src/model/item-inputs.ts';
import { initialParameters } from '../src/model/parameters.ts';
import { itemTower, userTower, userVectors } from '../src/model/towers.ts';
import type { TowerConfig } from '../src/options.ts';
import { createTowerEncoder } from '../src/tower-vectors.ts';

const ITEMS = 30;
const CONTENT_DIM = 6;
const small: Record<string, unknown> = { dim: 16, hidden: 8, heads: 2, layers: 2, maxHistory: 6, start: 'random' };

/** Initial parameters plus noise: none is zero, so every path affects the result. */
function parametersOf(config: TowerConfig): Arrays {
  const random = createRandom(5);
  const { parameters } = initialParameters(config, { items: ITEMS, contentDim: CONTENT_DIM }, undefined, random);
  for (const { data } of Object.values(parameters))
    for (let i = 0; i < data.length; i++) (data as Float32Array)[i] += 0.1 * random.normal();
  return parameters;
}

function normal(shape: number[], seed: number) {
  const random = createRandom(seed);
  return namedArray(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
  );
}

/** On the CPU backend of tfjs, which is independent of ONNX Runtime. */
async function eagerly(fn: (given: Tensors) => Tensors, arrays: Arrays): Promise<Record<string, Float32Array>> {
  await tf.setBackend('cpu');
  const tensors: Tensors = {};
  for (const [name, { shape, dtype, data }] of Object.entries(arrays))
    tensors[name] = tf.tensor(data as Float32Array, shape, dtype as 'float32');
  return Object.fromEntries(
    Object.entries(fn(tensors)).map(([name, value]) => [name, value.dataSync() as Float32Array]),
  );
}

async function compiled(fn: (given: Tensors) => Tensors, arrays: Arrays): Promise<Record<string, Float32Array>> {
  const session = await createSession(compileGraph(fn, arrays));
  const results = await session.run(arrays);
  await session.close();
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  let largest = 1e-3;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]));
  for (let i = 0; i < expected.length; i++)
    assert.ok(
      Math.abs(actual[i] - expected[i]) <= tolerance * largest,
      `${what}[${i}]: ${actual[i]} is not ${expected[i]}`,
    );
}

for (const block of ['pre-ln', 'post-ln'])
  test(`the user tower is causal (${block}): a later item changes nothing before it, an earlier one does`, async () => {
    const config = configOf('learn', { kind: 'full', ...small, block });
    const parameters = parametersOf(config);
    const inputs = normal([2, 5, 16], 6);
    const run = (given: Arrays) =>
      eagerly((all) => ({ states: userTower(all, all.inputs, config, inference) }), { ...parameters, ...given });
    const before = (await run({ inputs })).states;
    const changed = namedArray([2, 5, 16], Float32Array.from(inputs.data as Float32Array));
    for (let k = 0; k < 16; k++) (changed.data as Float32Array)[3 * 16 + k] += 1;
    const after = (await run({ inputs: changed })).states;
    assert.deepEqual(after.slice(0, 3 * 16), before.slice(0, 3 * 16), 'positions before the change');
    assert.notDeepEqual(after.slice(3 * 16, 4 * 16), before.slice(3 * 16, 4 * 16), 'the changed position');
    assert.notDeepEqual(after.slice(4 * 16, 5 * 16), before.slice(4 * 16, 5 * 16), 'the position after it');
    assert.deepEqual(after.slice(5 * 16), before.slice(5 * 16), 'the other user');
  });

test('the shared item tower is the user tower on a history of one item, without user/mix', async () => {
  const config = configOf('learn', { kind: 'full', ...small, itemTower: 'shared' });
  const parameters = parametersOf(config);
  (parameters['user/mix'].data as Float32Array).fill(0);
  const { items, users } = await eagerly(
    (all) => ({
      items: itemTower(all, all.inputs, undefined, config, inference),
      users: userTower(all, tf.reshape(all.inputs, [7, 1, 16]), config, inference),
    }),
    { ...parameters, inputs: normal([7, 16], 8) },
  );
  assertClose(items, users, 1e-5, 'item vectors');
});

test('without positions the user tower still depends on order, through recency and the causal mask', async () => {
  const config = configOf('learn', { kind: 'full', ...small, positions: 'none' });
  const parameters = parametersOf(config);
  assert.ok(!Object.keys(parameters).some((name) => name.endsWith('distance')));
  const { forward, backward } = await eagerly(
    (all) => ({
      forward: tf.slice(userTower(all, all.inputs, config, inference), [0, 3, 0], [1, 1, 16]),
      backward: tf.slice(userTower(all, tf.reverse(all.inputs, 1), config, inference), [0, 3, 0], [1, 1, 16]),
    }),
    { ...parameters, inputs: normal([1, 4, 16], 9) },
  );
  assert.notDeepEqual(forward, backward);
});

for (const options of [
  {},
  { itemTower: 'shared', similarity: 'cosine', block: 'post-ln' },
  { content: false, layers: 0 },
  { id: false, positions: 'none', neighboursPerItem: 0, enabled: false },
  {
    start: 'random',
    hidden: 16,
    residual: false,
    block: 'post-ln',
    positions: 'learned',
    neighboursPerItem: 0,
    enabled: false,
  },
])
  test(`compiled towers and loss equal tfjs on its CPU backend (${JSON.stringify(options)})`, async () => {
    const config = configOf('learn', { kind: 'full', ...small, ...options });
    const random = createRandom(10);
    const given: Arrays = {
      ...parametersOf(config),
      last: namedArray([3], Int32Array.from([4, 0, 2])),
      history: namedArray(
        [3, 5],
        Int32Array.from({ length: 15 }, () => random.int(ITEMS)),
      ),
      targets: namedArray(
        [15],
        Int32Array.from({ length: 15 }, () => random.int(ITEMS)),
      ),
      weights: namedArray(
        [15],
        Float32Array.from({ length: 15 }, () => random.int(2)),
      ),
      ...(config.items.content ? { content: normal([ITEMS, CONTENT_DIM], 11) } : {}),
    };
    const fn = (all: Tensors): Tensors => {
      const inputs = itemInputs(all, all.content, all['id/table'], config, inference);
      const history = tf.reshape(tf.gather(inputs, tf.reshape(all.history, [15])), [3, 5, 16]);
      return {
        items: tf.clone(itemTower(all, inputs, all.content, config, inference)),
        users: userTower(all, history, config, inference),
        ends: userVectors(all, history, all.last, config, inference),
        loss: trainingLoss(all, all, config, inference),
      };
    };
    const [expected, actual] = [await eagerly(fn, given), await compiled(fn, given)];
    for (const name of Object.keys(expected)) assertClose(actual[name], expected[name], 1e-4, name);
    const width = expected.ends.length / 3;
    [4, 0, 2].forEach((last, user) => {
      const state = expected.users.subarray((user * 5 + last) * width, (user * 5 + last + 1) * width);
      assertClose(actual.ends.subarray(user * width, (user + 1) * width), state, 1e-4, `last state of user ${user}`);
    });
  });

test('the item tower gives the same vectors for a catalogue in parts and in one run', async () => {
  const config = configOf('learn', small);
  const parameters = parametersOf(config);
  const content = normal([ITEMS, CONTENT_DIM], 12).data as Float32Array;
  const [parts, whole] = await Promise.all(
    [7, undefined].map(async (itemRows) => {
      const encoder = createTowerEncoder(config, { items: ITEMS, contentDim: CONTENT_DIM }, { itemRows });
      const made = await encoder.items(parameters, content);
      await encoder.close();
      return made;
    }),
  );
  assertClose(parts.inputs, whole.inputs, 1e-6, 'inputs');
  assertClose(parts.vectors, whole.vectors, 1e-6, 'vectors');
});

test('the loss is the mean cross-entropy over weighted positions', async () => {
  const config = configOf('learn', {
    kind: 'full',
    ...small,
    layers: 0,
    content: false,
    maxHistory: 3,
    temperature: 0.5,
  });
  const parameters = parametersOf(config);
  const table = parameters['id/table'].data as Float32Array;
  const gate = parameters['id/gate'].data as Float32Array;
  const recency = parameters['user/recency'].data as Float32Array;
  (parameters['user/mix'].data as Float32Array).fill(0);
  const vector = (item: number) => Array.from({ length: 16 }, (_, k) => table[item * 16 + k] * gate[k]);
  // One user with the history 4, 9 (+ padding) and the targets 9, 2.
  const user = [
    vector(4).map((x) => x * recency[0]),
    vector(9).map((x, k) => x * recency[0] + vector(4)[k] * recency[1]),
  ];
  const crossEntropy = (u: number[], target: number) => {
    const logits = Array.from(
      { length: ITEMS },
      (_, item) => vector(item).reduce((sum, x, k) => sum + x * u[k], 0) / 0.5,
    );
    return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[target];
  };
  const expected = (crossEntropy(user[0], 9) + crossEntropy(user[1], 2)) / 2;
  const { loss } = await compiled((all) => ({ loss: trainingLoss(all, all, config, inference) }), {
    ...parameters,
    history: namedArray([1, 3], Int32Array.of(4, 9, 0)),
    targets: namedArray([3], Int32Array.of(9, 2, 0)),
    weights: namedArray([3], Float32Array.of(1, 1, 0)),
  });
  assert.ok(Math.abs(loss[0] - expected) < 1e-4 * expected, `${loss[0]} is not ${expected}`);
});
