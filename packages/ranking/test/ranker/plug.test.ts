/** Knowledge that is added to a ranker: it starts without effect, and can be taken away. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  createBehaviours,
  createImpressionRanker,
  openImpressionRanker,
  type RowKnowledge,
  warmStart,
} from '../../src/index.ts';
import { rowsBetween, smallLog } from './small-log.ts';

const { log, entities } = smallLog();
const behaviours = createBehaviours(6);
const options = {
  tasks: [{ outcome: 'click' }, { outcome: 'buy' }],
  dim: 4,
  attention: 8,
  hidden: [16, 8],
  batch: 32,
  entities,
  behaviours,
};
const trainRows = rowsBetween(0, 200);
const testRows = rowsBetween(200, 300);

const knowledgeOf = (rows: Int32Array, width: number, seenUntil = 0): RowKnowledge => ({
  width,
  values: Float32Array.from({ length: rows.length * width }, (_, i) => Math.sin(rows[Math.floor(i / width)] + i)),
  present: new Uint8Array(rows.length).fill(1),
  seenUntil,
});
const first = (rows: Int32Array) => ({ columns: log, rows, knowledge: { first: knowledgeOf(rows, 3) } });
const both = (rows: Int32Array) => ({
  columns: log,
  rows,
  knowledge: { first: knowledgeOf(rows, 3), second: knowledgeOf(rows, 2) },
});
const plain = (rows: Int32Array) => ({ columns: log, rows });

async function trained() {
  const ranker = await createImpressionRanker(options);
  await ranker.train(plain(trainRows));
  return ranker;
}

test('a new plug-in changes no score, at any layer, and taking it away gives back the ranker', async () => {
  const ranker = await trained();
  const before = ranker.state();
  const scores = await ranker.score(plain(testRows), { hidden: true });
  assert.deepEqual(Object.keys(ranker.layers), ['hidden 1', 'hidden 2', 'click/out', 'buy/out']);
  for (const layer of Object.keys(ranker.layers)) {
    await ranker.plug({ name: 'first', width: 3, layer });
    assert.deepEqual(await ranker.score(first(testRows), { hidden: true }), scores, layer);
    await ranker.unplug('first');
    assert.deepEqual(ranker.state(), before, layer);
  }
  await ranker.close();
});

test('a plug-in that is trained on a frozen ranker changes scores, and leaves the ranker as it was', async () => {
  const source = await trained();
  const names = Object.keys(source.state().parameters);
  const state = warmStart(source.state(), { frozen: ['embedding', ...names] });
  const ranker = await openImpressionRanker({ state, entities, behaviours });
  const scores = await source.score(plain(testRows));
  await ranker.plug({ name: 'first', width: 3 });
  await ranker.train(first(trainRows));
  assert.notDeepEqual(await ranker.score(first(testRows)), scores);
  assert.deepEqual(await ranker.score(plain(testRows)), scores, 'without knowledge the plug-in is off');
  await ranker.unplug('first');
  assert.deepEqual(await ranker.score(plain(testRows)), scores);
  assert.deepEqual(ranker.plugs(), []);
  await source.close();
  await ranker.close();
});

test('a second plug-in is added later, and each can be off', async () => {
  const ranker = await trained();
  await ranker.plug({ name: 'first', width: 3 });
  await ranker.train(first(trainRows));
  const withFirst = await ranker.score(first(testRows));
  await ranker.plug({ name: 'second', width: 2, layer: 'click/out', hidden: 5 });
  assert.deepEqual(await ranker.score(both(testRows)), withFirst);
  await ranker.train(both(trainRows));
  const { knowledge } = both(testRows);
  const logits = async (own: Record<string, RowKnowledge>) =>
    (await ranker.score({ ...plain(testRows), knowledge: own })).logits;
  const all = await logits(knowledge);
  const onlyFirst = await logits({ first: knowledge.first });
  const onlySecond = await logits({ second: knowledge.second });
  const none = await logits({});
  for (const other of [onlyFirst, onlySecond, none]) assert.notDeepEqual(other, all);
  const buys = (values: Float32Array) => values.filter((_, i) => i % 2 === 1);
  assert.deepEqual(buys(onlyFirst), buys(all), 'the second plug-in changes clicks only');
  assert.deepEqual(buys(onlySecond), buys(none));
  await ranker.close();
});

test('a plug-in moves only rows that have knowledge', async () => {
  const ranker = await trained();
  await ranker.plug({ name: 'first', width: 3 });
  await ranker.train(first(trainRows));
  const some = knowledgeOf(testRows, 3);
  some.present = some.present.map((_, i) => i % 2);
  const partly = (await ranker.score({ ...plain(testRows), knowledge: { first: some } })).logits;
  const off = (await ranker.score(plain(testRows))).logits;
  const on = (await ranker.score(first(testRows))).logits;
  for (let i = 0; i < partly.length; i++) assert.equal(partly[i], Math.floor(i / 2) % 2 === 1 ? on[i] : off[i]);
  await ranker.close();
});

test('knowledge that may have learned from a row is refused', async () => {
  const ranker = await trained();
  await ranker.plug({ name: 'first', width: 3 });
  const at = log.timestamps[testRows[0]];
  const given = (seenUntil: number) => ({
    ...plain(testRows),
    knowledge: { first: knowledgeOf(testRows, 3, seenUntil) },
  });
  await ranker.score(given(at - 1));
  const leak = { code: 'RANKING_KNOWLEDGE_LEAKS', message: /row 200/ };
  await assert.rejects(ranker.score(given(at)), leak);
  const before = ranker.state();
  await assert.rejects(ranker.train(given(log.timestamps[testRows[99]])), { code: 'RANKING_KNOWLEDGE_LEAKS' });
  assert.deepEqual(ranker.state(), before, 'nothing was learned of the rows before');
  await assert.rejects(ranker.score(given(Number.NaN)), leak, 'a time that is no number');
  const absent = given(at);
  absent.knowledge.first.present[0] = 0;
  await ranker.score(absent);
  await ranker.close();
});

test('knowledge of another width, of an unknown plug-in, and names that exist are refused', async () => {
  const ranker = await trained();
  await ranker.plug({ name: 'first', width: 2 });
  await assert.rejects(ranker.score(first(testRows)), { code: 'RANKING_KNOWLEDGE_WIDTH' });
  await assert.rejects(ranker.score(both(testRows)), { code: 'RANKING_KNOWLEDGE_WIDTH' });
  const shorter = { ...plain(testRows), knowledge: { first: knowledgeOf(testRows.subarray(1), 2) } };
  await assert.rejects(ranker.score(shorter), { code: 'OPTION_INVALID', message: /first\.values\.length is 198/ });
  const second = { ...plain(testRows), knowledge: { second: knowledgeOf(testRows, 2) } };
  await assert.rejects(ranker.score(second), { code: 'RANKING_PLUG_UNKNOWN' });
  await assert.rejects(ranker.unplug('second'), { code: 'RANKING_PLUG_UNKNOWN' });
  await assert.rejects(ranker.plug({ name: 'first', width: 2 }), { code: 'RANKING_PLUG_EXISTS' });
  for (const wrong of [{ name: '' }, { name: 'a/b' }, { width: 0 }, { hidden: 0 }, { layer: 'hidden 3' }])
    await assert.rejects(ranker.plug({ name: 'other', width: 2, ...wrong }), { code: 'OPTION_INVALID' });
  await ranker.close();
});
