/** Items that a user does not want are left out of every ranking, as they are left out in serving. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom, type SparseRows } from '@lorekeep/core';
import type { InteractionLog } from '@lorekeep/store';
import { logOf } from '@lorekeep/testing';
import { createRankEvaluator, TOP } from '../src/index.ts';
import { rankByItemScores } from '../src/item-score-ranking.ts';
import { rankByNeighbours } from '../src/sparse-ranking.ts';
import { type EvaluationCase, evaluationCases, leaveOneOut } from '../src/split/split.ts';

const ITEMS = 90;
const DIM = 4;

test('unwanted items are left out of ranks and lists, by a plain loop', async () => {
  const random = createRandom(5);
  const rows = (count: number) => Int32Array.from({ length: count }, () => random.int(ITEMS));
  const cases: EvaluationCase[] = Array.from({ length: 60 }, (_, index) => {
    const item = { history: rows(1 + random.int(8)), target: random.int(ITEMS) };
    return index % 3 === 0 ? item : { ...item, unwanted: Int32Array.from(new Set(rows(1 + random.int(index)))) };
  });
  // Few different values, so that there are many ties.
  const whole = (length: number) => Float32Array.from({ length }, () => random.int(3) - 1);
  const users = whole(cases.length * DIM);
  const items = whole(ITEMS * DIM);
  const scores = Float32Array.from({ length: ITEMS }, () => random.int(9));
  const dot = (user: number, item: number) =>
    Array.from({ length: DIM }, (_, d) => users[user * DIM + d] * items[item * DIM + d]).reduce((a, b) => a + b, 0);
  const neighbours = identity();
  const ranker = createRankEvaluator({ batchUsers: 16 });
  try {
    const rankings = [
      [await ranker.rankVectors(users, items, DIM, cases), dot],
      [rankByItemScores(scores, cases), (_: number, item: number) => scores[item]],
      [rankByNeighbours(neighbours, cases, { decay: 1, maxHistory: 50 }), historyScore],
    ] as const;
    function historyScore(index: number, item: number) {
      return cases[index].history.filter((seen) => seen === item).length;
    }
    for (const [ranking, scoreOf] of rankings)
      for (const [index, { history, target, unwanted = new Int32Array() }] of cases.entries()) {
        const rank = (out: ReadonlySet<number>) => {
          if (out.has(target)) return ITEMS;
          const others = Array.from({ length: ITEMS }, (_, item) => item).filter(
            (item) => item !== target && !out.has(item),
          );
          const own = scoreOf(index, target);
          const higher = others.filter((item) => scoreOf(index, item) > own).length;
          const ties = others.filter((item) => scoreOf(index, item) === own).length;
          return 1 + higher + ties / 2;
        };
        assert.equal(ranking.seenIncluded[index], rank(new Set(unwanted)));
        assert.equal(ranking.seenExcluded[index], rank(new Set([...history, ...unwanted])));
        const top = [...ranking.top.subarray(index * ranking.width, (index + 1) * ranking.width)];
        assert.equal(new Set(top).size, TOP);
        assert.ok(top.every((item) => !unwanted.includes(item)));
        const least = Math.min(...top.map((item) => scoreOf(index, item)));
        const better = Array.from({ length: ITEMS }, (_, item) => item).filter(
          (item) => scoreOf(index, item) > least && !unwanted.includes(item) && !top.includes(item),
        );
        assert.deepEqual(better, []);
      }
  } finally {
    await ranker.close();
  }
});

function identity(): SparseRows {
  return {
    items: ITEMS,
    offsets: Uint32Array.from({ length: ITEMS + 1 }, (_, item) => item),
    ids: Int32Array.from({ length: ITEMS }, (_, item) => item),
    values: new Float32Array(ITEMS).fill(1),
  };
}

test('an item is unwanted from a negative event on until it is chosen again', () => {
  const log: InteractionLog = {
    ...logOf(
      [
        [0, 1, 2, 3, 1, 4],
        [5, 6, 7],
      ],
      10,
    ),
    // User 0 does not want 1 after choosing it, 8 from the start, and 4 before choosing it.
    negatives: {
      offsets: Uint32Array.of(0, 3, 4),
      items: Int32Array.of(8, 1, 4, 9),
      positions: Uint32Array.of(0, 2, 5, 3),
    },
  };
  const split = leaveOneOut(log);
  assert.deepEqual(
    evaluationCases(split, 'valid').map(({ target, unwanted }) => [target, unwanted && [...unwanted]]),
    [
      [1, [8, 1]],
      [6, undefined],
    ],
  );
  assert.deepEqual(
    evaluationCases(split, 'test').map(({ target, unwanted }) => [target, unwanted && [...unwanted]]),
    [
      [4, [8, 4]],
      [7, undefined],
    ],
  );
});
