/** A ranker that starts with what another one has learned. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createBehaviours, createImpressionRanker, openImpressionRanker, warmStart } from '../../src/index.ts';
import { rowsBetween, smallLog } from './small-log.ts';

const { log, entities } = smallLog();
const first = { columns: log, rows: rowsBetween(0, 200) };
const second = { columns: log, rows: rowsBetween(200, 400) };
const behaviours = createBehaviours(6);
const options = { tasks: [{ outcome: 'click' }], dim: 4, attention: 8, hidden: [16], batch: 32, entities, behaviours };

async function trained() {
  const ranker = await createImpressionRanker(options);
  await ranker.train(first);
  return ranker;
}

test('with everything taken, scores are those of the source', async () => {
  const source = await trained();
  await source.plug({ name: 'facts', width: 3 });
  const ranker = await openImpressionRanker({ state: warmStart(source.state()), entities, behaviours });
  assert.deepEqual(await ranker.score(second), await source.score(second));
  assert.equal(ranker.seenUntil, source.seenUntil);
  assert.deepEqual(ranker.plugs(), ['facts']);
  assert.equal(ranker.state().step, 0);
  await source.close();
  await ranker.close();
});

test('with embeddings taken, the dense parameters are those of a new ranker', async () => {
  const source = await trained();
  const state = warmStart(source.state(), { take: 'embeddings', tasks: [{ outcome: 'buy' }], hidden: [8, 8] });
  const ranker = await openImpressionRanker({ state, entities, behaviours });
  assert.deepEqual(ranker.embedding('item', 'i3'), source.embedding('item', 'i3'));
  const fresh = await createImpressionRanker({ ...options, tasks: [{ outcome: 'buy' }], hidden: [8, 8] });
  assert.deepEqual(ranker.state().parameters, fresh.state().parameters);
  const { rows } = await ranker.train(second);
  assert.ok(rows[0] > 0 && rows[0] < 200, 'the surface without purchases does not count');
  await Promise.all([source, ranker, fresh].map((open) => open.close()));
});

test('into other layers, only parameters of the same shape are taken', async () => {
  const source = await trained();
  const { parameters } = source.state();
  const state = warmStart(source.state(), { hidden: [16, 8] });
  assert.deepEqual(state.parameters['hidden 1/weights'], parameters['hidden 1/weights']);
  assert.deepEqual(state.parameters['click/out/weights'].shape, [8, 1]);
  await source.close();
});

test('from DIN into CAN, embeddings and layers of the same shape come along, and its own tables are new', async () => {
  const source = await trained();
  const state = warmStart(source.state(), { kind: 'can', coActionFeed: 4 });
  assert.deepEqual(state.tables.embedding.parameter, source.state().tables.embedding.parameter);
  const ranker = await openImpressionRanker({ state, entities, behaviours });
  await ranker.train(second);
  const { tables } = ranker.state();
  assert.deepEqual(Object.keys(tables), ['embedding', 'induction', 'feed']);
  const other = warmStart(ranker.state(), { kind: 'can', coActionFeed: 5 });
  assert.deepEqual(Object.keys(other.tables), ['embedding'], 'tables of other widths do not come along');
  await source.close();
  await ranker.close();
});

test('frozen parameters do not learn, and the others do', async () => {
  const source = await trained();
  const before = warmStart(source.state(), { frozen: ['embedding', 'attention', 'hidden 1/bias'] });
  const ranker = await openImpressionRanker({ state: before, entities, behaviours });
  const item = ranker.embedding('item', 'i3');
  await ranker.train(second);
  const after = ranker.state();
  assert.deepEqual(ranker.embedding('item', 'i3'), item);
  assert.deepEqual(after.tables.embedding.parameter, before.tables.embedding.parameter);
  for (const name of Object.keys(before.parameters)) {
    const isFrozen = name.startsWith('attention/') || name === 'hidden 1/bias';
    if (isFrozen) assert.deepEqual(after.parameters[name], before.parameters[name], name);
    else assert.notDeepEqual(after.parameters[name], before.parameters[name], name);
  }
  await source.close();
  await ranker.close();
});

test('a frozen table gives the other parameters the same gradients as one that learns', async () => {
  const step = { columns: log, rows: rowsBetween(200, 232) };
  const source = await trained();
  const parametersAfterOneStep = async (frozen: string[]) => {
    const ranker = await openImpressionRanker({ state: warmStart(source.state(), { frozen }), entities, behaviours });
    await ranker.train(step);
    const { parameters } = ranker.state();
    await ranker.close();
    return parameters;
  };
  assert.deepEqual(await parametersAfterOneStep(['embedding']), await parametersAfterOneStep([]));
  await source.close();
});

test('unknown names and choices are refused', async () => {
  const source = await trained();
  const state = source.state();
  await source.close();
  assert.throws(() => warmStart(state, { frozen: ['hidden 9'] }), { code: 'OPTION_INVALID', message: /hidden 9/ });
  assert.throws(() => warmStart(state, { take: 'some' as never }), { code: 'OPTION_INVALID', message: /take/ });
  assert.throws(() => warmStart(state, { maxRows: 10 }), { code: 'OPTION_INVALID', message: /maxRows/ });
});
