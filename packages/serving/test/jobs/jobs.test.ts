/** Jobs over HTTP: real runs in processes of their own, while the service answers. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '@lorekeep/recommender';
import { makeEvents, makeItems } from '@lorekeep/testing';
import { openWorkspace, type Workspace } from '@lorekeep/workspace';
import { createServer, loadKeys, type Server } from '../../src/index.ts';
import { type Answer, clientOf, QUIET, refused } from '../http/client.ts';

const SETTINGS = {
  train: { preset: 'linear', config: { network: { dim: 32, hidden: 16 } } },
  gate: { rule: 'always' },
  threads: 1,
};

describe('jobs over HTTP', () => {
  let dir: string;
  let workspace: Workspace;
  let engine: Engine;
  let server: Server;
  let address: string;
  let client: ReturnType<typeof clientOf>;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lorekeep-jobs-http-'));
    workspace = await openWorkspace(join(dir, 'shop'), { create: true });
    const items = makeItems();
    await workspace.store.upsertItems(items);
    await workspace.store.appendEvents(makeEvents(items));
    await workspace.encode({ model: 'lexical' });
    await workspace.publish({ model: 'none' });
    engine = await workspace.engine();
    server = createServer(engine, { ...QUIET, watchInterval: 50, workspace });
    address = await server.listen();
    client = clientOf(address);
  });
  after(async () => {
    await server?.close();
    await engine?.close();
    await workspace?.close();
    await rm(dir, { recursive: true, force: true });
  });

  async function send(method: string, path: string, value?: unknown): Promise<Answer> {
    const body =
      value === undefined ? {} : { body: JSON.stringify(value), headers: { 'content-type': 'application/json' } };
    return client.get(path, { method, ...body });
  }

  test('a job is stored, listed with its defaults, and wrong settings are refused', async () => {
    assert.deepEqual((await client.get('/v1/jobs')).body, { jobs: [], isHeld: false });
    const { status, body } = await send('PUT', '/v1/jobs/nightly', { ...SETTINGS, every: 86_400 });
    assert.deepEqual(
      [status, body.name, body.settings.gate.metric, body.settings.keep],
      [200, 'nightly', 'ndcg@10', 3],
    );
    const [job] = (await client.get('/v1/jobs')).body.jobs;
    assert.equal(job.next.at, body.at + 86_400);
    refused(await send('PUT', '/v1/jobs/Bad..Name', SETTINGS), 400, 'REQUEST_INVALID');
    refused(await send('PUT', '/v1/jobs/a', { cron: '0 0 30 2 *' }), 400, 'REQUEST_INVALID', 'cron');
    refused(
      await send('PUT', '/v1/jobs/a', { train: { config: { nothing: {} } } }),
      400,
      'REQUEST_INVALID',
      'train/config',
    );
    refused(await client.get('/v1/jobs/other'), 404, 'JOB_UNKNOWN');
    refused(await client.get('/v1/jobs/nightly/runs/..%2f..'), 404, 'JOB_RUN_UNKNOWN');
    refused(await send('POST', '/v1/jobs/nightly/cancel'), 409, 'JOB_NOT_RUNNING');
  });

  test('a run publishes while requests are answered, and a rollback is served within moments', async () => {
    const before = engine.stats().version;
    const started = await send('POST', '/v1/jobs/nightly/run');
    assert.deepEqual([started.status, started.body.state], [200, 'running']);
    refused(await send('POST', '/v1/jobs/nightly/run'), 409, 'JOB_RUNNING');
    let run: Answer;
    do {
      assert.equal((await client.post('/v1/recommend', { user: 'user-1' })).status, 200);
      run = await client.get(`/v1/jobs/nightly/runs/${started.body.id}`);
      await sleep(50);
    } while (run.body.run.state === 'running');
    assert.deepEqual([run.body.run.outcome, run.body.run.error], ['published', undefined]);
    assert.match(run.body.log, /is live/);
    const served = async (version: string) => {
      while ((await client.get('/readyz')).body.version !== version) await sleep(20);
    };
    await served(run.body.run.publication);
    assert.equal((await client.post('/v1/recommend', { user: 'user-1' })).body.source, 'linear');

    const back = await send('POST', '/v1/publications/rollback', {});
    assert.deepEqual([back.status, back.body], [200, { from: run.body.run.publication, to: before, model: null }]);
    await served(before);
    assert.equal((await client.get('/v1/jobs')).body.isHeld, true);
    refused(await send('POST', '/v1/publications/rollback', {}), 409, 'PUBLICATION_NOT_KEPT');
    const { publications } = (await client.get('/v1/publications')).body;
    assert.deepEqual(
      publications.map(({ version, isLive, isRolledBack }: any) => [version, isLive, isRolledBack]),
      [
        [run.body.run.publication, false, true],
        [before, true, false],
      ],
    );
    assert.deepEqual((await send('POST', '/v1/publications/resume')).body, { isHeld: false });
    assert.deepEqual((await send('DELETE', '/v1/jobs/nightly')).body, { deleted: 'nightly' });
    assert.equal((await client.get('/v1/jobs/nightly/runs')).body.runs.length, 1);
  });

  test('only administrators may, and a service without a workspace says so', async (t) => {
    const keys = await loadKeys(join(dir, 'keys.jsonl'));
    const { secret } = await keys.create({ scopes: ['read', 'events', 'write'] });
    const guarded = createServer(engine, { ...QUIET, keys, workspace });
    t.after(() => guarded.close());
    const other = clientOf(await guarded.listen());
    const headers = { authorization: `Bearer ${secret}` };
    for (const [method, path] of [
      ['GET', '/v1/jobs'],
      ['PUT', '/v1/jobs/a'],
      ['DELETE', '/v1/jobs/a'],
      ['POST', '/v1/jobs/a/run'],
      ['POST', '/v1/jobs/a/cancel'],
      ['GET', '/v1/jobs/a/runs'],
      ['GET', '/v1/publications'],
      ['POST', '/v1/publications/rollback'],
      ['POST', '/v1/publications/resume'],
    ])
      refused(await other.get(path, { method, headers }), 403, 'KEY_SCOPE');
    const bare = createServer(engine, QUIET);
    t.after(() => bare.close());
    refused(await clientOf(await bare.listen()).get('/v1/jobs'), 503, 'WORKSPACE_NOT_GIVEN');
  });
});
