import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { leaveOneOut, trainItems } from '@lorekeep/evaluation';
import { CANDIDATES } from '@lorekeep/linear';
import { logOf } from '@lorekeep/testing';
import { FEATURES, WIDTH } from '../src/reranker/features/feature-names.ts';
import { trainReranker } from '../src/reranker/training/train.ts';
import { longest, read, split, statisticsOf } from './example-statistics.ts';

test('if users return to items, history items are candidates at their own score', async () => {
  const { statistics } = await statisticsOf(split);
  const plain = { ...statistics, repeats: 0.04 };
  const own = { ...statistics, repeats: 0.05 };
  const inHistory = FEATURES.indexOf('inHistory');
  const score = FEATURES.indexOf('score');
  for (const history of [trainItems(split, longest), Int32Array.of(3, 50, 3), Int32Array.of(7)]) {
    const before = await read(plain, history);
    const after = await read(own, history);
    const items = after.items.subarray(0, after.count);
    const past = new Set(history.subarray(-20));
    for (const item of past) assert.ok(items.includes(item), `item ${item}`);
    const others = (found: Int32Array) => Array.from(found).filter((item) => !past.has(item));
    assert.deepEqual(others(items), others(before.items.subarray(0, before.count)).slice(0, CANDIDATES - past.size));
    for (let i = 0; i < after.count; i++) {
      assert.equal(after.features[i * WIDTH + inHistory] > 0, past.has(items[i]));
      if (i > 0) assert.ok(after.features[i * WIDTH + score] <= after.features[(i - 1) * WIDTH + score]);
    }
    assert.ok(after.features.every(Number.isFinite));
  }
  // No other user has chosen an item: only the items of the history count as chosen.
  const users = new Float32Array(statistics.items);
  const unseen = await read({ ...statistics, users, repeats: 1 }, Int32Array.of(7, 8));
  for (let i = 0; i < unseen.count; i++)
    assert.equal(unseen.unchosen[i], [7, 8].includes(unseen.items[i]) ? 0 : 1, `item ${unseen.items[i]}`);
  const filtered = await read(own, Int32Array.of(7, 8), (item) => item !== 7);
  assert.ok(!filtered.items.subarray(0, filtered.count).includes(7));
  const withoutNeighbours = {
    ...statistics,
    weights: { ...statistics.weights, offsets: new Uint32Array(statistics.items + 1) },
    variants: {},
  };
  const alone = await read({ ...withoutNeighbours, repeats: 1 }, Int32Array.of(7));
  assert.deepEqual([alone.count, alone.items[0]], [1, 7]);
  assert.ok(alone.features.every(Number.isFinite));
});

test('repeats are counted over training events, and the re-ranker learns to put repeated items first', async () => {
  const random = createRandom(11);
  // Two of three events repeat the item before; the third draws any item.
  const histories = Array.from({ length: 300 }, () => {
    let item = random.int(60);
    return Array.from({ length: 8 }, () => {
      if (random.int(3) === 0) item = random.int(60);
      return item;
    });
  });
  const repeating = leaveOneOut(logOf(histories, 60));
  const { statistics, diagonal } = await statisticsOf(repeating);
  let repeats = 0;
  let followers = 0;
  for (const history of histories)
    history.slice(0, -2).forEach((item, at, events) => {
      if (at > 0) followers++;
      if (events.indexOf(item) < at) repeats++;
    });
  assert.ok(Math.abs(statistics.repeats - repeats / followers) < 1e-9);
  const settings = { lambda: 100, beta: 0, decay: 0.8, neighboursPerItem: 59, maxHistory: 20 };
  const { report } = await trainReranker(repeating, { neighbours: statistics.weights, settings }, diagonal, undefined);
  assert.ok(report.valid.linear['ndcg@10'] < 0.3, 'the linear model has no weight from an item to itself');
  assert.ok((report.valid.reranker?.['ndcg@10'] ?? 0) > 0.55);
});
