/** `lorekeep experiments` in a process of its own. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createScenarios } from '@lorekeep/recommender';
import { openWorkspace } from '@lorekeep/workspace';
import { lorekeep } from '../command.ts';

test('an experiment is created, listed, read and stopped', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'lorekeep-cli-experiments-'));
  try {
    await writeFile(join(dir, 'items.csv'), 'id,title\na,Tea\nb,Cup\n');
    assert.equal((await lorekeep(['import', '--items', 'items.csv'], dir)).code, 0);
    const workspace = await openWorkspace(join(dir, '.lorekeep'));
    const scenarios = createScenarios(workspace.store);
    await scenarios.put('home', { k: 5 });
    await scenarios.put('home', { k: 6 });
    await workspace.close();

    const experiments = (...words: string[]) => lorekeep(['experiments', ...words, '--json'], dir);
    const words = ['create', 'more', '--scenario', 'home', '--arm', 'home@1', 'home@2=3'];
    const created = await experiments(...words, '--metric', 'cvr');
    assert.equal(created.code, 0, created.stderr);
    const { settings } = created.last.experiment;
    assert.deepEqual(settings.arms, [
      { scenario: 'home@1', weight: 1 },
      { scenario: 'home@2', weight: 3 },
    ]);
    assert.equal(settings.metric, 'cvr');
    const again = await experiments(...words);
    assert.deepEqual([again.code, again.last.error.code], [2, 'EXPERIMENT_RUNNING']);
    assert.equal((await experiments('list')).last.experiments.length, 1);
    assert.equal((await experiments('results', 'more')).last.decision.reason, 'tooFew');
    assert.ok((await experiments('stop', 'more')).last.experiment.stoppedAt > 0);
    const text = await lorekeep(['experiments', 'results', 'more'], dir);
    assert.match(text.stdout, /^arm .*cvr − control$/m);
    assert.match(text.stdout, /^continue: There are too few users or outcomes to decide\.$/m);
    assert.equal((await experiments('stop', 'less')).last.error.code, 'EXPERIMENT_UNKNOWN');
  } finally {
    await rm(dir, { recursive: true });
  }
});
