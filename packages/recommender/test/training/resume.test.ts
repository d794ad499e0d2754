import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { configOf, contentInfo, groupedLog } from '@lorekeep/testing';
import { evaluateTrained } from '../../src/evaluation/evaluate-trained.ts';
import { trainRecommender } from '../../src/training/train.ts';

const { log, content } = groupedLog({ users: 160 });

async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-resume-'));
  try {
    await body(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('another seed, and a run that was stopped in the re-ranker, take what was solved; the model is the same', async () => {
  await inDirectory(async (workDir) => {
    const config = configOf('learn', { dim: 16, hidden: 8, epochs: 0, maxHistory: 8 });
    const stages: string[] = [];
    const stop = new AbortController();
    const run = (seed: number, signal?: AbortSignal, directory: string | undefined = workDir) => {
      stages.length = 0;
      const progress = ({ stage, done }: { stage: string; done: number }) => {
        stages.push(stage);
        if (stage === 're-ranker' && done > 0) stop.abort(new Error('stopped'));
      };
      return trainRecommender({ log, content, contentInfo, config, seed, workDir: directory, progress, signal });
    };
    await assert.rejects(run(3, stop.signal), /stopped/);
    assert.ok(stages.includes('search') && stages.includes('solve'));
    const resumed = await run(3);
    assert.ok(!stages.includes('search') && !stages.includes('solve'));
    const undisturbed = await trainRecommender({ log, content, contentInfo, config, seed: 3 });
    assert.deepEqual(resumed.reranker?.report, undisturbed.reranker?.report);
    assert.deepEqual(resumed.linear, undisturbed.linear);
    assert.deepEqual(
      (await evaluateTrained(resumed, 'valid')).ranks,
      (await evaluateTrained(undisturbed, 'valid')).ranks,
    );
    const other = await run(4);
    assert.ok(!stages.includes('search') && !stages.includes('solve'));
    assert.deepEqual(other.linear, resumed.linear);
  });
});
