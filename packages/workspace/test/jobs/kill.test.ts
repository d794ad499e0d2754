/** A run that is killed at any moment changes nothing that is served, and the next one works. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@lorekeep/core';
import type { JobRun, Workspace } from '@lorekeep/workspace';
import { eventsOfDay, type JobShop, LINEAR, liveOf, openJobShop } from './job-shop.ts';

const KILLS = 6;

/** What a service would answer with. */
async function served(workspace: Workspace): Promise<unknown> {
  const engine = await workspace.engine();
  try {
    const { items } = await engine.recommend({ user: 'user-1', k: 10 });
    return [engine.stats().version, items];
  } finally {
    await engine.close();
  }
}

describe('a run that is stopped', () => {
  let shop: JobShop;
  let seconds: number;
  before(async () => {
    shop = await openJobShop();
    await shop.workspace.jobs.put('nightly', { ...LINEAR, gate: { rule: 'unless-worse' } });
    await shop.run('nightly');
    await shop.workspace.store.appendEvents([...eventsOfDay(1), ...eventsOfDay(2)]);
    // How long a run takes on this machine, to kill one at any place of it.
    await shop.workspace.jobs.put('measured', { ...LINEAR, gate: { rule: 'unless-worse' } });
    const { startedAt, endedAt } = await shop.run('measured');
    seconds = endedAt! - startedAt;
  });
  after(() => shop.close());

  test(`by kill -9 at ${KILLS} random moments leaves what is served, and the next run works`, async () => {
    const { workspace, dir } = shop;
    const random = createRandom(Date.now() % 2 ** 32);
    const states: JobRun['state'][] = [];
    for (let n = 0; n < KILLS; n++) {
      await workspace.store.appendEvents(eventsOfDay(3 + n));
      const before = await served(workspace);
      const models = await workspace.modelVersions();
      const { id, pid } = await workspace.jobs.run('nightly');
      await sleep(1000 * seconds * ((n + random.next()) / KILLS));
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
      const run = await workspace.jobs.wait('nightly', id);
      states.push(run.state);
      if (run.publication === undefined) {
        const live = await liveOf(workspace);
        // Killed between the switch and its record, the new version is live, whole.
        if (live === (before as unknown[])[0]) assert.deepEqual(await served(workspace), before);
        else assert.ok((await served(workspace)) !== undefined);
        const made = (await workspace.modelVersions()).filter((version) => !models.includes(version));
        assert.deepEqual(made, run.model === undefined ? [] : made.filter((version) => version === run.model));
      }
      assert.equal((await workspace.jobs.get('nightly')).running, undefined);
    }
    assert.ok(states.includes('interrupted'), states.join());

    const last = await shop.run('nightly');
    assert.equal(last.state, 'succeeded');
    assert.equal((await workspace.jobs.runs()).filter(({ state }) => state === 'running').length, 0);
    assert.equal(existsSync(join(dir, 'jobs', 'work')), false);
    assert.deepEqual(
      (await readdir(join(dir, 'published'))).filter((name) => name.endsWith('.tmp')).length <= KILLS,
      true,
    );
    // Also on disk, not only for readers.
    const { log } = await workspace.jobs.getRun('nightly', (await workspace.jobs.runs('nightly')).at(-2)!.id);
    assert.ok(log.length > 0);
  });

  test('by cancel ends as cancelled, and another one may start', async () => {
    const { workspace } = shop;
    await workspace.store.appendEvents(eventsOfDay(20));
    const live = await liveOf(workspace);
    const { id } = await workspace.jobs.run('nightly');
    await assert.rejects(workspace.jobs.run('measured'), { code: 'JOB_RUNNING' });
    const cancelled = await workspace.jobs.cancel('nightly');
    assert.deepEqual([cancelled.id, cancelled.state], [id, 'cancelled']);
    assert.equal(await liveOf(workspace), live);
    await assert.rejects(workspace.jobs.cancel('nightly'), { code: 'JOB_NOT_RUNNING' });
    assert.equal((await shop.run('measured')).state, 'succeeded');
  });

  test('because its process ends is interrupted', async () => {
    const { openWorkspace } = await import('@lorekeep/workspace');
    await shop.workspace.store.appendEvents(eventsOfDay(21));
    const other = await openWorkspace(shop.dir);
    const { id } = await other.jobs.run('nightly');
    await other.close();
    const { run } = await shop.workspace.jobs.getRun('nightly', id);
    assert.equal(run.state, 'interrupted');
    assert.ok(run.endedAt! >= run.startedAt);
  });
});
