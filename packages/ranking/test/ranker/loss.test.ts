/** The loss of a ranker against double loops, and what padding does to it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { compileGraph, createSession, namedArray, type Tensors } from '@lorekeep/graph';
import { rankingLoss } from '../../src/ranker/loss.ts';
import { plainLoss } from '../din/plain-network.ts';

async function lossOf(logits: number[][], labels: number[], weights: number[], pairwise: number): Promise<number> {
  const shape = [logits.length, logits[0].length];
  const feeds = {
    logits: namedArray(shape, Float32Array.from(logits.flat())),
    labels: namedArray(shape, Float32Array.from(labels)),
    weights: namedArray(shape, Float32Array.from(weights)),
  };
  const graph = compileGraph((given: Tensors) => ({ loss: rankingLoss(given.logits, given, pairwise) }), feeds);
  const session = await createSession(graph, { threads: 1 });
  const { loss } = await session.run(feeds);
  await session.close();
  return Number(loss.data[0]);
}

const random = createRandom(3);
const many = (length: number, next: () => number) => Array.from({ length }, next);
const logits = many(40, () => 0).map(() => many(2, () => 3 * random.normal()));
const labels = many(80, () => random.int(2));
const weights = many(80, () => Number(random.next() < 0.8));

test('point-wise and pair-wise loss are those of double loops', async () => {
  for (const pairwise of [0, 0.25, 3]) {
    const expected = plainLoss(logits, labels, weights, 40, pairwise);
    const found = await lossOf(logits, labels, weights, pairwise);
    assert.ok(Math.abs(found - expected) < 1e-5 * expected, `${found}, not ${expected}`);
  }
});

test('one positive among negatives: the pair-wise loss is over its pairs', async () => {
  const scores = [[1], [-2], [0.5]];
  const oneHot = [1, 0, 0];
  const pointwise = await lossOf(scores, oneHot, [1, 1, 1], 0);
  const found = (await lossOf(scores, oneHot, [1, 1, 1], 1)) - pointwise;
  const expected = (Math.log1p(Math.exp(-2 - 1)) + Math.log1p(Math.exp(0.5 - 1))) / 3;
  assert.ok(Math.abs(found - expected) < 1e-6);
});

test('padding scales the point-wise loss by its share, and leaves the pair-wise one as it is', async () => {
  const padded = [...logits, ...many(24, () => 0).map(() => [9, -9])];
  const zeros = many(48, () => 0);
  const loss = (pairwise: number) => lossOf(logits, labels, weights, pairwise);
  const paddedLoss = (pairwise: number) => lossOf(padded, [...labels, ...zeros], [...weights, ...zeros], pairwise);
  const [point, pointPadded] = [await loss(0), await paddedLoss(0)];
  assert.ok(Math.abs(pointPadded - (point * 40) / 64) < 1e-6);
  assert.ok(Math.abs((await paddedLoss(2)) - pointPadded - ((await loss(2)) - point)) < 1e-5);
});

test('large log-odds overflow nothing, and one class only has no pairs', async () => {
  assert.equal(await lossOf([[200], [-200]], [1, 0], [1, 1], 1), 0);
  assert.equal(await lossOf([[-200], [200]], [1, 0], [1, 1], 1), 200 + 400 / 2);
  assert.equal(await lossOf([[0], [0]], [1, 1], [1, 1], 5), await lossOf([[0], [0]], [1, 1], [1, 1], 0));
});
