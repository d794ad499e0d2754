/** Settings found, and new items folded in with the weights that solving again gives. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { centredContent, contentMean, createRandom, renumberedRows, type SparseRows } from '@lorekeep/core';
import { createScorer, evaluationCases, leaveOneOut, type SparseScores } from '@lorekeep/evaluation';
import { createMatmulPool } from '@lorekeep/graph';
import { CONTENT_DIM, groupedLog, logOf } from '@lorekeep/testing';
import { fitLinear } from '../src/model/fit.ts';
import { foldInMap } from '../src/model/fold-in.ts';
import { type Entries, openFoldedItems } from '../src/model/folded-items.ts';
import { openItemModel } from '../src/model/item-model.ts';
import { sampled } from '../src/model/sample.ts';
import { searchLinear } from '../src/model/search.ts';
import { interactionsOf } from '../src/solve/gram.ts';
import { strongestNeighbours } from '../src/solve/neighbours.ts';
import { solveItems } from '../src/solve/solve.ts';
import { at, type SymmetricTiles } from '../src/solve/tiles.ts';

const pool = createMatmulPool(2);
after(() => pool.close());
const settings = { lambda: 5, beta: 2 };
const { log, content: raw } = groupedLog();
const split = leaveOneOut(log);
const items = log.itemIds.length;
const mean = contentMean(raw, items, CONTENT_DIM);
const centred = centredContent(raw, mean);

const row = ({ offsets, ids, values }: SparseRows, item: number) =>
  new Map(
    Array.from({ length: offsets[item + 1] - offsets[item] }, (_, k) => [
      ids[offsets[item] + k],
      values[offsets[item] + k],
    ]),
  );

const mapOf = (entries: readonly Entries[]) =>
  new Map(entries.flatMap(({ ids, values }) => ids.map((id, at) => [id, values[at]] as const)));

const pairs = ({ items: rows, scores }: SparseScores) =>
  Array.from(rows, (item, at) => [item, scores[at]] as const).sort(([a], [b]) => a - b);

describe('an item that was not there', () => {
  /** The last two items without events, so that they can be left out and put back. */
  const known = items - 2;
  const histories = Array.from({ length: log.userIds.length }, (_, user) =>
    [...log.items.subarray(log.offsets[user], log.offsets[user + 1])].filter((item) => item < known),
  );
  const without = leaveOneOut(logOf(histories, known));
  const withOne = leaveOneOut(logOf(histories, known + 1));
  const part = (count: number) => centred.slice(0, count * CONTENT_DIM);
  const vector = (item: number) => centred.slice(item * CONTENT_DIM, (item + 1) * CONTENT_DIM);

  /** B[from, to], or 0 where it is negative. */
  const weight = (inverse: SymmetricTiles, from: number, to: number) =>
    Math.max(0, -at(inverse, from, to) / at(inverse, to, to));
  const near = (actual: number | undefined, expected: number, what: string) =>
    assert.ok(Math.abs((actual ?? 0) - expected) < 2e-6, `${what}: ${actual}, not ${expected}`);

  test('gets the weights that solving again with it gives', async () => {
    const small = await solveItems(interactionsOf(without), part(known), settings, { pool });
    const foldedItems = openFoldedItems(await foldInMap(small, part(known), settings, pool), known);
    const again = await solveItems(interactionsOf(withOne), part(known + 1), settings, { pool });
    await foldedItems.put([0], vector(known));
    const says = mapOf(foldedItems.fromFolded(0));
    let largest = 0;
    for (let item = 0; item < known; item++) {
      const named = mapOf([foldedItems.fromSolved(item) ?? { ids: [], values: [] }]);
      near(says.get(item), weight(again, known, item), `its weight to ${item}`);
      near(named.get(known), weight(again, item, known), `the weight of ${item} to it`);
      largest = Math.max(largest, named.get(known) ?? 0);
    }
    assert.ok(largest > 0.01);
    // Its weight to a second new item is what that one gets after the first was solved for.
    await foldedItems.put([1], vector(known + 1));
    const second = openFoldedItems(await foldInMap(again, part(known + 1), settings, pool), known + 1);
    await second.put([0], vector(known + 1));
    const expected = mapOf([second.fromSolved(known) ?? { ids: [], values: [] }]).get(known + 1) ?? 0;
    near(mapOf(foldedItems.fromFolded(0)).get(known + 1), expected, 'the weight between two new items');
    await Promise.all([foldedItems.close(), second.close()]);
  });

  test('one at a time, in a batch, or replaced again and again: the weights are the same', async () => {
    const small = await solveItems(interactionsOf(without), part(known), settings, { pool });
    const map = await foldInMap(small, part(known), settings, pool);
    const random = createRandom(3);
    const count = 150;
    const content = Float32Array.from({ length: count * CONTENT_DIM }, () => random.normal());
    const centredRows = centredContent(content, new Float32Array(CONTENT_DIM));
    const alone = openFoldedItems(map, 20);
    const batch = openFoldedItems(map, 20);
    const replaced = openFoldedItems(map, 20);
    const slots = Array.from({ length: count }, (_, slot) => slot);
    const rowOf = (slot: number) => centredRows.slice(slot * CONTENT_DIM, (slot + 1) * CONTENT_DIM);
    for (const slot of slots) await alone.put([slot], rowOf(slot));
    await batch.put(slots, centredRows);
    await replaced.put(
      slots,
      centredRows.map((value) => -value),
    );
    await replaced.put(slots, centredRows);
    for (const other of [batch, replaced]) {
      assert.equal(other.count, count);
      for (const slot of slots) {
        const [expected, actual] = [alone, other].map((items) => mapOf(items.fromFolded(slot)));
        assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort(), `slot ${slot}`);
        for (const [id, value] of expected) near(actual.get(id), value, `slot ${slot} to ${id}`);
      }
      for (let row = 0; row < known; row++) {
        const [expected, actual] = [alone, other].map((items) =>
          mapOf([items.fromSolved(row) ?? { ids: [], values: [] }]),
        );
        assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort(), `row ${row}`);
      }
    }
    await Promise.all([alone.close(), batch.close(), replaced.close()]);
  });

  test('is recommended and is history, in rows after the solved ones', async () => {
    const content = { mean, centred: part(known) };
    const { linear } = await fitLinear(without, content, { neighboursPerItem: 20, maxHistory: 9 });
    const model = openItemModel(linear);
    const rows = raw.slice(known * CONTENT_DIM);
    assert.deepEqual([...(await model.fold([-1], rows.slice(0, CONTENT_DIM)))], [known]);
    assert.deepEqual([...(await model.fold([-1], rows.slice(CONTENT_DIM)))], [known + 1]);
    assert.equal(model.items, items);
    // The items of the last group have the same kind of text.
    const named = model.score([items - 4]);
    assert.ok([...named.items].includes(known));
    const said = model.score([known]);
    assert.ok([...said.items].some((item) => item >= items - 8 && item < known));
    assert.ok([...model.score([known]).items].includes(known + 1));
    const [withoutText] = await model.fold([-1], new Float32Array(CONTENT_DIM));
    assert.equal(model.score([withoutText]).items.length, 0);
    assert.equal(model.score([-1]).items.length, 0);
    // All weights together score as the model does.
    const scorer = createScorer(model.weights());
    for (const history of [[known], [3, known + 1, 7], [withoutText, 2]]) {
      const expected = new Map(pairs(scorer.score(history, model.settings)));
      const actual = new Map(pairs(model.score(history)));
      assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
      for (const [item, score] of expected) near(actual.get(item), score, `item ${item}`);
    }
    // A replaced item has the weights of its new text alone.
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
});

describe('the search', () => {
  const trial = { interactions: interactionsOf(split), content: centred, cases: evaluationCases(split, 'valid') };
  const options = { neighboursPerItem: 20, maxHistory: 50, threads: 1 };

  test('finds settings at least as good as the usual ones, the same each time', async () => {
    const stages: number[] = [];
    const found = await searchLinear(trial, { ...options, progress: ({ done }) => stages.push(done) });
    const usual = found.steps.find(({ lambda, beta }) => lambda === 300 && beta === 10);
    const best = Math.max(...found.steps.map(({ ndcg }) => ndcg));
    const chosen = found.steps.find(({ lambda, beta, decay }) => {
      const { settings } = found;
      return lambda === settings.lambda && beta === settings.beta && decay === settings.decay;
    });
    assert.ok(usual !== undefined && best >= usual.ndcg);
    assert.ok(chosen !== undefined && chosen.ndcg >= 0.99 * best);
    assert.deepEqual(stages, [...Array(found.steps.length + 1).keys()]);
    assert.deepEqual(await searchLinear(trial, options), found);
  });

  test('of events alone tries no content', async () => {
    const { steps } = await searchLinear({ ...trial, content: undefined }, options);
    assert.ok(steps.length >= 2 && steps.every(({ beta }) => beta === 0));
  });

  test('with nobody to ask keeps the usual settings', async () => {
    const { settings, steps } = await searchLinear({ ...trial, cases: [] }, options);
    assert.deepEqual([settings, steps], [{ lambda: 300, beta: 10, decay: 0.8 }, []]);
  });

  test('can be stopped', async () => {
    const controller = new AbortController();
    const progress = () => controller.abort(new Error('enough'));
    await assert.rejects(searchLinear(trial, { ...options, progress, signal: controller.signal }), /enough/);
  });

  test('of a large catalogue looks at a part of it', () => {
    const part = sampled(trial, 20, createRandom(1));
    assert.equal(part.interactions.items, 20);
    assert.equal(part.content?.length, 20 * CONTENT_DIM);
    assert.ok(part.interactions.rows.every((item) => item >= 0 && item < 20));
    assert.ok(part.cases.length > 0 && part.cases.length < trial.cases.length);
    for (const { history, target } of part.cases) {
      assert.ok(target >= 0 && target < 20);
      assert.ok(history.some((item) => item >= 0) && history.every((item) => item < 20));
    }
  });
});

test('weights in another order are the same weights', async () => {
  const neighbours = strongestNeighbours(await solveItems(interactionsOf(split), undefined, settings, { pool }), 6);
  const rowOf = Int32Array.from({ length: items }, (_, item) => (item === 3 ? -1 : items - item));
  const renumbered = renumberedRows(neighbours, rowOf, items + 1);
  for (const item of [0, 7, items - 1]) {
    const expected = new Map(
      [...row(neighbours, item)].filter(([id]) => id !== 3).map(([id, value]) => [items - id, value]),
    );
    assert.deepEqual(row(renumbered, items - item), expected);
  }
  assert.equal(row(renumbered, items - 3).size, 0);
});
