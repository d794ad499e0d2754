/** What a ranker says of users and items that it has never trained on: the average of their fields. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import type { ImpressionColumns } from '@lorekeep/store';
import type { RankingEntities } from '../../src/data/ranking-data.ts';
import { createBehaviours, createImpressionRanker, recordRows } from '../../src/index.ts';
import { rowsBetween } from './small-log.ts';

const KNOWN = 60;
const ITEMS = 80;
const USERS = 40;
const ROWS = 24_000;
/** Click rates by genre. */
const RATES = { dull: 0.05, fine: 0.25 };
const probability = (logit: number) => 1 / (1 + Math.exp(-logit));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Items of both genres. Each is clicked at the rate of its genre times a factor of its own, from 0 to 2. */
function newsLog(): { log: ImpressionColumns; entities: RankingEntities } {
  const random = createRandom(3);
  const genre = { name: 'genre', values: ['dull', 'fine'], codes: Int32Array.from({ length: ITEMS }, (_, i) => i % 2) };
  const rateOf = (item: number) => ((2 * (Math.floor(item / 2) % 10)) / 9) * [RATES.dull, RATES.fine][item % 2];
  const items = random.ints(KNOWN, new Int32Array(ROWS));
  const log: ImpressionColumns = {
    users: random.ints(USERS, new Int32Array(ROWS)),
    items,
    timestamps: Float64Array.from({ length: ROWS }, (_, row) => 1_000_000 + 60 * row),
    surfaces: new Int32Array(ROWS),
    positions: new Int32Array(ROWS).fill(-1),
    requests: new Float64Array(ROWS),
    outcomes: Uint32Array.from(items, (item) => Number(random.next() < rateOf(item))),
  };
  const names = {
    userIds: Array.from({ length: USERS + 1 }, (_, user) => `u${user}`),
    itemIds: Array.from({ length: ITEMS }, (_, item) => `i${item}`),
    surfaceNames: ['home'],
    outcomeNames: ['click'],
  };
  return { log, entities: { names, items: [genre], users: [] } };
}

/** Probabilities of all items, for a user that was trained on, or for another one. */
async function trained(options: object) {
  const { log, entities } = newsLog();
  const behaviours = createBehaviours(5);
  const tasks = [{ outcome: 'click' }];
  const small = { dim: 8, hidden: [32, 16], batch: 64, learningRate: 0.005 };
  const ranker = await createImpressionRanker({ ...small, tasks, entities, behaviours, ...options });
  for (const from of [0, ROWS / 2]) {
    const rows = rowsBetween(from, from + ROWS / 2);
    await ranker.train({ columns: log, rows });
    recordRows(behaviours, log, rows);
  }
  const all = rowsBetween(0, ITEMS);
  const scored = async (user: number) => {
    const columns: ImpressionColumns = {
      ...log,
      users: new Int32Array(ITEMS).fill(user),
      items: all,
      timestamps: new Float64Array(ITEMS).fill(3e6),
    };
    return Array.from((await ranker.score({ columns, rows: all })).logits, probability);
  };
  const found = {
    known: await scored(0),
    unknown: await scored(USERS),
    state: ranker.state(),
    embedding: ranker.embedding('item', `i${KNOWN}`),
  };
  await ranker.close();
  return found;
}

const ofGenre = (scores: readonly number[], genre: number, [from, to]: [number, number]) =>
  scores.filter((_, item) => item % 2 === genre && item >= from && item < to);

/** Share of the known scores that are below a score. */
const percentile = (score: number, known: readonly number[]) =>
  known.filter((own) => own < score).length / known.length;

test('an unknown item scores like the average of its fields, also for an unknown user', async () => {
  const { known, unknown, state, embedding } = await trained({});
  for (const [user, scores] of Object.entries({ known, unknown }))
    for (const [genre, rate] of Object.values(RATES).entries()) {
      const ofKnown = ofGenre(scores, genre, [0, KNOWN]);
      const found = mean(ofGenre(scores, genre, [KNOWN, ITEMS]));
      const place = percentile(found, ofKnown);
      assert.ok(
        place >= 0.2 && place <= 0.6,
        `${user} user, genre ${genre}: ${found} is above ${place} of known items`,
      );
      assert.ok(Math.abs(found / rate - 1) < 0.5, `${user} user, genre ${genre}: ${found}, not ${rate}`);
    }
  assert.equal(embedding, undefined, 'there is no knowledge of an item that was never seen');
  assert.deepEqual(state.vocabulary.fields['unknown id'].values.toSorted(), ['item', 'user']);
});

test('without dropout, unknown items outrank most known ones', async () => {
  const { known, state } = await trained({ idDropout: 0 });
  const places = [0, 1].map((genre) =>
    percentile(mean(ofGenre(known, genre, [KNOWN, ITEMS])), ofGenre(known, genre, [0, KNOWN])),
  );
  assert.ok(Math.max(...places) > 0.6, `${places}`);
  assert.equal(state.vocabulary.fields['unknown id'], undefined);
});
