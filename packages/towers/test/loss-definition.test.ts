import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { compileGraph, createSession, createTrainer, inference, namedArray } from '@lorekeep/graph';
import { CONTENT_DIM } from '@lorekeep/testing';
import { trainingLoss } from '../src/losses/loss.ts';
import type { TowerConfig } from '../src/options.ts';
import { expectedLoss } from './expected-loss.ts';
import { batchAndParameters, content, evaluated, paper } from './loss-fixtures.ts';

for (const options of [
  { kind: 'full' },
  { kind: 'full', itemTower: 'content-space' },
  { kind: 'sampled' },
  { kind: 'sampled', logQ: true, id: false },
  { kind: 'in-batch', itemTower: 'sequence' },
  { kind: 'in-batch', logQ: true },
  { kind: 'dense', itemTower: 'sequence' },
  { kind: 'dense', logQ: false },
  { kind: 'dense', itemTower: 'content-space', block: 'pre-ln' },
  { kind: 'dense', itemTower: 'adaptor', content: false, positions: 'learned' },
])
  test(`loss and gradients are those of the definition: ${JSON.stringify(options)}`, async () => {
    const config = paper(options);
    const { batch, parameters } = batchAndParameters(config);
    const trainer = await createTrainer({
      loss: (learned, given, context) => trainingLoss(learned, given, config, context),
      parameters,
      optimiser: { learningRate: 0 },
      random: createRandom(1),
    });
    const session = await createSession(
      compileGraph((all) => ({ loss: trainingLoss(all, all, config, inference) }), { ...parameters, ...batch }),
    );
    try {
      const { loss, gradients } = await trainer.gradients(batch);
      const expected = await expectedLoss(config, parameters, batch);
      assert.ok(Math.abs(loss - expected) < 1e-4 * expected, `${loss} is not ${expected}`);
      // Each array is moved along a random direction. The slope is the inner product of gradient
      // and direction.
      const draws = createRandom(17);
      for (const name of Object.keys(gradients)) {
        const direction = Float32Array.from(parameters[name].data as Float32Array, () => draws.normal());
        let [slope, steepest, length] = [0, 0, 0];
        direction.forEach((value, i) => {
          const gradient = Number(gradients[name].data[i]);
          slope += value * gradient;
          steepest += gradient * gradient;
          length += value * value;
        });
        const epsilon = 0.02 / Math.sqrt(length);
        const at = async (by: number) => {
          const data = Float32Array.from(
            parameters[name].data as Float32Array,
            (value, i) => value + by * direction[i],
          );
          const moved = { ...parameters, [name]: namedArray(parameters[name].shape, data) };
          return Number((await session.run({ ...moved, ...batch })).loss.data[0]);
        };
        const numeric = ((await at(epsilon)) - (await at(-epsilon))) / (2 * epsilon);
        // 1 % of the gradient, plus the rounding error of a float32 loss.
        const tolerance = 0.01 * Math.sqrt(steepest) + 5e-5 * Math.sqrt(length);
        assert.ok(Math.abs(numeric - slope) < tolerance, `${name}: ${slope}, by finite differences ${numeric}`);
      }
    } finally {
      await trainer.close();
      await session.close();
    }
  });

test('alignment adds the mean squared distance between content path and ID embedding of the targets', async () => {
  const [without, config] = [paper({ kind: 'full' }), paper({ kind: 'full', alignment: 0.5 })];
  const { batch, parameters } = batchAndParameters(config);
  const loss = async (of: TowerConfig) =>
    (await evaluated((all) => ({ loss: trainingLoss(all, all, of, inference) }), { ...parameters, ...batch })).loss[0];
  const array = (name: string) => parameters[name].data as Float32Array;
  let sum = 0;
  let count = 0;
  (batch.targets.data as Int32Array).forEach((item, at) => {
    if ((batch.weights.data as Float32Array)[at] === 0) return;
    for (let k = 0; k < 8; k++) {
      let adapted = array('content/bias')[k];
      for (let c = 0; c < CONTENT_DIM; c++)
        adapted += content[item * CONTENT_DIM + c] * array('content/linear')[c * 8 + k];
      sum += (adapted - array('id/table')[item * 8 + k] * array('id/gate')[k]) ** 2 / 8;
    }
    count++;
  });
  const difference = (await loss(config)) - (await loss(without));
  assert.ok(Math.abs(difference - (0.5 * sum) / count) < 1e-4, `${difference} is not ${(0.5 * sum) / count}`);
});
