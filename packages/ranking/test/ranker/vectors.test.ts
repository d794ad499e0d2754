/** Vectors of items as inputs: what they tell of items that were never shown. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { auc, createBehaviours, createImpressionRanker, openImpressionRanker } from '../../src/index.ts';
import { rowsBetween, smallLog } from './small-log.ts';

const DIM = 4;
/** The first number says whether users like the item. */
const vectorOf = (item: number) => Float32Array.of(item % 2 === 0 ? 1 : -1, Math.sin(item), Math.cos(item), 0.3);
const vectors = { dim: DIM, of: (item: number) => (item === 7 ? undefined : vectorOf(item)) };

function likedLog() {
  const data = smallLog({ rows: 4000, items: 60 });
  const { log } = data;
  for (let row = 0; row < 4000; row++) {
    // Items from 40 on appear only in the last rows.
    if (row < 3000) log.items[row] %= 40;
    else log.items[row] = 40 + (log.items[row] % 20);
    log.outcomes[row] = Number((log.items[row] % 2 === 0) === (row % 10 !== 0));
  }
  // The genre would tell the same.
  return { log, entities: { ...data.entities, items: [] } };
}
const options = { tasks: [{ outcome: 'click' }], dim: 4, attention: 4, hidden: [16], batch: 64, learningRate: 0.01 };

test('items that were never shown are ranked by their vectors', async () => {
  const { log, entities } = likedLog();
  const aucWith = async (given: object) => {
    const ranker = await createImpressionRanker({
      ...options,
      entities: { ...entities, ...given },
      behaviours: createBehaviours(6),
    });
    await ranker.train({ columns: log, rows: rowsBetween(0, 3000) });
    const rows = rowsBetween(3000, 4000);
    const { logits } = await ranker.score({ columns: log, rows });
    await ranker.close();
    return (
      auc(
        logits,
        Uint8Array.from(rows, (row) => log.outcomes[row]),
      ) ?? 0
    );
  };
  assert.ok((await aucWith({ vectors })) > 0.8);
  assert.ok((await aucWith({})) < 0.65);
});

test('a ranker with vectors is opened with vectors of the same width; one without ignores them', async () => {
  const { log, entities } = likedLog();
  const behaviours = createBehaviours(6);
  const create = (given: object) =>
    createImpressionRanker({ ...options, entities: { ...entities, ...given }, behaviours });
  const ranker = await create({ vectors });
  await ranker.train({ columns: log, rows: rowsBetween(0, 200) });
  const state = ranker.state();
  const rows = { columns: log, rows: rowsBetween(200, 300) };
  const again = await openImpressionRanker({ state, entities: { ...entities, vectors }, behaviours });
  assert.deepEqual(await again.score(rows), await ranker.score(rows));
  for (const given of [undefined, { dim: 3, of: () => undefined }])
    await assert.rejects(openImpressionRanker({ state, entities: { ...entities, vectors: given }, behaviours }), {
      code: 'OPTION_INVALID',
      message: /entities\.vectors\.dim/,
    });
  const plain = await create({});
  const opened = await openImpressionRanker({ state: plain.state(), entities: { ...entities, vectors }, behaviours });
  assert.deepEqual(await opened.score(rows), await plain.score(rows));
  await Promise.all([ranker, again, plain, opened].map((open) => open.close()));
});
