import assert from 'node:assert/strict';
import test from 'node:test';
import { rankerConfig } from '../../src/index.ts';

const tasks = [{ outcome: 'click' }];

test('options that are not given or undefined have their defaults', () => {
  const { dim, hidden, seed } = rankerConfig({ tasks, dim: undefined, seed: 7 });
  assert.deepEqual({ dim, hidden, seed }, { dim: 16, hidden: [128, 64], seed: 7 });
});

test('values outside of their limits are refused by name', () => {
  const wrong: Record<string, unknown[]> = {
    tasks: [[], [...tasks, ...tasks]],
    kind: ['mlp'],
    coActionFeed: [0],
    coActionLayers: [[]],
    coActionOrders: [5],
    dim: [0, 1.5, 2000],
    attention: [0],
    hidden: [[], [0], new Array(9).fill(8)],
    taskHidden: [[0.5]],
    towers: [-1],
    batch: [1, 100_000],
    learningRate: [0, 2, Number.NaN],
    pairwise: [-1],
    idDropout: [-0.1, 1, Number.NaN],
    initial: [2],
    maxRows: [0],
    seed: [0.5],
  };
  for (const [name, values] of Object.entries(wrong))
    for (const value of values)
      assert.throws(() => rankerConfig({ tasks, [name]: value } as never), {
        code: 'OPTION_INVALID',
        message: new RegExp(`option ${name} is`),
      });
});
