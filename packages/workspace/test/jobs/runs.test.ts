/** Runs of jobs, each in a process of its own: what they publish, what they refuse, what they leave. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { JobSettingsInput } from '@lorekeep/workspace';
import { BAD, eventsOfDay, type JobShop, LINEAR, liveOf, openJobShop } from './job-shop.ts';

describe('a run', () => {
  let shop: JobShop;
  before(async () => {
    shop = await openJobShop();
  });
  after(() => shop.close());

  test('publishes the first model, and its record and log say how', async () => {
    const { workspace } = shop;
    await workspace.jobs.put('nightly', LINEAR);
    const run = await shop.run('nightly');
    assert.deepEqual([run.state, run.outcome, run.error], ['succeeded', 'published', undefined]);
    assert.equal(run.verdict?.finding, 'nothing-to-compare');
    assert.equal(await liveOf(workspace), run.publication);
    assert.equal(await workspace.latestModel(), run.model);
    assert.equal(existsSync(join(shop.dir, 'jobs', 'work')), false);
    const { log } = await workspace.jobs.getRun('nightly', run.id);
    assert.match(log, /publish: publication .* is live/);
    assert.doesNotMatch(log, /user-\d/);
    const engine = await workspace.engine();
    assert.equal(engine.stats().version, run.publication);
    await engine.close();
  });

  test('does nothing if nothing is new', async () => {
    const models = await shop.workspace.modelVersions();
    const run = await shop.run('nightly');
    assert.deepEqual([run.state, run.outcome], ['succeeded', 'unchanged']);
    assert.deepEqual(await shop.workspace.modelVersions(), models);
  });

  test('keeps the live version while too few users have come back', async () => {
    const live = await liveOf(shop.workspace);
    await shop.workspace.store.appendEvents(eventsOfDay(1).slice(0, 40));
    const run = await shop.run('nightly');
    assert.deepEqual([run.outcome, run.verdict?.finding, run.verdict?.users], ['kept', 'unclear', 40]);
    assert.match(run.verdict!.reason, /40 users .* 100 are needed/);
    assert.equal(await liveOf(shop.workspace), live);
  });

  test('publishes a version that has learned what is new, compared on what neither has seen', async () => {
    await shop.workspace.store.appendEvents([...eventsOfDay(3, 4), ...eventsOfDay(4, 4)]);
    const run = await shop.run('nightly');
    const { verdict } = run;
    assert.deepEqual([run.outcome, verdict?.finding], ['published', 'not-worse'], verdict?.reason);
    assert.ok(verdict!.candidate! > 1.5 * verdict!.live!, verdict!.reason);
    assert.ok(verdict!.liveUntil! < verdict!.from! && verdict!.from! < verdict!.to!);
    assert.equal(verdict!.users, 160);
    // What is published has learned from everything.
    assert.equal(run.learnedUntil, verdict!.to);
    assert.equal(await liveOf(shop.workspace), run.publication);
  });

  test('refuses a worse model, and changes neither what is served nor the models', async () => {
    const { workspace } = shop;
    const [live, latest, models] = [
      await liveOf(workspace),
      await workspace.latestModel(),
      await workspace.modelVersions(),
    ];
    await workspace.store.appendEvents([...eventsOfDay(5), ...eventsOfDay(6)]);
    await workspace.jobs.put('bad', BAD);
    const run = await shop.run('bad');
    const { verdict } = run;
    assert.deepEqual(
      [run.state, run.outcome, verdict?.finding, verdict?.publish],
      ['succeeded', 'kept', 'worse', false],
    );
    assert.ok(verdict!.interval![1] < -verdict!.tolerance * verdict!.live!, verdict!.reason);
    assert.match(verdict!.reason, /is worse\. By the rule "not-worse", the live version stays\.$/);
    assert.deepEqual([await liveOf(workspace), await workspace.latestModel()], [live, latest]);
    assert.deepEqual(await workspace.modelVersions(), models);
  });

  test('that fails says why and leaves everything as it was', async () => {
    const { workspace } = shop;
    const live = await liveOf(workspace);
    const train: JobSettingsInput['train'] = { preset: 'linear', config: { events: { target: ['nothing'] } } };
    await workspace.jobs.put('failing', { train, gate: { rule: 'always' } });
    const run = await shop.run('failing');
    assert.deepEqual([run.state, run.error?.code], ['failed', 'TARGET_UNKNOWN']);
    assert.equal(await liveOf(workspace), live);
    assert.equal(existsSync(join(shop.dir, 'jobs', 'work')), false);
  });
});

describe('what is kept', () => {
  test('models of former runs go, never the live one and never one that somebody trained by hand', async (t) => {
    const shop = await openJobShop();
    t.after(() => shop.close());
    const { workspace } = shop;
    const byHand = await workspace.train({ preset: 'linear', seed: 7 });
    await workspace.jobs.put('nightly', { ...LINEAR, keep: 2, gate: { rule: 'always' } });
    const published: string[] = [];
    for (const day of [1, 2, 3, 4]) {
      await workspace.store.appendEvents(eventsOfDay(day));
      const run = await shop.run('nightly');
      assert.equal(run.outcome, 'published');
      published.push(run.publication!);
    }
    const { publications } = await workspace.jobs.publications();
    assert.deepEqual(
      publications.map(({ version }) => version),
      published.slice(-2).reverse(),
    );
    const models = await workspace.modelVersions();
    assert.equal(models.length, 3);
    assert.ok(models.includes(byHand.version));
    assert.ok(models.includes(publications[0].model!) && models.includes(publications[1].model!));
    assert.equal(readdirSync(join(shop.dir, 'jobs', 'runs')).length, 4);

    // Back by one: the live version is now the oldest, and stays through the next publication.
    await workspace.jobs.rollback();
    await workspace.jobs.resume();
    await workspace.store.appendEvents(eventsOfDay(5));
    const next = await shop.run('nightly');
    assert.equal(next.outcome, 'published');
    const after = (await workspace.jobs.publications()).publications.map(({ version }) => version);
    assert.deepEqual(after, [next.publication, published[2]]);
  });
});
