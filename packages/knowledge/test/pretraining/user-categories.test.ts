import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createImpressionRanker, frozenWindows, type ImpressionRanker } from '@lorekeep/ranking';
import {
  createSuperDomain,
  extractCategoryKnowledge,
  type KnowledgeStore,
  knowledgeEntries,
  openKnowledgeStore,
  progressiveWindows,
  type SuperDomain,
  servedSchema,
  type UserCategorySource,
} from '../../src/index.ts';
import { SMALL, smallLog } from '../small-log.ts';

const DAY = 86_400;
const LENGTH = 8;
const TASKS = [{ outcome: 'click' }, { outcome: 'buy', among: 'click' }];
const data = smallLog();
const { log } = data;
const split = frozenWindows(log, { start: log.timestamps[0] + 4 * DAY, days: 2, count: 4 });
const now = split.windows[0].start;
/** Every sixth item has none. */
const categories = log.itemIds.map((_, item) => (item % 6 === 5 ? undefined : ['tea', 'ink', 'ünï'][item % 3]));

let model: SuperDomain;
let windowRows: Int32Array;
let directory = '';
let store: KnowledgeStore;
before(async () => {
  model = await createSuperDomain({ entities: data, tasks: TASKS, length: LENGTH, ...SMALL });
  for await (const { rows } of progressiveWindows(model, log, split)) {
    windowRows = rows;
    break;
  }
  directory = await mkdtemp(join(tmpdir(), 'lorekeep-user-categories-'));
  store = await openKnowledgeStore(directory);
});
after(async () => {
  await store.close();
  await model.close();
  await rm(directory, { recursive: true, force: true });
});

const sourceOf = (options: Partial<UserCategorySource> = {}): UserCategorySource => ({
  behaviours: model.behaviours,
  categories,
  ...options,
});

const publish = (version: string, options?: Partial<UserCategorySource>) =>
  store.publish('keep', {
    version,
    schema: servedSchema(model.ranker.tasks, SMALL.towers, { userCategories: true }),
    entries: knowledgeEntries(model.ranker, { ...data.names, now, userCategories: sourceOf(options) }),
    precision: 'fp32',
  });

/** The rows of the log that are the behaviours of a user at `now`, newest first. */
const behaviourRows = (user: number): number[] =>
  Array.from(log.users.keys())
    .filter((row) => log.users[row] === user && log.timestamps[row] < now)
    .reverse()
    .slice(0, LENGTH);

/** Log-odds by the towers as the ranker itself puts them together, of rows of the log as at `now`. */
async function towerLogits(ranker: ImpressionRanker, rows: readonly number[]): Promise<number[][]> {
  const columns = { ...log, timestamps: log.timestamps.map(() => now) };
  const { towerLogits: logits } = await ranker.score({ columns, rows: Int32Array.from(rows) }, { towers: true });
  return rows.map((_, i) => [...logits!.subarray(2 * i, 2 * i + 2)]);
}

/** The definition, in double precision: category → the mean with weights that halve. */
async function averagesByHand(user: number, halfLifeDays: number): Promise<Map<string, number[]>> {
  const rows = behaviourRows(user);
  const logits = await towerLogits(model.ranker, rows);
  const sums = new Map<string, [weight: number, click: number, buy: number]>();
  for (const [i, row] of rows.entries()) {
    const category = categories[log.items[row]];
    if (category === undefined) continue;
    const weight = 0.5 ** ((now - log.timestamps[row]) / (halfLifeDays * DAY));
    const [w, click, buy] = sums.get(category) ?? [0, 0, 0];
    sums.set(category, [w + weight, click + weight * logits[i][0], buy + weight * logits[i][1]]);
  }
  return new Map(Array.from(sums, ([category, [w, click, buy]]) => [category, [click / w, buy / w]]));
}

const read = (version: string, users: string[], own: string[]) =>
  store.read('keep', version, { users, items: users.map(() => 'i0'), categories: own });

describe('entries by user and category', () => {
  it('are the decayed mean of the log-odds of the behaviours in the category', async () => {
    for (const halfLifeDays of [30, 0.5]) {
      const version = `half-life-${halfLifeDays}`;
      const { entries } = await publish(version, { halfLifeDays });
      let pairs = 0;
      for (const [user, id] of log.userIds.entries()) {
        const wanted = await averagesByHand(user, halfLifeDays);
        for (const category of ['tea', 'ink', 'ünï']) {
          const { values, present } = await read(version, [id], [category]);
          const own = wanted.get(category);
          assert.equal(present[2], own === undefined ? 0 : 1);
          const served = [...values.subarray(-2)];
          for (const task of [0, 1]) assert.ok(Math.abs(served[task] - (own?.[task] ?? 0)) < 1e-5);
          pairs += Number(own !== undefined);
        }
      }
      assert.equal(entries.userCategory, pairs);
    }
  });

  it('are equal to the knowledge of rows at that time', async () => {
    await publish('rows');
    const rows = windowRows;
    const offline = await extractCategoryKnowledge(model.ranker, { columns: log, rows }, { ...sourceOf(), now });
    const served = await store.read('keep', 'rows', {
      users: Array.from(rows, (row) => log.userIds[log.users[row]]),
      items: Array.from(rows, (row) => log.itemIds[log.items[row]]),
      categories: Array.from(rows, (row) => categories[log.items[row]] ?? ''),
    });
    const width = served.values.length / rows.length;
    for (let i = 0; i < rows.length; i++) {
      assert.equal(served.present[3 * i + 2], offline.present[i]);
      for (const task of [0, 1])
        assert.ok(Math.abs(served.values[i * width + width - 2 + task] - offline.values[2 * i + task]) < 1e-6);
    }
    assert.ok(offline.present.includes(0) && offline.present.includes(1));
  });

  it('are a further input of a ranker, which adds nothing where there is no entry', async () => {
    const ranker = await createImpressionRanker({
      entities: data,
      behaviours: model.behaviours,
      tasks: [TASKS[0]],
      ...SMALL,
    });
    const given = { columns: log, rows: windowRows };
    const knowledge = await extractCategoryKnowledge(model.ranker, given, {
      ...sourceOf(),
      now,
    });
    await ranker.plug({ name: 'category', width: knowledge.width, layer: 'click/out' });
    const plugged = { ...given, knowledge: { category: knowledge } };
    assert.deepEqual((await ranker.score(plugged)).logits, (await ranker.score(given)).logits);
    await ranker.train(plugged);
    const later = { ...plugged, columns: { ...log, timestamps: log.timestamps.map((time) => time + 30 * DAY) } };
    const { logits } = await ranker.score(later);
    const { logits: without } = await ranker.score({ columns: later.columns, rows: later.rows });
    for (const [i, there] of knowledge.present.entries()) assert.equal(logits[i] === without[i], there === 0);
    await ranker.close();
  });

  it('are bounded to the categories of the newest behaviours', async () => {
    const { entries } = await publish('bounded', { perUser: 1 });
    for (const [user, id] of log.userIds.entries()) {
      const newest = behaviourRows(user)
        .map((row) => categories[log.items[row]])
        .find((category) => category !== undefined);
      const all = ['tea', 'ink', 'ünï'];
      const { present } = await read('bounded', [id, id, id], all);
      assert.deepEqual(
        all.filter((_, at) => present[3 * at + 2] === 1),
        newest === undefined ? [] : [newest],
      );
    }
    assert.ok(entries.userCategory <= log.userIds.length);
  });

  it('stay finite for behaviours that are many half-lives old', async () => {
    await publish('old', { halfLifeDays: 0.01 });
    const wanted = await averagesByHand(0, 0.5);
    for (const category of wanted.keys()) {
      const { values } = await read('old', ['u0'], [category]);
      assert.ok(values.every(Number.isFinite) && values.at(-1) !== 0);
    }
  });

  it('go with their user', async () => {
    await publish('erased');
    const own = (await averagesByHand(3, 30)).keys().next().value!;
    assert.equal((await read('erased', ['u3'], [own])).present[2], 1);
    await store.remove('keep', { users: ['u3'] });
    assert.deepEqual([...(await read('erased', ['u3'], [own])).present], [0, 1, 0]);
    assert.equal((await read('erased', ['u3'], [own])).values.at(-1), 0);
  });

  it('have options with limits', async () => {
    for (const wrong of [{ perUser: 0 }, { perUser: 201 }, { halfLifeDays: 0 }, { halfLifeDays: 3651 }])
      await assert.rejects(publish('wrong', wrong), { code: 'OPTION_INVALID' });
  });
});
