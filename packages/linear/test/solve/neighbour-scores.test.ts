import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createRandom, createTopK, errorCode } from '@lorekeep/core';
import {
  createRankEvaluator,
  createScorer,
  evaluationCases,
  leaveOneOut,
  rankByNeighbours,
} from '@lorekeep/evaluation';
import { createMatmulPool } from '@lorekeep/graph';
import { groupedLog } from '@lorekeep/testing';
import { interactionsOf } from '../../src/solve/gram.ts';
import { strongestNeighbours } from '../../src/solve/neighbours.ts';
import { solveItems } from '../../src/solve/solve.ts';
import type { SymmetricTiles } from '../../src/solve/tiles.ts';
import { dense } from '../dense.ts';

const pool = createMatmulPool(2);
after(() => pool.close());

describe('scoring a history by its neighbours', () => {
  const { log } = groupedLog();
  const split = leaveOneOut(log);
  const cases = evaluationCases(split, 'test');
  const settings = { decay: 0.7, maxHistory: 3 };
  let inverse: SymmetricTiles;
  const fiveNeighbours = async () => {
    inverse ??= await solveItems(interactionsOf(split), undefined, { lambda: 3, beta: 0 }, { pool });
    return strongestNeighbours(inverse, 5);
  };

  test('gives the same ranks as a full ranking of the same scores', async () => {
    const neighbours = await fiveNeighbours();
    const weights = dense(neighbours);
    const items = log.itemIds.length;
    const scores = new Float32Array(cases.length * items);
    cases.forEach(({ history }, user) => {
      const recent = history.slice(-3);
      recent.forEach((item, position) => {
        for (let i = 0; i < items; i++)
          scores[user * items + i] += Math.fround(0.7 ** (recent.length - 1 - position) * weights[item][i]);
      });
    });
    const ranker = createRankEvaluator({ threads: 1 });
    const expected = await ranker.rankScores(scores, cases);
    await ranker.close();
    const found = rankByNeighbours(neighbours, cases, settings);
    // Sums in another order may round differently, so nearly equal scores may tie or not.
    const differing = (a: Float64Array, b: Float64Array) =>
      a.filter((rank, user) => Math.abs(rank - b[user]) > 0.5).length;
    assert.ok(differing(found.seenIncluded, expected.seenIncluded) <= 1);
    assert.ok(differing(found.seenExcluded, expected.seenExcluded) <= 1);
    assert.equal(found.width, 10);
    assert.equal(found.top[0], expected.top[0]);
  });

  test('scores each item once, independent of earlier histories', async () => {
    const scorer = createScorer(await fiveNeighbours());
    const [first, second] = [cases[0].history, cases[1].history];
    const before = {
      items: [...scorer.score(first, settings).items],
      scores: [...scorer.score(first, settings).scores],
    };
    scorer.score(second, settings);
    const { items, scores } = scorer.score(first, settings);
    assert.deepEqual({ items: [...items], scores: [...scores] }, before);
    assert.equal(new Set(items).size, items.length);
    assert.equal(scorer.of(items[0]), scores[0]);
  });

  test('gives no scores for an item without neighbours, and refuses a row that does not exist', async () => {
    const scorer = createScorer(await fiveNeighbours());
    assert.equal(scorer.score([-1], settings).items.length, 0);
    assert.throws(
      () => scorer.score([log.itemIds.length], settings),
      (error) => errorCode(error) === 'EVALUATION_INPUT_INVALID',
    );
  });
});

test('a top-k heap returns the largest values in order', () => {
  const random = createRandom(9);
  const values = Float32Array.from({ length: 200 }, () => Math.round(20 * random.next()) / 20);
  const best = createTopK(12);
  values.forEach((value, id) => {
    if (value > best.least) best.offer(id, value);
  });
  const ids = new Int32Array(12);
  const scores = new Float32Array(12);
  assert.equal(best.drain(ids, scores, 0), 12);
  const expected = Array.from(values)
    .sort((a, b) => b - a)
    .slice(0, 12);
  assert.deepEqual([...scores], expected);
  for (const [position, id] of ids.entries()) assert.equal(values[id], scores[position]);
});
