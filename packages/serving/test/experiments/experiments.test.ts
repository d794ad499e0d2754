/**
 * Experiments over HTTP, with simulated users whose click rates are known: the better arm is found, and
 * arms without a difference are not told apart.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { type Engine, openEngine } from '@lorekeep/recommender';
import { openShop, type Shop } from '@lorekeep/testing';
import { createServer, type Server } from '../../src/index.ts';
import { clientOf, QUIET, refused } from '../http/client.ts';

let shop: Shop;
let engine: Engine;
let server: Server;
let client: ReturnType<typeof clientOf>;
let base: string;
before(async () => {
  shop = await openShop('linear');
  engine = await openEngine(shop);
  server = createServer(engine, QUIET);
  base = await server.listen();
  client = clientOf(base);
  for (const scenario of ['home', 'cart', 'mail']) {
    await put(`/v1/scenarios/${scenario}`, { k: 5 });
    await put(`/v1/scenarios/${scenario}`, { k: 5, diversity: { lambda: 0.7 } });
  }
});
after(async () => {
  await server?.close();
  await engine?.close();
  await shop?.close();
});

async function send(method: string, path: string, body?: unknown) {
  const answer = await fetch(base + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as any };
}
const put = (path: string, body: unknown) => send('PUT', path, body);
const armsOf = (scenario: string) => [{ scenario: `${scenario}@1` }, { scenario: `${scenario}@2` }];
const users = Array.from({ length: 400 }, (_, at) => `visitor-${at}`);

/** Every user gets `lists` lists, and clicks one item of a list at the rate of the arm. */
async function visit(scenario: string, lists: number, rates: Record<string, number>): Promise<void> {
  const random = createRandom(7);
  const events: object[] = [];
  for (const user of users)
    for (let list = 0; list < lists; list++) {
      const { body } = await client.post('/v1/recommend', { user, scenario });
      if (random.next() >= rates[body.experiment.arm]) continue;
      const position = random.int(body.items.length);
      const event = { user, item: body.items[position].id, request: body.request, position };
      events.push({ ...event, type: 'click' });
      if (random.next() < 0.5) events.push({ ...event, type: 'purchase' });
    }
  for (let from = 0; from < events.length; from += 500)
    assert.equal((await client.post('/v1/events', events.slice(from, from + 500))).status, 200);
}

test('a user stays in an arm, and others get the scenario as it is', async () => {
  assert.equal((await put('/v1/experiments/mail', { scenario: 'mail', arms: armsOf('mail') })).status, 200);
  const arms = new Map<string, string>();
  for (const user of [...users.slice(0, 20), ...users.slice(0, 20)]) {
    const { body } = await client.post('/v1/recommend', { user, scenario: 'mail' });
    assert.deepEqual(Object.keys(body.experiment), ['name', 'arm']);
    assert.equal(`${body.scenario.name}@${body.scenario.version}`, body.experiment.arm);
    assert.equal(arms.get(user) ?? body.experiment.arm, body.experiment.arm);
    arms.set(user, body.experiment.arm);
  }
  assert.equal(new Set(arms.values()).size, 2);
  for (const request of [
    { history: ['garden-1'], scenario: 'mail' },
    { user: 'visitor-1', scenario: 'mail@1' },
    { user: 'visitor-1', scenario: 'home' },
  ])
    assert.equal((await client.post('/v1/recommend', request)).body.experiment, undefined);
  const stopped = await send('POST', '/v1/experiments/mail/stop');
  assert.ok(stopped.body.stoppedAt >= stopped.body.startedAt);
  const later = await client.post('/v1/recommend', { user: 'visitor-1', scenario: 'mail' });
  assert.deepEqual([later.body.experiment, later.body.scenario.version], [undefined, 2]);
  assert.equal((await client.get('/v1/experiments/mail/results')).body.lists, 40);
});

test('the better of two arms is found', async () => {
  await put('/v1/experiments/diverse', { scenario: 'home', arms: armsOf('home'), planned: 1_000 });
  await visit('home', 2, { 'home@1': 0.1, 'home@2': 0.35 });
  const { status, body } = await client.get('/v1/experiments/diverse/results');
  assert.equal(status, 200);
  assert.equal(body.lists, 800);
  assert.equal(body.arms[0].users + body.arms[1].users, 400);
  assert.equal(body.sampleRatio.isBroken, false);
  assert.deepEqual([body.decision.action, body.decision.arm], ['ship', 'home@2'], body.decision.text);
  const [low, high] = body.arms[1].ctr.interval;
  assert.ok(low < 0.35 && high > 0.3, String([low, high]));
  assert.ok(body.arms.every(({ cvr, value }: any) => cvr.value > 0 && value.value > 0));
  assert.ok(body.arms[0].latency.mean > 0 && body.arms[0].latency.p95 >= body.arms[0].latency.mean / 2);
  assert.equal(body.arms[0].empty.value, 0);
});

test('arms without a difference are not told apart', async () => {
  await put('/v1/experiments/same', { scenario: 'cart', arms: armsOf('cart'), planned: 1_000, alpha: 0.001 });
  await visit('cart', 2, { 'cart@1': 0.2, 'cart@2': 0.2 });
  const { body } = await client.get('/v1/experiments/same/results');
  assert.equal(body.decision.action, 'continue', body.decision.text);
  const [low, high] = body.comparisons[0].ctr.interval;
  assert.ok(low < 0 && high > 0);
});

test('outcomes are told by scenario, version, surface and position', async () => {
  const { body: list } = await client.post('/v1/recommend', { history: ['music-1'], k: 3, surface: 'product' });
  const item = list.items[2].id;
  await client.post('/v1/events', { user: 'session-1', item, type: 'click', request: list.request });
  const { status, body } = await client.get('/v1/outcomes');
  assert.equal(status, 200);
  const rows = body.rows.filter(({ surface }: any) => surface === 'product');
  assert.deepEqual(
    rows.map(({ position, shown, ctr }: any) => [position, shown, ctr.value]),
    [
      [null, 1, 1],
      [0, 1, 0],
      [1, 1, 0],
      [2, 1, 1],
    ],
  );
  assert.equal(rows[0].version, list.version);
  const arm = body.rows.find(({ scenario, position }: any) => scenario === 'home@2' && position === null);
  assert.ok(arm.ctr.value > 0.2 && arm.ctr.interval[0] < arm.ctr.value, JSON.stringify(arm));
});

test('what the service asks for itself is not an exposure', async () => {
  await client.get('/v1/outcomes');
  const before = await shop.store.countExposures();
  await engine.recommend({ user: 'visitor-1' });
  await engine.outcomes();
  assert.equal(await shop.store.countExposures(), before);
});

test('exposures go with their user, written or not', async () => {
  const { id } = (await client.get('/v1/experiments/diverse')).body;
  const exposed = async () => {
    const batches = await Array.fromAsync(shop.store.exposures({ experiment: id }));
    return batches.flat().filter(({ user }) => user === 'visitor-3').length;
  };
  assert.equal(await exposed(), 2);
  await client.post('/v1/recommend', { user: 'visitor-3', scenario: 'home' });
  assert.equal((await send('DELETE', '/v1/users/visitor-3')).status, 200);
  await engine.outcomes();
  assert.equal(await exposed(), 0);
});

test('experiments are listed, guarded and deleted', async () => {
  refused(await put('/v1/experiments/again', { scenario: 'home', arms: armsOf('home') }), 409, 'EXPERIMENT_RUNNING');
  refused(
    await put('/v1/experiments/x', { scenario: 'mail', arms: [{ scenario: 'mail@1' }, { scenario: 'mail@9' }] }),
    404,
    'SCENARIO_UNKNOWN',
  );
  for (const arms of [
    armsOf('mail').slice(1),
    [{ scenario: 'mail' }, { scenario: 'mail@2' }],
    [...armsOf('mail'), { scenario: 'mail@2' }],
  ])
    refused(await put('/v1/experiments/x', { scenario: 'mail', arms }), 400, 'REQUEST_INVALID');
  refused(await client.get('/v1/experiments/unknown/results'), 404, 'EXPERIMENT_UNKNOWN');
  refused(await send('DELETE', '/v1/experiments/unknown'), 404, 'EXPERIMENT_UNKNOWN');
  // A stopped experiment starts anew: it splits and counts anew.
  const former = (await client.get('/v1/experiments/mail')).body;
  const anew = await put('/v1/experiments/mail', { scenario: 'mail', arms: armsOf('mail') });
  assert.notEqual(anew.body.id, former.id);
  const { body } = await client.get('/v1/experiments/mail/results');
  assert.deepEqual([body.lists, body.since, body.arms[0].ctr.value, body.decision.action], [0, null, null, 'continue']);
  assert.deepEqual(await send('DELETE', '/v1/experiments/mail').then(({ body }) => body), { deleted: 'mail' });
  const { experiments } = (await client.get('/v1/experiments')).body;
  assert.deepEqual(
    experiments.map(({ name }: { name: string }) => name),
    ['diverse', 'same'],
  );
  assert.equal(
    (await client.post('/v1/recommend', { user: 'visitor-1', scenario: 'mail' })).body.experiment,
    undefined,
  );
});

test('versions in an experiment are kept; users of a deleted arm get the scenario without it', async () => {
  await put('/v1/scenarios/other', { k: 2 });
  await put('/v1/scenarios/shelf', { k: 5 });
  const arms = [{ scenario: 'shelf@1' }, { scenario: 'other@1' }];
  assert.equal((await put('/v1/experiments/kept', { scenario: 'shelf', arms })).status, 200);
  for (let version = 2; version <= 30; version++) await put('/v1/scenarios/shelf', { k: 4 });
  const lengths = async (): Promise<Map<string, number>> => {
    const found = new Map<string, number>();
    for (const user of users.slice(0, 30)) {
      const { status, body } = await client.post('/v1/recommend', { user, scenario: 'shelf' });
      assert.equal(status, 200);
      found.set(body.experiment?.arm ?? 'none', body.items.length);
    }
    return found;
  };
  assert.deepEqual(
    new Map([...(await lengths())].sort()),
    new Map([
      ['other@1', 2],
      ['shelf@1', 5],
    ]),
  );
  assert.equal((await send('DELETE', '/v1/scenarios/other')).status, 200);
  assert.deepEqual(
    new Map([...(await lengths())].sort()),
    new Map([
      ['none', 4],
      ['shelf@1', 5],
    ]),
  );
});
