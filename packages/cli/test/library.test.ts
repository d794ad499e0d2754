/**
 * `import { openWorkspace } from 'lorekeep'`: the main job without a command line, and without
 * output.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeSimulatedShop } from '@lorekeep/datasets';
import { LorekeepError, openWorkspace, type ProgressEvent, type Warning } from 'lorekeep';

test('goes from files to recommendations with functions, and reports only to its caller', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'lorekeep-library-'));
  t.after(() => rm(dir, { recursive: true }));
  const { items, interactions } = await writeSimulatedShop(join(dir, 'data'), { events: 1500, users: 40, items: 80 });
  const stages = new Set<string>();
  const run = {
    progress: ({ stage }: ProgressEvent) => stages.add(stage),
    warn: ({ message }: Warning) => assert.fail(message),
  };
  const output = t.mock.method(process.stdout, 'write', () => true);
  const errorOutput = t.mock.method(process.stderr, 'write', () => true);
  const before = [output.mock.callCount(), errorOutput.mock.callCount()];
  const workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  try {
    await assert.rejects(workspace.train({}, run), (error) => error instanceof LorekeepError);
    await workspace.import({ items: [items], events: [interactions] }, run);
    await workspace.encode({ model: 'lexical' }, run);
    const { version, metrics } = await workspace.train(
      { preset: 'learn', config: { training: { epochs: 1 }, network: { dim: 16 } } },
      run,
    );
    const evaluation = await workspace.evaluate({ model: version }, run);
    assert.deepEqual(evaluation.test.metrics.users, metrics.test.users);
    await workspace.publish({ model: version }, run);
    const engine = await workspace.engine(run);
    const [user] = (await workspace.store.interactionLog()).userIds;
    assert.equal((await engine.recommend({ user, k: 5 })).items.length, 5);
    await engine.close();
  } finally {
    await workspace.close();
  }
  assert.deepEqual([output.mock.callCount(), errorOutput.mock.callCount()], before);
  for (const stage of ['import', 'encode', 'train', 'evaluate', 'publish', 'index'])
    assert.ok(stages.has(stage), stage);
});
