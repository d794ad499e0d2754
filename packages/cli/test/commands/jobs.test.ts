/** `lorekeep jobs`, and a service that starts a job by itself, in processes of their own. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeEvents, makeItems } from '@lorekeep/testing';
import { openWorkspace } from '@lorekeep/workspace';
import { lineOf, lorekeep, start } from '../command.ts';

describe('lorekeep jobs', () => {
  let dir: string;
  const run = (...words: string[]) => lorekeep(['jobs', ...words, '--json'], dir);
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lorekeep-cli-jobs-'));
    const workspace = await openWorkspace(join(dir, '.lorekeep'), { create: true });
    const items = makeItems();
    await workspace.store.upsertItems(items);
    await workspace.store.appendEvents(makeEvents(items));
    await workspace.encode({ model: 'lexical' });
    await workspace.publish({ model: 'none' });
    await workspace.close();
    await writeFile(join(dir, 'small.json'), JSON.stringify({ network: { dim: 32, hidden: 16 } }));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const LINEAR = ['--preset', 'linear', '--config', 'small.json', '--threads', '1'];

  test('add, run, history, logs, rollback, resume and remove', async () => {
    const added = await run('add', 'nightly', '--every', '24h', '--after-events', '1000', ...LINEAR);
    assert.deepEqual([added.code, added.last.job.settings.every], [0, 86_400]);
    assert.equal(added.last.job.settings.train.config.network.dim, 32);
    const done = await run('run', 'nightly');
    assert.deepEqual([done.code, done.last.run?.outcome], [0, 'published'], done.stderr + done.stdout);
    const history = await run('history', '--job', 'nightly');
    assert.deepEqual(
      history.last.runs.map(({ id }: any) => id),
      [done.last.run.id],
    );
    assert.match((await run('logs', done.last.run.id)).last.log, /is live/);
    assert.equal((await run('rollback')).last.from, done.last.run.publication);
    assert.equal((await run('list')).last.isHeld, true);
    assert.equal((await run('publications')).last.publications.length, 2);
    assert.equal((await run('resume')).last.isHeld, false);
    assert.equal((await run('cancel', 'nightly')).last.error.code, 'JOB_NOT_RUNNING');
    assert.equal((await run('remove', 'nightly')).code, 0);
    assert.equal((await run('run', 'nightly')).last.error.code, 'JOB_UNKNOWN');
    const both = await run('add', 'x', '--every', '24h', '--cron', '0 3 * * *');
    assert.deepEqual([both.code, both.last.error.code], [2, 'REQUEST_INVALID']);
  });

  test('serve starts a job when enough events came', async (t) => {
    assert.equal((await run('add', 'fresh', '--after-events', '1', '--rule', 'always', ...LINEAR)).code, 0);
    const { child } = start(['serve', '--port', '0', '--json'], dir);
    t.after(() => child.kill('SIGKILL'));
    const { address } = await lineOf(child, ({ event }) => event === 'listening');
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ user: 'user-1', item: 'garden-1' });
    assert.equal((await fetch(`${address}/v1/events`, { method: 'POST', headers, body })).status, 200);
    let last: any;
    do {
      await sleep(200);
      last = ((await (await fetch(`${address}/v1/jobs`)).json()) as any).jobs[0].last;
    } while (last === undefined);
    assert.deepEqual([last.trigger, last.state, last.error], ['events', 'succeeded', undefined]);
  });
});
