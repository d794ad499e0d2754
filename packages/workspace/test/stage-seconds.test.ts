import assert from 'node:assert/strict';
import test from 'node:test';
import type { ProgressEvent } from '@lorekeep/core';
import { stageSeconds } from '../src/training/stage-seconds.ts';

test('the time of a training is divided among the stages that it reports, and every report is passed on', () => {
  const passed: string[] = [];
  const { progress, seconds } = stageSeconds(({ stage }) => passed.push(stage));
  const report = (stage: string): ProgressEvent => ({ stage, done: 0, unit: 'steps' });
  for (const stage of ['solve', 'train', 'train', 'solve']) progress(report(stage));
  assert.deepEqual(passed, ['solve', 'train', 'train', 'solve']);
  const own = seconds();
  assert.deepEqual(Object.keys(own).sort(), ['solve', 'train']);
  assert.ok(Object.values(own).every((value) => value >= 0));
});
