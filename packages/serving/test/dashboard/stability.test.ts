/** Drift of scores and fallbacks over time, on made answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { COMPARED, createScoreDrift, stabilityIndex } from '../../src/dashboard/recorder/drift.ts';
import { createFallbackCounts } from '../../src/dashboard/recorder/fallbacks.ts';

const random = createRandom(5);
const normal = (mean: number, count = COMPARED) => Array.from({ length: count }, () => mean + random.normal());

test('the index is near 0 without a change, and that of two normal distributions with one', () => {
  assert.equal(stabilityIndex([1, 1, 1], [1, 1, 1]), 0);
  assert.ok(stabilityIndex(normal(0), normal(0)) < 0.1);
  // Of two normal distributions at a distance of d it is d² before they are cut into intervals.
  const half = stabilityIndex(normal(0, 50_000), normal(0.5, 50_000));
  assert.ok(half > 0.2 && half < 0.26, `${half}`);
  assert.ok(stabilityIndex(normal(0), normal(1)) > 0.5);
});

test('the last lists of a version are compared with its first ones, each source by itself', () => {
  const drift = createScoreDrift();
  const lists = (version: string, source: 'linear' | 'content', scores: number[]) => {
    for (const score of scores) drift.add({ version, source, items: [{ id: 'a', score }] });
  };
  lists('v1', 'linear', normal(0));
  assert.equal(drift.read()[0].psi, null, 'nothing to compare yet');
  lists('v1', 'linear', normal(3));
  lists('v1', 'content', normal(0, 10));
  lists('v2', 'linear', normal(3));
  lists('v2', 'linear', [...normal(9), ...normal(3)]);
  drift.add({ version: 'v3', source: 'linear', items: [] });
  const [second, texts, first] = drift.read();
  assert.deepEqual([second.version, second.first, second.last], ['v2', COMPARED, COMPARED]);
  assert.ok(second.psi !== null && second.psi < 0.1, 'only the last lists count');
  assert.deepEqual([texts.source, texts.first, texts.last, texts.psi], ['content', 10, 0, null]);
  assert.ok(first.psi !== null && first.psi > 1);
});

test('fallbacks are counted by reason in intervals, of which a day is kept', () => {
  const counts = createFallbackCounts();
  counts.add({}, 1_000_000_000);
  counts.add({ fallbacks: [{ reason: 'unknownUser', items: 3 }] }, 1_000_000_010);
  counts.add({ fallbacks: [{ reason: 'fewPass', items: 1 }] }, 1_000_000_400);
  assert.deepEqual(counts.history(), [
    { at: 999_999_900, lists: 2, reasons: { unknownUser: 1 } },
    { at: 1_000_000_200, lists: 1, reasons: { fewPass: 1 } },
  ]);
  for (let n = 0; n < 400; n++) counts.add({}, 1_000_001_000 + 300 * n);
  assert.equal(counts.history().length, 288);
});
