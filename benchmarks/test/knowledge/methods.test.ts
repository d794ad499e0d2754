import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { gauc, groupsOf } from '@lorekeep/ranking';
import { compareMethods } from '../../src/suites/knowledge/compare.ts';
import { METHODS } from '../../src/suites/knowledge/methods.ts';
import { createImpressions } from '../../src/suites/knowledge/real-log.ts';
import { cachedStageOne } from '../../src/suites/knowledge/stage-one/cache.ts';
import { trainStageOne } from '../../src/suites/knowledge/stage-one/outputs.ts';
import type { Target } from '../../src/suites/knowledge/target.ts';
import { START, smallLog } from './small-log.ts';

const impressions = createImpressions(smallLog(), { start: START, days: 2, count: 6 });
const { log } = impressions.data;
const main: Target = { name: 'main', surfaces: ['1'], outcome: 'click', thin: false };
const small: Target = { name: 'small', surfaces: ['0', '2'], outcome: 'long_view', thin: true };

test('rows are scored on the surfaces of the target, after the windows of warm-up', () => {
  const rows = impressions.scoredRows(small);
  const expected = Array.from(log.timestamps.keys()).filter(
    (row) => ['0', '2'].includes(log.surfaceNames[log.surfaces[row]]) && log.timestamps[row] >= START + 4 * 86_400,
  );
  assert.deepEqual([...rows], expected);
  assert.deepEqual([...new Set(impressions.windowsOf(rows))], [2, 3, 4, 5]);
  const training = expected.filter((row) => impressions.isTraining(small, row));
  assert.ok(training.length > 0 && training.length < expected.length / 4, 'a thin target trains on about a tenth');
});

test('stage one answers before it learns, and what was kept is what was said', async () => {
  const stageOne = await trainStageOne(impressions, 1);
  for (const [window, { rows }] of impressions.windows.entries())
    assert.ok(stageOne.seenUntil[window] < log.timestamps[rows[0]], `window ${window}`);
  const folder = await mkdtemp(join(tmpdir(), 'lorekeep-knowledge-'));
  try {
    assert.deepEqual(await cachedStageOne(impressions, 1, folder), stageOne, 'equal seeds give equal answers');
    assert.deepEqual(await cachedStageOne(impressions, 1, folder), stageOne);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('each method gives one finite score for each scored row, also for a thin target on two surfaces', async () => {
  const stageOne = await trainStageOne(impressions, 1);
  const scores = new Map<string, Float32Array[]>();
  for (const method of METHODS) {
    for (const target of [small, main]) {
      const found = await method.score({ impressions, target, stageOne, seed: 1 });
      assert.equal(found.length, impressions.scoredRows(target).length, method.name);
      assert.ok(found.every(Number.isFinite), method.name);
      if (target === main) scores.set(method.name, [found]);
    }
  }
  assert.equal(scores.size, METHODS.length, 'names do not repeat');
  const table = compareMethods(impressions, main, scores);
  const rows = impressions.scoredRows(main);
  const keys = { users: rows.map((row) => log.users[row]), windows: impressions.windowsOf(rows) };
  const gaucOf = (method: string) =>
    gauc((scores.get(method) as Float32Array[])[0], impressions.labels(main, rows), groupsOf(keys).groups).value;
  for (const { method, all } of table) {
    const difference = gaucOf(method) - gaucOf('base');
    assert.ok(Math.abs(all.difference - difference) < 1e-12, method);
    assert.ok(Math.abs(all.gauc - gaucOf(method)) < 1e-12, method);
  }
  // In this log the click rate of an item is all that there is to know.
  assert.ok(gaucOf('item rate') > 0.6);
});
