/** Pre-training and rankers that continue day by day are those of one run over the whole log. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Event, Item } from '@lorekeep/store';
import { openWorkspace, type Workspace } from '../../src/index.ts';

let dir = '';
let whole: Workspace;
const items: Item[] = [];
const events: Event[] = [];
const tasks = [{ outcome: 'click' }];

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-ranking-'));
  whole = await openWorkspace(join(dir, 'whole'), { create: true });
  await whole.importSimulatedShop({ events: 5_000, users: 40, items: 60 });
  for await (const batch of whole.store.items()) items.push(...batch);
  for await (const batch of whole.store.events()) events.push(...batch);
  events.sort((a, b) => a.timestamp - b.timestamp);
});
after(async () => {
  await whole.close();
  await rm(dir, { recursive: true });
});

/** A workspace whose log arrives in two parts, the first up to some day. */
async function inTwoParts(name: string, learn: (workspace: Workspace) => Promise<unknown>): Promise<Workspace> {
  const workspace = await openWorkspace(join(dir, name), { create: true });
  await workspace.store.upsertItems(items);
  const day = Math.floor(events[Math.floor(events.length / 2)].timestamp / 86_400) * 86_400;
  for (const part of [
    events.filter((event) => event.timestamp < day),
    events.filter((event) => event.timestamp >= day),
  ]) {
    await workspace.store.appendEvents(part);
    await learn(workspace);
  }
  return workspace;
}

async function atOnce(name: string, learn: (workspace: Workspace) => Promise<unknown>): Promise<Workspace> {
  const workspace = await openWorkspace(join(dir, name), { create: true });
  await workspace.store.upsertItems(items);
  await workspace.store.appendEvents(events);
  await learn(workspace);
  return workspace;
}

test('knowledge of a continued pre-training is that of one run, and so is the ranker on it', async () => {
  const learn = async (workspace: Workspace) => {
    await workspace.knowledgePretrain({ tasks });
    await workspace.rankTrain({ outcomes: tasks, surfaces: ['home'] });
  };
  const [once, twice] = [await atOnce('once', learn), await inTwoParts('twice', learn)];
  const rowsOf = async (workspace: Workspace) => {
    const out = join(workspace.dir, 'rows.csv');
    await workspace.knowledgeExtract({ out });
    return readFileSync(out, 'utf8').trim().split('\n').sort();
  };
  assert.deepEqual(await rowsOf(twice), await rowsOf(once));

  const { models } = await twice.knowledgeVersions();
  assert.equal(models.length, 2);
  assert.equal(models[1].from, models[0].version);
  assert.equal(models[1].run, models[0].run);

  for (const workspace of [once, twice]) await workspace.knowledgePublish();
  const request = { user: events[0].user, items: items.slice(0, 10).map(({ id }) => id), at: 1_900_000_000 };
  const [first, second] = [await once.rankScore(request), await twice.rankScore(request)];
  assert.ok(first.knowledge !== null && second.knowledge !== null);
  assert.deepEqual(second.items, first.items);
  for (const workspace of [once, twice]) await workspace.close();
});

test('impressions that arrive too late are left out, with a warning', async () => {
  const workspace = await atOnce('late', (one) => one.knowledgePretrain({ tasks }));
  const [{ user, item }] = events;
  const [first, last] = [events[0].timestamp, events[events.length - 1].timestamp];
  await workspace.store.appendEvents([
    { user, item, type: 'impression', timestamp: first },
    { user, item, type: 'impression', timestamp: last + 86_400 },
  ]);
  const warned: string[] = [];
  const { learned, late } = await workspace.knowledgePretrain({}, { warn: ({ code }) => warned.push(code) });
  assert.deepEqual({ learned, late, warned }, { learned: 1, late: 1, warned: ['LATE_IMPRESSIONS'] });
  await workspace.close();
});

test('a ranker that is trained on newer impressions than its knowledge warns', async () => {
  const workspace = await inTwoParts('behind', async (one) => {
    if ((await one.knowledgeVersions()).models.length === 0) await one.knowledgePretrain({ tasks });
  });
  const warned: string[] = [];
  const { learned, withKnowledge } = await workspace.rankTrain(
    { outcomes: tasks },
    { warn: ({ code }) => warned.push(code) },
  );
  assert.ok(withKnowledge > 0 && withKnowledge < learned);
  assert.deepEqual(warned, ['KNOWLEDGE_BEHIND']);
  await workspace.close();
});
