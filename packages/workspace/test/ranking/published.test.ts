/** Published knowledge of a workspace: evaluated only on what it has not learned, counted, and never made by reading. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Event, Item } from '@lorekeep/store';
import { verifyWorkspace } from '../../src/diagnose/verify.ts';
import { openWorkspace, type Workspace } from '../../src/index.ts';

const DAY = 86_400;
const outcomes = [{ outcome: 'click' }];
let dir = '';
let workspace: Workspace;
const items: Item[] = [];
const events: Event[] = [];
/** The day up to which the published version has learned. */
let cut = 0;
let version = '';

async function shop(name: string, given: readonly Event[]): Promise<Workspace> {
  const opened = await openWorkspace(join(dir, name), { create: true });
  await opened.store.upsertItems(items);
  await opened.store.appendEvents([...given]);
  return opened;
}

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-published-'));
  const simulated = await openWorkspace(join(dir, 'simulated'), { create: true });
  await simulated.importSimulatedShop({ events: 3_000, users: 30, items: 60, days: 40 });
  for await (const batch of simulated.store.items()) items.push(...batch);
  for await (const batch of simulated.store.events()) events.push(...batch);
  await simulated.close();
  events.sort((a, b) => a.timestamp - b.timestamp);
  cut = Math.floor(events[Math.floor(events.length / 2)].timestamp / DAY) * DAY;
  workspace = await shop(
    'shop',
    events.filter(({ timestamp }) => timestamp < cut),
  );
});
after(async () => {
  await workspace.close();
  await rm(dir, { recursive: true });
});

test('what only reads makes no folder, and says where there is nothing', async () => {
  const place = join(dir, 'typo');
  const [user, item] = ['u', 'i'];
  const missing = { code: 'KNOWLEDGE_STORE_MISSING' };
  await assert.rejects(workspace.knowledgeGet({ users: [user], items: [item] }), missing);
  await assert.rejects(workspace.knowledgeGet({ users: [user], items: [item], store: place }), missing);
  await assert.rejects(workspace.knowledgeVersions({ store: place }), missing);
  assert.deepEqual((await workspace.knowledgeVersions()).published, []);
  const service = await workspace.rankingService({ knowledge: place });
  await assert.rejects(service.knowledge({ users: [user], items: [item] }), { code: 'KNOWLEDGE_NOT_SERVED' });
  assert.equal(service.stats().knowledge, null);
  await service.close();
  assert.ok(!existsSync(place) && !existsSync(join(workspace.dir, 'knowledge', 'centre')));
});

test('a publication counts the users and items of the log', async () => {
  ({ version } = await workspace.knowledgePretrain({ tasks: outcomes }));
  const { published } = await workspace.knowledgePublish();
  const { userIds, itemIds } = await workspace.store.impressionLog();
  const { userCategory } = published.entries;
  const entries = { user: userIds.length, item: itemIds.length, userCategory };
  assert.deepEqual(published.entries, entries);
  assert.deepEqual((await workspace.knowledgeVersions()).published[0].entries, entries);
});

test('an unknown version is refused', async () => {
  const pair = { users: [events[0].user], items: [events[0].item] };
  await assert.rejects(workspace.knowledgeGet({ ...pair, version: 'nope' }), {
    code: 'KNOWLEDGE_VERSION_UNKNOWN',
    http: 404,
  });
  const service = await workspace.rankingService();
  assert.equal((await service.knowledge({ ...pair, version })).version, version);
  await service.close();
});

test('an evaluation takes a published version for later windows, and refuses it for those that it has learned', async () => {
  await workspace.store.appendEvents(events.filter(({ timestamp }) => timestamp >= cut));
  const options = { outcome: 'click', seeds: [1], warmUp: 1, windowDays: 10, knowledge: version };
  await assert.rejects(workspace.rankEvaluate({ ...options, start: cut - 12 * DAY }), {
    code: 'KNOWLEDGE_LEARNED_SCORED',
  });
  await assert.rejects(workspace.rankEvaluate({ ...options, knowledge: 'nope' }), {
    code: 'KNOWLEDGE_VERSION_UNKNOWN',
  });
  const result = await workspace.rankEvaluate({ ...options, start: cut - 10 * DAY });
  assert.equal(result.knowledge, version);
  assert.deepEqual(Object.keys(result.methods), ['base', 'knowledge']);
  // The knowledge reached the ranker.
  assert.notEqual(result.methods.knowledge?.logLoss, result.methods.base?.logLoss);
});

test('a ranker leaves out impressions that arrive too late, and says how many', async () => {
  const [{ user, item }] = events;
  const { manifest } = await workspace.rankTrain({ outcomes, surfaces: ['home'], knowledge: false });
  const late = { user, item, type: 'impression', timestamp: events[0].timestamp };
  await workspace.store.appendEvents([
    { ...late, surface: 'home' },
    { ...late, surface: 'elsewhere' },
  ]);
  const warned: string[] = [];
  const again = await workspace.rankTrain({ knowledge: false }, { warn: ({ code }) => warned.push(code) });
  assert.equal(again.version, manifest.version);
  assert.deepEqual({ late: again.late, warned }, { late: 1, warned: ['LATE_IMPRESSIONS'] });
});

test('knowledge of a single day is zero, and the training says so', async () => {
  const day = Math.floor(events[0].timestamp / DAY);
  const one = await shop(
    'one-day',
    events.filter(({ timestamp }) => Math.floor(timestamp / DAY) === day),
  );
  const warned: string[] = [];
  const run = { warn: ({ code }: { code: string }) => warned.push(code) };
  await one.knowledgePretrain({ tasks: outcomes }, run);
  await one.rankTrain({ outcomes }, run);
  assert.deepEqual(warned, ['KNOWLEDGE_UNTRAINED', 'KNOWLEDGE_UNTRAINED']);
  await one.close();
});

test('after an erasure, a shop that only ranks is asked to train its rankers, and nothing else', async () => {
  const findings = async () => (await verifyWorkspace(workspace.dir)).map(({ name, state }) => `${name} ${state}`);
  await workspace.deleteUsers([events[0].user]);
  assert.deepEqual(await findings(), ['free space advice', 'knowledge advice', 'rankers advice']);
  await workspace.knowledgePretrain();
  await workspace.rankTrain();
  assert.deepEqual(await findings(), ['tables ok', 'erasure ok']);
});
