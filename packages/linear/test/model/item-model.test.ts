import assert from 'node:assert/strict';
import { test } from 'node:test';
import { centredContent, contentMean } from '@lorekeep/core';
import { createScorer, leaveOneOut, type SparseScores } from '@lorekeep/evaluation';
import { CONTENT_DIM, groupedLog, logOf } from '@lorekeep/testing';
import { fitLinear } from '../../src/model/fit.ts';
import { openItemModel } from '../../src/model/item-model.ts';

const { log, content: raw } = groupedLog();
const items = log.itemIds.length;
const mean = contentMean(raw, items, CONTENT_DIM);
const centred = centredContent(raw, mean);

/** The last two items have no events, so that they can be left out and folded in. */
const known = items - 2;
const histories = Array.from({ length: log.userIds.length }, (_, user) =>
  [...log.items.subarray(log.offsets[user], log.offsets[user + 1])].filter((item) => item < known),
);
const split = leaveOneOut(logOf(histories, known));

const pairs = ({ items: rows, scores }: SparseScores) =>
  Array.from(rows, (item, at) => [item, scores[at]] as const).sort(([a], [b]) => a - b);

const near = (actual: number | undefined, expected: number, what: string) =>
  assert.ok(Math.abs((actual ?? 0) - expected) < 2e-6, `${what}: ${actual}, not ${expected}`);

test('a folded item is recommended and is read in histories', async () => {
  const content = { mean, centred: centred.slice(0, known * CONTENT_DIM) };
  const { linear } = await fitLinear(split, content, { neighboursPerItem: 20, maxHistory: 9 });
  const model = openItemModel(linear);
  const rows = raw.slice(known * CONTENT_DIM);
  assert.deepEqual([...(await model.fold([-1], rows.slice(0, CONTENT_DIM)))], [known]);
  assert.deepEqual([...(await model.fold([-1], rows.slice(CONTENT_DIM)))], [known + 1]);
  assert.equal(model.items, items);
  // The items of the last group have similar content.
  const fromGroup = model.score([items - 4]);
  assert.ok([...fromGroup.items].includes(known));
  const fromFolded = model.score([known]);
  assert.ok([...fromFolded.items].some((item) => item >= items - 8 && item < known));
  assert.ok([...model.score([known]).items].includes(known + 1));
  const [withoutText] = await model.fold([-1], new Float32Array(CONTENT_DIM));
  assert.equal(model.score([withoutText]).items.length, 0);
  assert.equal(model.score([-1]).items.length, 0);
  // The table of all weights gives the same scores as the model.
  const scorer = createScorer(model.weights());
  for (const history of [[known], [3, known + 1, 7], [withoutText, 2]]) {
    const expected = new Map(pairs(scorer.score(history, model.settings)));
    const actual = new Map(pairs(model.score(history)));
    assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
    for (const [item, score] of expected) near(actual.get(item), score, `item ${item}`);
  }
  // A replaced item has only the weights of its new content.
  await model.fold([known], rows.slice(CONTENT_DIM));
  assert.deepEqual(
    pairs(model.score([known]))
      .filter(([item]) => item < known)
      .map(([, score]) => score),
    pairs(model.score([known + 1]))
      .filter(([item]) => item < known)
      .map(([, score]) => score),
  );
  await assert.rejects(model.fold([-1], new Float32Array(3)), { code: 'CONTENT_INVALID' });
  await model.close();
});

test('an item whose first weight vanishes in float32 has one score', async () => {
  // Item 3 is a neighbour of the two oldest events alone, and of the newer of them only weakly.
  const neighbours = {
    items: 4,
    offsets: Uint32Array.of(0, 0, 1, 2, 2),
    ids: Int32Array.of(3, 3),
    values: Float32Array.of(0.1, 0.9),
  };
  const settings = { lambda: 1, beta: 0, decay: 0.5, neighboursPerItem: 1, maxHistory: 200 };
  const search = { steps: [], items: 4, cases: 0 };
  const model = openItemModel({ settings, neighbours, foldIn: undefined, mean: undefined, search });
  const history = [2, 1, ...new Array<number>(148).fill(0)];
  assert.deepEqual([...model.score(history).items], [3]);
  assert.deepEqual(pairs(model.score(history)), pairs(createScorer(neighbours).score(history, settings)));
  assert.deepEqual(pairs(model.score([2])), [[3, Math.fround(0.9)]]);
  await model.close();
});
