import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { createRankEvaluator } from '../src/full-ranking.ts';
import { bootstrapAll, bootstrapIntervals, metricsOfRanks } from '../src/metrics.ts';

/** The definition of a rank, item by item. */
function naiveRank(scores: ArrayLike<number>, target: number): number {
  if (!Number.isFinite(scores[target])) return Infinity;
  let higher = 0;
  let ties = 0;
  for (let item = 0; item < scores.length; item++) {
    if (item === target) continue;
    if (scores[item] > scores[target]) higher++;
    else if (scores[item] === scores[target]) ties++;
  }
  return 1 + higher + ties / 2;
}

test('metrics of known ranks equal values computed by hand', () => {
  const metrics = metricsOfRanks(Float64Array.of(1, 2.5, 11, Infinity));
  assert.equal(metrics['recall@10'], 2 / 4);
  assert.equal(metrics['recall@50'], 3 / 4);
  assert.ok(Math.abs(metrics['ndcg@10'] - (1 + 1 / Math.log2(3.5)) / 4) < 1e-12);
  assert.ok(Math.abs(metrics['ndcg@50'] - (1 + 1 / Math.log2(3.5) + 1 / Math.log2(12)) / 4) < 1e-12);
  assert.ok(Math.abs(metrics.mrr - (1 + 1 / 2.5 + 1 / 11) / 4) < 1e-12);
  assert.equal(metrics.users, 4);
  assert.equal(metrics.nonFinite, 1);
});

test('without users, all metrics are zero and not NaN', () => {
  assert.deepEqual(Object.values(metricsOfRanks(new Float64Array(0))), [0, 0, 0, 0, 0, 0, 0]);
});

test('ranks by scores equal a naive scan, with ties, NaN and infinities', async () => {
  const random = createRandom(1);
  const [users, items] = [37, 53];
  const scores = Float32Array.from({ length: users * items }, () => random.int(9) - 4);
  const targets = Array.from({ length: users }, () => random.int(items));
  scores[3 * items + targets[3]] = Number.NaN;
  scores[4 * items + targets[4]] = Infinity;
  scores[5 * items + ((targets[5] + 1) % items)] = Number.NaN;
  scores[6 * items + ((targets[6] + 1) % items)] = Infinity;
  const evaluator = createRankEvaluator({ batchUsers: 8 });
  try {
    const ranks = await evaluator.byScores(scores, targets);
    for (let user = 0; user < users; user++)
      assert.equal(
        ranks[user],
        naiveRank(scores.subarray(user * items, (user + 1) * items), targets[user]),
        `user ${user}`,
      );
    assert.equal(metricsOfRanks(ranks).nonFinite, 2);
  } finally {
    await evaluator.close();
  }
});

test('ranks by vectors equal a naive scan of their inner products', async () => {
  const random = createRandom(2);
  const [users, items, dim] = [20, 31, 5];
  // With small whole numbers, inner products are exact and ties are frequent.
  const draw = (size: number) => Float32Array.from({ length: size }, () => random.int(5) - 2);
  const [userVectors, itemVectors] = [draw(users * dim), draw(items * dim)];
  const targets = Array.from({ length: users }, () => random.int(items));
  const evaluator = createRankEvaluator({ batchUsers: 7 });
  try {
    const ranks = await evaluator.byVectors(userVectors, itemVectors, dim, targets);
    for (let user = 0; user < users; user++) {
      const scores = Array.from({ length: items }, (_, item) => {
        let sum = 0;
        for (let k = 0; k < dim; k++) sum += userVectors[user * dim + k] * itemVectors[item * dim + k];
        return sum;
      });
      assert.equal(ranks[user], naiveRank(scores, targets[user]));
    }
  } finally {
    await evaluator.close();
  }
});

test('ranks with seen items excluded, and the best items, equal a naive scan', async () => {
  const random = createRandom(5);
  const [users, items] = [23, 31];
  const scores = Float32Array.from({ length: users * items }, () => random.int(7));
  const cases = Array.from({ length: users }, (_, user) => ({
    history: Int32Array.from({ length: user % 13 }, () => random.int(items)),
    target: random.int(items),
  }));
  scores[2 * items + cases[2].target] = Number.NaN;
  const evaluator = createRankEvaluator({ batchUsers: 9 });
  try {
    const { seenIncluded, seenExcluded, top, width } = await evaluator.rankScores(scores, cases);
    assert.deepEqual(
      seenIncluded,
      await evaluator.byScores(
        scores,
        cases.map(({ target }) => target),
      ),
    );
    cases.forEach(({ history, target }, user) => {
      const row = Array.from(scores.subarray(user * items, (user + 1) * items));
      const unseen = row.filter((_, item) => item === target || !history.includes(item));
      const position = row.slice(0, target).filter((_, item) => !history.includes(item)).length;
      assert.equal(seenExcluded[user], history.includes(target) ? items : naiveRank(unseen, position), `user ${user}`);
      const best = Array.from(top.subarray(user * width, (user + 1) * width), (item) => row[item]);
      if (user !== 2) assert.deepEqual(best, row.sort((a, b) => b - a).slice(0, 10));
    });
  } finally {
    await evaluator.close();
  }
});

test('a target that is not an item row is refused', async () => {
  const evaluator = createRankEvaluator();
  await assert.rejects(evaluator.byScores(new Float32Array(4), [4]), { code: 'EVALUATION_INPUT_INVALID' });
  await evaluator.close();
});

test('bootstrap intervals depend only on the seed, contain the mean and have the expected width', () => {
  const random = createRandom(3);
  const ranks = (users: number) => Float64Array.from({ length: users }, () => 1 + random.int(40));
  const some = ranks(400);
  const intervals = bootstrapIntervals(some);
  assert.deepEqual(bootstrapIntervals(some), intervals);
  const others = ranks(400);
  assert.deepEqual(bootstrapAll([some, others]), [intervals, bootstrapIntervals(others)]);
  const { 'recall@10': recall } = metricsOfRanks(some);
  const [low, high] = intervals['recall@10'];
  assert.ok(low < recall && recall < high);
  // The normal approximation of the interval of a share.
  const width = 2 * 1.96 * Math.sqrt((recall * (1 - recall)) / 400);
  assert.ok(Math.abs(high - low - width) < 0.25 * width);
  assert.throws(() => bootstrapIntervals(some, { level: 1 }), { code: 'EVALUATION_INPUT_INVALID' });
});
