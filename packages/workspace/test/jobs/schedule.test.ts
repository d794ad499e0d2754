/** When jobs are due, and that one scheduler of many starts them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWorkspace, type Workspace } from '@lorekeep/workspace';
import { cronProblem } from '../../src/jobs/schedule/cron.ts';
import { type DueInput, nextOf, triggerOf } from '../../src/jobs/schedule/due.ts';
import { jobSettingsSchema } from '../../src/jobs/settings.ts';
import { BAD, eventsOfDay, LINEAR, openJobShop } from './job-shop.ts';

const at = (text: string) => Date.parse(text) / 1000;
const settings = (given: object) => jobSettingsSchema.parse(given);
const ADDED = { at: at('2026-03-01T12:00:00Z'), events: 100 };
const run = (startedAt: number, state: DueInput['runs'][number]['state'] = 'succeeded', events = 100) => ({
  startedAt,
  state,
  events,
});

describe('the next run', () => {
  test('counts from the last one, or from when the job was added', () => {
    const hourly = settings({ every: 3600 });
    assert.deepEqual(nextOf({ settings: hourly, added: ADDED, runs: [] }), { at: ADDED.at + 3600 });
    const runs = [run(ADDED.at + 5000, 'failed'), run(ADDED.at + 10)];
    assert.deepEqual(nextOf({ settings: hourly, added: ADDED, runs }), { at: ADDED.at + 8600 });
    // The job was changed after its last run.
    assert.deepEqual(nextOf({ settings: hourly, added: ADDED, runs: [run(ADDED.at - 9)] }), { at: ADDED.at + 3600 });
    assert.deepEqual(nextOf({ settings: settings({ every: 3600, enabled: false }), added: ADDED, runs }), {});
    assert.deepEqual(nextOf({ settings: settings({}), added: ADDED, runs }), {});
  });

  test('by cron is in its time zone, also where the clock is changed', () => {
    const nightly = settings({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' });
    const next = (last: string) => nextOf({ settings: nightly, added: ADDED, runs: [run(at(last))] }).at;
    assert.equal(next('2026-03-02T01:30:00Z'), at('2026-03-03T01:30:00Z'));
    assert.equal(next('2026-06-10T12:00:00Z'), at('2026-06-11T00:30:00Z'));
    // On the 29th of March there is no half past two; it runs once all the same.
    const missing = next('2026-03-28T01:30:00Z')!;
    assert.ok(missing > at('2026-03-28T23:00:00Z') && missing <= at('2026-03-30T00:30:00Z'));
  });

  test('after events counts from the last run', () => {
    const runs = [run(ADDED.at + 10, 'succeeded', 150)];
    const next = nextOf({ settings: settings({ afterEvents: 50 }), added: ADDED, runs });
    assert.deepEqual(next, { events: 200 });
    assert.equal(triggerOf(next, { at: 9e9, events: 199 }), undefined);
    assert.equal(triggerOf(next, { at: 0, events: 200 }), 'events');
    assert.equal(triggerOf({ at: 5, events: 200 }, { at: 5, events: 300 }), 'schedule');
  });

  test('after an interrupted one is at once, but only once', () => {
    const daily = settings({ every: 86_400 });
    const [first, second] = [ADDED.at + 100, ADDED.at + 200];
    const once = nextOf({ settings: daily, added: ADDED, runs: [run(first, 'interrupted')] });
    assert.equal(triggerOf(once, { at: first + 1, events: 0 }), 'schedule');
    const twice = nextOf({
      settings: daily,
      added: ADDED,
      runs: [run(second, 'interrupted'), run(first, 'interrupted')],
    });
    assert.deepEqual(twice, { at: second + 86_400 });
    // A job without a schedule is never started.
    assert.deepEqual(nextOf({ settings: settings({}), added: ADDED, runs: [run(first, 'interrupted')] }), {});
  });

  test('settings that name no time are refused', () => {
    for (const cron of ['* * *', '61 * * * *', '0 0 30 2 *', '* * * * * *', 'x']) assert.ok(cronProblem(cron), cron);
    for (const given of [
      { cron: '0 0 30 2 *' },
      { every: 5 },
      { every: 3600, cron: '0 3 * * *' },
      { timeZone: 'Mars/Olympus' },
      { train: { config: { nothing: {} } } },
      { gate: { tolerance: 2 } },
      { keep: 1 },
      { unknown: 1 },
    ])
      assert.equal(jobSettingsSchema.safeParse(given).success, false, JSON.stringify(given));
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}

const runsOf = async (workspace: Workspace, job: string) => workspace.jobs.runs(job);

describe('schedulers', () => {
  test('of two processes start a due job once, when enough events came, and another takes over', async (t) => {
    const shop = await openJobShop();
    const other = await openWorkspace(shop.dir);
    t.after(async () => {
      await other.close();
      await shop.close();
    });
    const { workspace } = shop;
    await workspace.jobs.put('fresh', { ...LINEAR, afterEvents: 400 });
    const problems: string[] = [];
    const options = { interval: 20, onProblem: (message: string) => problems.push(message) };
    const first = await workspace.jobs.schedule(options);
    const second = await other.jobs.schedule(options);
    await workspace.store.appendEvents(eventsOfDay(1).slice(0, 300));
    await sleep(300);
    assert.deepEqual(await runsOf(workspace, 'fresh'), []);
    assert.equal(Number(first.isActive) + Number(second.isActive), 1);
    await workspace.store.appendEvents(eventsOfDay(1).slice(300, 480));
    await until(async () => (await runsOf(workspace, 'fresh'))[0]?.state === 'succeeded');
    await sleep(300);
    const [run, ...more] = await runsOf(workspace, 'fresh');
    assert.deepEqual([run.trigger, run.outcome, more.length], ['events', 'published', 0]);

    const active = first.isActive ? first : second;
    await active.close();
    const left = active === first ? second : first;
    await until(async () => left.isActive);
    await workspace.store.appendEvents(eventsOfDay(2));
    await until(async () => (await runsOf(workspace, 'fresh')).length === 2);
    await left.close();
    assert.deepEqual(problems, []);
  });

  test('start nothing while publishing is held', async (t) => {
    const shop = await openJobShop();
    t.after(() => shop.close());
    const { workspace } = shop;
    await workspace.jobs.put('a', { ...LINEAR, gate: { rule: 'always' } });
    await shop.run('a');
    await workspace.store.appendEvents(eventsOfDay(1));
    await shop.run('a');
    await workspace.jobs.rollback();
    await workspace.jobs.put('a', { ...LINEAR, afterEvents: 1 });
    await workspace.store.appendEvents(eventsOfDay(2));
    const scheduler = await workspace.jobs.schedule({ interval: 20 });
    await until(async () => scheduler.isActive);
    await sleep(300);
    assert.equal((await runsOf(workspace, 'a')).length, 2);
    await workspace.jobs.resume();
    await until(async () => (await runsOf(workspace, 'a')).length === 3);
    await scheduler.close();
  });
});

test('definitions are checked, listed, replaced and removed', async (t) => {
  const shop = await openJobShop();
  t.after(() => shop.close());
  const { jobs } = shop.workspace;
  assert.deepEqual(await jobs.list(), []);
  await assert.rejects(jobs.put('../evil', {}), { code: 'REQUEST_INVALID' });
  await assert.rejects(jobs.put('a', { cron: 'never' }), { code: 'REQUEST_INVALID' });
  await jobs.put('b', BAD);
  await jobs.put('a', { every: 3600 });
  assert.deepEqual(
    (await jobs.list()).map(({ name }) => name),
    ['a', 'b'],
  );
  await jobs.put('a', { every: 7200 });
  assert.equal((await jobs.get('a')).settings.every, 7200);
  await jobs.remove('a');
  await assert.rejects(jobs.get('a'), { code: 'JOB_UNKNOWN' });
  await assert.rejects(jobs.remove('a'), { code: 'JOB_UNKNOWN' });
  await assert.rejects(jobs.run('a'), { code: 'JOB_UNKNOWN' });
  await assert.rejects(jobs.getRun('b', 'x'), { code: 'JOB_RUN_UNKNOWN' });
});
