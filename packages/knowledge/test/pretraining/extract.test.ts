import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createBehaviours, createImpressionRanker, frozenWindows } from '@lorekeep/ranking';
import {
  createSuperDomain,
  extractKnowledge,
  knowledgeEntries,
  openKnowledgeStore,
  progressiveWindows,
  type SuperDomain,
  servedSchema,
} from '../../src/index.ts';
import { SMALL, smallLog } from '../small-log.ts';

const TASKS = [{ outcome: 'click' }, { outcome: 'buy', among: 'click' }];
const data = smallLog();
const { log } = data;
const split = frozenWindows(log, { start: log.timestamps[0] + 4 * 86_400, days: 2, count: 4 });

async function atFirstWindow(use: (model: SuperDomain, rows: Int32Array) => Promise<void>): Promise<void> {
  const model = await createSuperDomain({ entities: data, tasks: TASKS, length: 8, ...SMALL });
  try {
    for await (const { rows } of progressiveWindows(model, log, split)) {
      await use(model, rows);
      return;
    }
  } finally {
    await model.close();
  }
}

describe('knowledge of rows', () => {
  it('is refused by a ranker if the model has seen the rows', () =>
    atFirstWindow(async (model, rows) => {
      await model.learn(log, [rows]);
      const late = await extractKnowledge(model.ranker, { columns: log, rows }, { parts: ['logits'] });
      const ranker = await createImpressionRanker({
        entities: data,
        behaviours: createBehaviours(8),
        tasks: [TASKS[0]],
        ...SMALL,
      });
      await ranker.plug({ name: 'k', width: late.width });
      const plugged = { columns: log, rows, knowledge: { k: late } };
      await assert.rejects(ranker.train(plugged), { code: 'RANKING_KNOWLEDGE_LEAKS' });
      await assert.rejects(ranker.score(plugged), { code: 'RANKING_KNOWLEDGE_LEAKS' });
      await ranker.close();
    }));

  it('comes before the window is learned, so that a later window has a later model', async () => {
    const model = await createSuperDomain({ entities: data, tasks: TASKS, length: 8, ...SMALL });
    for await (const { rows, seenUntil } of progressiveWindows(model, log, split))
      assert.ok(rows.every((row) => log.timestamps[row] > seenUntil));
    assert.equal(model.ranker.seenUntil, log.timestamps[split.windows.at(-1)!.rows.at(-1)!]);
    await model.close();
  });

  it('has its parts side by side', () =>
    atFirstWindow(async ({ ranker }, rows) => {
      const given = { columns: log, rows };
      const options = { entities: data };
      const all = await extractKnowledge(ranker, given, {
        ...options,
        parts: ['logits', 'user', 'item', 'hidden', 'served'],
      });
      assert.equal(all.width, 2 + 4 + 2 * 4 + 2 * 6 + 3 * 2);
      const user = await extractKnowledge(ranker, given, { ...options, parts: ['user'] });
      assert.deepEqual(all.values.subarray(2, 6), user.values.subarray(0, 4));
      assert.deepEqual(user.values.subarray(0, 4), ranker.embedding('user', log.userIds[log.users[rows[0]]]));
      const { logits } = await ranker.score(given);
      assert.deepEqual(all.values.subarray(all.width, all.width + 2), logits.subarray(2, 4));
      await assert.rejects(extractKnowledge(ranker, given, { parts: ['user'] }), { code: 'OPTION_INVALID' });
    }));
});

describe('entries', () => {
  it('give the knowledge of a pair that the towers give, through the centre', () =>
    atFirstWindow(async ({ ranker }, rows) => {
      const now = split.windows[0].start;
      const directory = await mkdtemp(join(tmpdir(), 'lorekeep-entries-'));
      const store = await openKnowledgeStore(directory);
      try {
        const entries = knowledgeEntries(ranker, { ...data.names, now });
        const { version } = await store.publish('keep', {
          schema: servedSchema(ranker.tasks, SMALL.towers),
          entries,
          precision: 'fp32',
        });
        const direct = await extractKnowledge(ranker, { columns: log, rows }, { now });
        const read = await store.read('keep', version, {
          users: Array.from(rows, (row) => log.userIds[log.users[row]]),
          items: Array.from(rows, (row) => log.itemIds[log.items[row]]),
          categories: Array.from(rows, () => ''),
        });
        assert.equal(read.values.length, direct.values.length);
        for (const [i, value] of read.values.entries()) assert.ok(Math.abs(value - direct.values[i]) < 1e-5);
        // Biases and dot products add up to the log-odds of the towers.
        const { towerLogits } = await ranker.score(
          { columns: { ...log, timestamps: log.timestamps.map(() => now) }, rows },
          { towers: true },
        );
        const sum = (row: number, task: number) => [0, 2, 4].reduce((s, k) => s + direct.values[row * 6 + k + task], 0);
        for (let row = 0; row < rows.length; row++)
          for (const task of [0, 1]) assert.ok(Math.abs(sum(row, task) - towerLogits![2 * row + task]) < 1e-5);
      } finally {
        await store.close();
        await rm(directory, { recursive: true, force: true });
      }
    }));
});
