/** Back to a former publication, in one step, and what jobs do afterwards. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventsOfDay, type JobShop, LINEAR, liveOf, openJobShop } from './job-shop.ts';

describe('rollback', () => {
  let shop: JobShop;
  const versions: string[] = [];
  before(async () => {
    shop = await openJobShop();
    const { workspace } = shop;
    await workspace.jobs.put('nightly', { ...LINEAR, gate: { rule: 'always' } });
    await assert.rejects(workspace.jobs.rollback(), { code: 'PUBLICATION_NOT_KEPT' });
    for (const day of [1, 2, 3]) {
      await workspace.store.appendEvents(eventsOfDay(day));
      versions.push((await shop.run('nightly')).publication!);
    }
  });
  after(() => shop.close());

  test('makes the former version live in a running engine, and the one before it the next time', async () => {
    const { workspace } = shop;
    const engine = await workspace.engine();
    try {
      const result = await workspace.jobs.rollback();
      assert.deepEqual([result.from, result.to], [versions[2], versions[1]]);
      assert.equal(await engine.reload(), true);
      assert.equal(engine.stats().version, versions[1]);
      assert.equal((await engine.recommend({ user: 'user-1' })).source, 'linear');
      assert.equal((await workspace.jobs.rollback()).to, versions[0]);
      await assert.rejects(workspace.jobs.rollback(), { code: 'PUBLICATION_NOT_KEPT' });
      await assert.rejects(workspace.jobs.rollback('../models'), { code: 'PUBLICATION_NOT_KEPT' });
      assert.equal(await liveOf(workspace), versions[0]);
    } finally {
      await engine.close();
    }
  });

  test('holds the jobs, until somebody lets them publish again', async () => {
    const { workspace } = shop;
    assert.equal((await workspace.jobs.publications()).isHeld, true);
    await workspace.store.appendEvents(eventsOfDay(4));
    const held = await shop.run('nightly');
    assert.deepEqual([held.state, held.outcome], ['succeeded', 'held']);
    assert.equal(await liveOf(workspace), versions[0]);
  });

  test('forward again is a rollback to a named version', async () => {
    const { workspace } = shop;
    await workspace.jobs.rollback(versions[1]);
    const { publications } = await workspace.jobs.publications();
    assert.deepEqual(
      publications.map(({ version, isLive, isRolledBack }) => [versions.indexOf(version), isLive, isRolledBack]),
      [
        [2, false, true],
        [1, true, false],
        [0, false, true],
      ],
    );
  });

  test('to a damaged version is refused, and the live one stays', async () => {
    const file = join(shop.dir, 'published', versions[0], 'items.json');
    const content = await readFile(file);
    await writeFile(file, 'x');
    await assert.rejects(shop.workspace.jobs.rollback(versions[0]), { code: 'PUBLICATION_CORRUPT' });
    assert.equal(await liveOf(shop.workspace), versions[1]);
    await writeFile(file, content);
  });

  test('the same model is not published again, also if it is trained again', async (t) => {
    const other = await openJobShop();
    t.after(() => other.close());
    const { workspace } = other;
    await workspace.jobs.put('nightly', { ...LINEAR, gate: { rule: 'always' } });
    const first = await other.run('nightly');
    await workspace.store.appendEvents(eventsOfDay(1));
    await other.run('nightly');
    await workspace.jobs.rollback();
    await workspace.jobs.resume();
    const again = await other.run('nightly');
    assert.deepEqual([again.outcome, await liveOf(workspace)], ['kept', first.publication]);
    assert.match((await workspace.jobs.getRun('nightly', again.id)).log, /not published again/);
    // With new events it is another model.
    await workspace.store.appendEvents(eventsOfDay(2));
    assert.equal((await other.run('nightly')).outcome, 'published');
  });
});
