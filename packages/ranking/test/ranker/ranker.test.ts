/** What a ranker learns of a log, and what it does with rows that it has never seen. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { ImpressionColumns } from '@lorekeep/store';
import { auc, createBehaviours, createImpressionRanker, recordRows } from '../../src/index.ts';
import { rowsBetween, smallLog } from './small-log.ts';

const small = { tasks: [{ outcome: 'click' }], dim: 4, attention: 8, hidden: [16], batch: 64 };
const create = (data: ReturnType<typeof smallLog>, more: object = {}) =>
  createImpressionRanker({ ...small, entities: data.entities, behaviours: createBehaviours(6), ...more });

test('a ranker learns whose items a user clicks', async () => {
  const data = smallLog({ rows: 21_000 });
  const { log } = data;
  const ranker = await create(data, { dim: 8, initial: 0.3, learningRate: 0.02 });
  let last = Number.POSITIVE_INFINITY;
  for (const from of [0, 10_000]) {
    const { loss } = await ranker.train({ columns: log, rows: rowsBetween(from, from + 10_000) });
    assert.ok(loss < last);
    last = loss;
  }
  const rows = rowsBetween(20_000, 21_000);
  const { logits } = await ranker.score({ columns: log, rows });
  const clicked = Uint8Array.from(rows, (row) => log.outcomes[row] & 1);
  const found = auc(logits, clicked) ?? 0;
  assert.ok(found > 0.75, `AUC ${found}; the pattern allows .80`);
  await ranker.close();
});

test('equal seeds give equal rankers, other seeds others', async () => {
  const scoresOf = async (seed: number) => {
    const data = smallLog();
    const ranker = await create(data, { seed });
    await ranker.train({ columns: data.log, rows: rowsBetween(0, 300) });
    const { logits } = await ranker.score({ columns: data.log, rows: rowsBetween(300, 400) });
    await ranker.close();
    return logits;
  };
  const first = await scoresOf(1);
  assert.deepEqual(await scoresOf(1), first);
  assert.notDeepEqual(await scoresOf(2), first);
});

test('the place in the list is learned as a bias, and does not change scores', async () => {
  const data = smallLog({ rows: 6000 });
  const { log } = data;
  for (let row = 0; row < 6000; row++) log.outcomes[row] = Number(log.positions[row] === 0 || row % 10 === 0);
  const ranker = await create(data, { learningRate: 0.02 });
  await ranker.train({ columns: log, rows: rowsBetween(0, 5000) });
  const bias = ranker.state().parameters['click/position/bias'].data as Float32Array;
  for (const place of [2, 3, 4, 5]) assert.ok(bias[1] > bias[place] + 0.5, `${bias.slice(0, 6)}`);
  const rows = rowsBetween(5000, 6000);
  const scores = await ranker.score({ columns: log, rows });
  const elsewhere: ImpressionColumns = { ...log, positions: log.positions.map((at) => (at + 3) % 5) };
  assert.deepEqual(await ranker.score({ columns: elsewhere, rows }), scores);
  assert.deepEqual(await ranker.score({ columns: { ...log, positions: log.positions.map(() => -1) }, rows }), scores);
  await ranker.close();
});

test('a log without positions is scored as it is trained: the mean prediction is the click rate', async () => {
  const data = smallLog({ rows: 6000, positions: false });
  const { log } = data;
  for (let row = 0; row < 6000; row++) log.outcomes[row] = Number(row % 10 === 0);
  const ranker = await create(data, { learningRate: 0.003, batch: 32 });
  await ranker.train({ columns: log, rows: rowsBetween(0, 5000) });
  const { logits } = await ranker.score({ columns: log, rows: rowsBetween(5000, 6000) });
  const mean = logits.reduce((sum, logit) => sum + 1 / (1 + Math.exp(-logit)), 0) / logits.length;
  assert.ok(Math.abs(mean - 0.1) < 0.03, `${mean}`);
  await ranker.close();
});

test('users without history, unknown users, items, surfaces and values get finite scores', async () => {
  const data = smallLog();
  const { log, entities } = data;
  const behaviours = createBehaviours(6);
  const ranker = await createImpressionRanker({ ...small, entities, behaviours });
  await ranker.train({ columns: log, rows: rowsBetween(0, 200) });
  recordRows(behaviours, log, rowsBetween(0, 200));
  const { names, items, users } = entities;
  (names.userIds as string[]).push('new user');
  (names.itemIds as string[]).push('new item');
  (names.surfaceNames as string[]).push('d');
  const columns: ImpressionColumns = {
    users: Int32Array.of(12, 0, 0, 12),
    items: Int32Array.of(0, 20, 0, 20),
    timestamps: new Float64Array(4).fill(2e6),
    surfaces: Int32Array.of(0, 0, 3, -1),
    positions: new Int32Array(4),
    requests: new Float64Array(4),
    outcomes: new Uint32Array(4),
  };
  const rows = rowsBetween(0, 4);
  const { logits } = await ranker.score({ columns, rows });
  assert.ok(logits.every(Number.isFinite));
  assert.equal(new Set(logits).size, 4);
  assert.equal(ranker.embedding('user', 'new user'), undefined);
  assert.equal(items[0].codes[20] ?? users[0].codes[12], undefined);
  await ranker.train({ columns, rows });
  assert.equal(ranker.embedding('user', 'new user')?.length, 4);
  assert.equal(ranker.embedding('surface', 'd')?.length, 4);
  await ranker.close();
});

test('scoring changes nothing, and scores do not depend on the other rows', async () => {
  const data = smallLog();
  const ranker = await create(data);
  await ranker.train({ columns: data.log, rows: rowsBetween(0, 200) });
  const before = ranker.state();
  const { logits } = await ranker.score({ columns: data.log, rows: rowsBetween(200, 400) });
  assert.deepEqual(ranker.state(), before);
  for (const [from, to] of [
    [200, 203],
    [250, 330],
  ]) {
    const part = await ranker.score({ columns: data.log, rows: rowsBetween(from, to) });
    for (const [i, logit] of part.logits.entries())
      assert.ok(Math.abs(logit - logits[from - 200 + i]) < 1e-6, `row ${from + i}`);
  }
  await ranker.close();
});

test('two threads give the ranker of one, up to rounding', async () => {
  const resultsOf = async (threads: number, batch: number) => {
    const data = smallLog();
    const ranker = await create(data, { threads, batch });
    const { loss } = await ranker.train({ columns: data.log, rows: rowsBetween(0, 64) });
    const { logits } = await ranker.score({ columns: data.log, rows: rowsBetween(64, 164) });
    await ranker.close();
    return [loss, ...logits];
  };
  const one = await resultsOf(1, 64);
  // With two threads a batch of 63 has 64 rows, so that it splits evenly.
  for (const [i, value] of (await resultsOf(2, 63)).entries()) assert.ok(Math.abs(value - one[i]) < 1e-5);
});
