import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { groupedLog } from '@lorekeep/testing';
import {
  baselines,
  evaluationCases,
  leaveOneOut,
  metricsOfRanks,
  pairedDifferences,
  trainCounts,
} from '../src/index.ts';

test('every case is in one group of items and one of histories, and their means make up the whole', async () => {
  const { log } = groupedLog({ users: 200 });
  const split = leaveOneOut(log);
  const evaluation = (await baselines(split, 'test', undefined)).popularity!;
  for (const kind of ['item', 'history'] as const) {
    const groups = evaluation.breakdown.filter((group) => group.kind === kind);
    assert.ok(groups.length > 1);
    const total = groups.reduce((sum, { metrics }) => sum + metrics.users, 0);
    const recall = groups.reduce((sum, { metrics }) => sum + metrics.users * metrics['recall@10'], 0);
    assert.equal(total, evaluation.metrics.users);
    assert.ok(Math.abs(recall / total - evaluation.metrics['recall@10']) < 1e-12);
  }
});

test('cold, tail and head are what a count of training events says', async () => {
  const { log } = groupedLog({ users: 60, perGroup: 20 });
  const split = leaveOneOut(log);
  const counts = Array.from(trainCounts(split));
  const trained = counts.filter((count) => count > 0).sort((a, b) => b - a);
  const least = trained[Math.round(trained.length * 0.2) - 1];
  const expected = new Map<string, number>();
  for (const { target } of evaluationCases(split, 'test')) {
    const name = counts[target] === 0 ? 'cold' : counts[target] >= least ? 'head' : 'tail';
    expected.set(name, (expected.get(name) ?? 0) + 1);
  }
  const { breakdown, coverage } = (await baselines(split, 'test', undefined)).popularity!;
  const found = breakdown.filter(({ kind }) => kind === 'item').map(({ name, metrics }) => [name, metrics.users]);
  assert.deepEqual(new Map(found as [string, number][]), expected);
  assert.ok(expected.size === 3);
  // Popularity gives all users the same ten items.
  assert.equal(coverage, 10 / log.itemIds.length);
});

test('a paired difference has a far narrower interval than two means, and says which model is better', () => {
  const random = createRandom(4);
  const a = Float64Array.from({ length: 800 }, () => 1 + random.int(40));
  const better = a.map((rank) => (random.next() < 0.1 ? Math.max(1, rank - 5) : rank));
  const { 'ndcg@10': ndcg } = pairedDifferences(better, a);
  const exact = metricsOfRanks(better)['ndcg@10'] - metricsOfRanks(a)['ndcg@10'];
  assert.ok(Math.abs(ndcg.difference - exact) < 1e-12);
  assert.ok(ndcg.interval[0] > 0 && ndcg.interval[0] < exact && ndcg.interval[1] > exact);
  // The normal interval of a mean of differences.
  const differences = Float64Array.from(a, (rank, at) => {
    const gain = (value: number) => (value <= 10 ? 1 / Math.log2(1 + value) : 0);
    return gain(better[at]) - gain(rank);
  });
  const variance = differences.reduce((sum, value) => sum + (value - exact) ** 2, 0) / 800;
  const width = 2 * 1.96 * Math.sqrt(variance / 800);
  assert.ok(Math.abs(ndcg.interval[1] - ndcg.interval[0] - width) < 0.25 * width);
  assert.deepEqual(pairedDifferences(a, a)['recall@10'], { difference: 0, interval: [0, 0] });
  assert.throws(() => pairedDifferences(a, a.slice(1)), { code: 'EVALUATION_INPUT_INVALID' });
});
