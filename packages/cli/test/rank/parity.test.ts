/**
 * What a running service answers is what the same ranker with the same knowledge says offline. Requests
 * are logged with their answers, together with what users do in between; afterwards each request is
 * scored again from a store that contains exactly the events of its time, with the plain functions of
 * `@lorekeep/ranking`, which know nothing of a service.
 */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openKnowledgeStore } from '@lorekeep/knowledge';
import { createBehaviours, loadRanker, loadRankingData, openImpressionRanker, recordRows } from '@lorekeep/ranking';
import type { RankAnswer } from '@lorekeep/recommender';
import { createServer } from '@lorekeep/serving';
import { type Event, type Item, openStore, type UserRecord } from '@lorekeep/store';
import { type EngineRun, openWorkspace, type Workspace } from '@lorekeep/workspace';

interface Logged {
  user: string;
  surface?: string;
  answer: RankAnswer;
  /** Events that were stored at that time. */
  events: number;
}

const NEW_ITEM: Item = { id: 'new-lamp', title: 'A lamp', brand: 'Nova', price: 12.5, categories: ['Home', 'Lamps'] };

let dir = '';
let workspace: Workspace;
let users: string[] = [];
let items: string[] = [];

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-parity-'));
  workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.importSimulatedShop({ events: 9_000, users: 60, items: 120 });
  await workspace.encode({ model: 'lexical' });
  await workspace.publish({ model: 'none' });
  await workspace.knowledgePretrain({ tasks: [{ outcome: 'click' }, { outcome: 'cart' }] });
  await workspace.knowledgePublish();
  const log = await workspace.store.impressionLog();
  users = log.userIds;
  items = log.itemIds;
});

after(async () => {
  await workspace.close();
  await rm(dir, { recursive: true });
});

/** Serves the workspace, asks it while users act, and returns what it answered. */
async function askService(run: EngineRun = {}): Promise<Logged[]> {
  const engine = await workspace.engine(run);
  const server = createServer(engine, { port: 0, logLevel: 'silent' });
  const address = await server.listen();
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
    return answer.json();
  };
  const logged: Logged[] = [];
  const ask = async (user: string, chosen: string[], surface?: string) => {
    const { events } = await workspace.store.counts();
    const answer = (await post('/v1/rank', { user, items: chosen, ...(surface && { surface }) })) as RankAnswer;
    logged.push({ user, surface, answer, events });
    return answer;
  };
  const log = (user: string, answer: RankAnswer, request: string) =>
    post(
      '/v1/events',
      answer.items
        .filter(({ known }) => known)
        .map(({ id }, position) => ({ user, item: id, type: 'impression', surface: 'home', request, position })),
    );
  try {
    const first = await ask(users[0], items.slice(0, 8), 'home');
    await log(users[0], first, 'list-1');
    await ask(users[0], items.slice(0, 8), 'home');
    await post('/v1/events', { user: users[0], item: first.items[0].id, type: 'click', request: 'list-1' });
    await ask(users[0], items.slice(4, 12));
    // A newcomer, before anything is known and after the first list.
    const none = await ask('newcomer', items.slice(0, 5), 'home');
    await log('newcomer', none, 'list-2');
    await post('/v1/events', { user: 'newcomer', item: none.items[2].id, type: 'click' });
    await ask('newcomer', items.slice(0, 5), 'home');
    // Items that were never seen, and one that arrives now.
    await ask(users[1], ['nothing-of-this-name', items[3], 'nor-this'], 'search');
    await post('/v1/items', NEW_ITEM);
    await ask(users[1], [NEW_ITEM.id, items[3], items[4]], 'search');
    await post('/v1/users', { id: 'with-attributes', attributes: { country: 'PE' } });
    await ask('with-attributes', [items[5], NEW_ITEM.id], 'a surface that nobody knows');
    // A long list is scored in several batches.
    await ask(
      users[2],
      Array.from({ length: 130 }, (_, i) => items[i] ?? `unknown ${i}`),
    );
  } finally {
    await server.close();
    await engine.close();
  }
  return logged;
}

/** Log-odds of the same rows from a store as it was. */
async function scoredOffline({ user, surface, answer, events }: Logged, withKnowledge: boolean) {
  const folder = await mkdtemp(join(dir, 'offline-'));
  const store = await openStore(join(folder, 'store.sqlite'));
  for await (const batch of workspace.store.items()) await store.upsertItems(batch);
  const { userIds } = await workspace.store.impressionLog();
  const known = (await workspace.store.getUsers(userIds)).filter((one) => one?.attributes !== undefined);
  await store.upsertUsers(known as UserRecord[]);
  const all: Event[] = [];
  for await (const batch of workspace.store.events()) all.push(...batch);
  await store.appendEvents(all.slice(0, events));
  const data = await loadRankingData(store);
  const { log } = data;
  const state = await loadRanker(join(workspace.dir, 'rankers', answer.ranker, 'network'));
  const behaviours = createBehaviours(state.length);
  recordRows(
    behaviours,
    log,
    Int32Array.from({ length: log.impressions }, (_, row) => row),
  );
  const ranker = await openImpressionRanker({ state, entities: data, behaviours });
  const count = answer.items.length;
  const indexOf = (list: string[], id: string) => (list.includes(id) ? list.indexOf(id) : list.length);
  const columns = {
    users: new Int32Array(count).fill(indexOf(log.userIds, user)),
    items: Int32Array.from(answer.items, ({ id }) => indexOf(log.itemIds, id)),
    timestamps: new Float64Array(count).fill(answer.timestamp),
    surfaces: new Int32Array(count).fill(surface === undefined ? -1 : indexOf(log.surfaceNames, surface)),
    positions: new Int32Array(count).fill(-1),
    requests: new Float64Array(count),
    outcomes: new Uint32Array(count),
  };
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  const knowledge = withKnowledge ? await knowledgeOf(user, answer) : undefined;
  const { logits } = await ranker.score({ columns, rows, knowledge });
  await ranker.close();
  await store.close();
  return { logits, tasks: ranker.tasks };
}

/** Entries from the General Knowledge Center, one pair after the other. */
async function knowledgeOf(user: string, { items: ranked, knowledge }: RankAnswer) {
  const centre = await openKnowledgeStore(join(workspace.dir, 'knowledge', 'centre'));
  const { space, version } = knowledge!;
  const has = async (kind: 0 | 1, id: string) =>
    (await centre.read(space, version, { users: [id], items: [id], categories: [''] })).present[kind] === 1;
  // Rankers are given no numbers of user and category; these come last.
  const { schema } = await centre.resolve(space, version);
  const dimOf = (blocks: readonly { dim: number }[]) => blocks.reduce((sum, { dim }) => sum + dim, 0);
  const withoutCategory = -dimOf(schema.userCategory) || undefined;
  const values: number[] = [];
  for (const { id } of ranked) {
    const users = [(await has(0, user)) ? user : 'lorekeep:unknown'];
    const own = [(await has(1, id)) ? id : 'lorekeep:unknown'];
    const read = await centre.read(space, version, { users, items: own, categories: [''] });
    values.push(...read.values.slice(0, withoutCategory));
  }
  await centre.close();
  const row = {
    width: values.length / ranked.length,
    values: Float32Array.from(values),
    present: new Uint8Array(ranked.length).fill(1),
    seenUntil: Number.NEGATIVE_INFINITY,
  };
  return { 'knowledge-1': row, 'knowledge-2': row };
}

async function assertSame(logged: Logged[], withKnowledge: boolean): Promise<void> {
  for (const [at, request] of logged.entries()) {
    const { logits, tasks } = await scoredOffline(request, withKnowledge);
    for (const [i, { id, probabilities }] of request.answer.items.entries())
      for (const [t, task] of tasks.entries()) {
        const offline = 1 / (1 + Math.exp(-logits[i * tasks.length + t]));
        const difference = Math.abs(probabilities[task] - offline);
        assert.ok(
          difference < 1e-6,
          `request ${at}, ${request.user}, ${id}, ${task}: ${probabilities[task]} ${offline}`,
        );
      }
  }
}

const outcomes = [{ outcome: 'click' }, { outcome: 'cart' }];

describe('a service and offline scoring agree', () => {
  test('for a ranker with knowledge', async () => {
    await workspace.rankTrain({ outcomes });
    const logged = await askService();
    assert.ok(logged.every(({ answer }) => answer.knowledge !== null && answer.reason === undefined));
    assert.deepEqual(
      logged.filter(({ user }) => user === 'newcomer').map(({ answer }) => answer.behaviours),
      [0, 5],
    );
    await assertSame(logged, true);
  });

  test('for a ranker without knowledge', async () => {
    await workspace.rankTrain({ outcomes, knowledge: false, fresh: true });
    const logged = await askService();
    assert.ok(logged.every(({ answer }) => answer.knowledge === null && answer.reason === undefined));
    await assertSame(logged, false);
  });

  test('for a ranker whose knowledge cannot be read: it says why, and scores without', async () => {
    await workspace.rankTrain({ outcomes, fresh: true });
    const nowhere = await askService({ knowledge: join(dir, 'no-centre') });
    assert.equal(nowhere[0].answer.reason, 'There is no General Knowledge Center.');
    const empty = join(dir, 'empty-centre');
    await mkdir(empty);
    const logged = await askService({ knowledge: empty });
    assert.ok(logged.every(({ answer }) => answer.knowledge === null));
    assert.match(logged[0].answer.reason!, /KNOWLEDGE_VERSION/);
    await assertSame(logged, false);
    const damaged = join(dir, 'damaged-centre');
    await cp(join(workspace.dir, 'knowledge', 'centre'), damaged, { recursive: true });
    for (const file of await readdir(damaged, { recursive: true }))
      if (file.endsWith('.rows')) await truncate(join(damaged, file), 10);
    const broken = await askService({ knowledge: damaged });
    assert.match(broken[0].answer.reason!, /^KNOWLEDGE_DAMAGED/);
    await assertSame(broken, false);
  });

  test('for the command line: the workspace answers as the service does', async () => {
    const [{ answer, user, surface }] = await askService();
    const again = await workspace.rankScore({
      user,
      surface,
      items: answer.items.map(({ id }) => id),
      at: answer.timestamp,
    });
    const before = new Map(answer.items.map(({ id, probabilities }) => [id, probabilities.click]));
    for (const { id, probabilities } of again.items)
      assert.ok(
        Math.abs(probabilities.click - before.get(id)!) < 1e-6,
        `${id} ${probabilities.click} ${before.get(id)}`,
      );
  });
});

test('recommendations with rank: true are ordered by the ranker, and name the versions behind them', async () => {
  const { version } = await workspace.rankTrain({ outcomes, fresh: true });
  const engine = await workspace.engine();
  try {
    const user = users[3];
    const plain = await engine.recommend({ user, k: 20 });
    assert.equal(plain.ranked, undefined);
    const { source, items: list, ranked } = await engine.recommend({ user, k: 20, rank: true, surface: 'home' });
    assert.equal(source, 'ranker');
    assert.equal(ranked?.ranker, version);
    assert.equal(ranked?.model, null);
    assert.ok(ranked?.knowledge);
    assert.equal(list.length, 20);
    const scores = list.map(({ score }) => score);
    assert.deepEqual(
      scores,
      scores.toSorted((a, b) => b - a),
    );
    const alone = await engine.rank({ user, items: list.map(({ id }) => id), surface: 'home' });
    assert.deepEqual(
      alone.items.map(({ id }) => id),
      list.map(({ id }) => id),
    );
    const session = await engine.recommend({ history: items.slice(0, 3), k: 5, rank: true });
    assert.equal(session.ranked?.behaviours, 3);
  } finally {
    await engine.close();
  }
});
