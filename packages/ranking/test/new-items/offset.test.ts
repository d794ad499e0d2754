import assert from 'node:assert/strict';
import test from 'node:test';
import { type OffsetCase, offsetTrials, pricedTrial } from '../../src/reranker/new-items/offset.ts';

const NEW = 100;
const isNew = (item: number) => item >= NEW;
const list = (...pairs: [number, number][]) => ({
  items: Int32Array.from(pairs, ([item]) => item),
  scores: Float32Array.from(pairs, ([, score]) => score),
});
const trialsOf = (cases: OffsetCase[]) => offsetTrials(cases, isNew);
const ranksAt = (cases: OffsetCase[], offset: number) =>
  Array.from(trialsOf(cases).find((trial) => trial.offset === offset)?.ranks ?? []);
const priced = (cases: OffsetCase[]) =>
  pricedTrial(trialsOf(cases), cases.filter(({ target }) => isNew(target)).length / cases.length);

/** One new item, with the log odds 1 against a known one whose score is 0. */
const caseOf = (target: number): OffsetCase => ({
  target,
  ranked: list([0, 0], [1, -3]),
  fresh: list([NEW, 1]),
  behind: 50,
});
const times = (count: number, own: OffsetCase) => Array.from({ length: count }, () => own);

test('an offset places new items among the others by score; a target in no list keeps its rank behind', () => {
  const cases = [caseOf(0), caseOf(1), caseOf(NEW), caseOf(7)];
  assert.deepEqual(ranksAt(cases, 0), [2, 3, 1, 50]);
  assert.deepEqual(ranksAt(cases, -2), [1, 3, 2, 50]);
  assert.deepEqual(ranksAt(cases, -5), [1, 2, 3, 50]);
  assert.deepEqual(ranksAt(cases, -1), [1, 3, 2, 50], 'of equal scores, the known item comes first');
});

test('without a new target an offset costs at most three quarters of a per cent', () => {
  const { offset, ranks } = priced(times(200, caseOf(0)));
  assert.equal(offset, -1);
  assert.ok(ranks.every((rank) => rank === 1));
});

test('the price grows with the share of new targets, up to the odds of hidden items', () => {
  const offsetFor = (fresh: number) => {
    const known = Array.from({ length: 400 - 4 * fresh }, (_, at) => ({
      ...caseOf(0),
      fresh: list([NEW, 4 - at / 50]),
    }));
    return priced([...known, ...times(4 * fresh, { ...caseOf(NEW), fresh: list([NEW, -6]) })]).offset;
  };
  const offsets = [0, 10, 30].map(offsetFor);
  assert.ok(offsets[0] < offsets[1] && offsets[1] < offsets[2], offsets.join());
  assert.ok(offsetFor(90) <= 0);
});

test('where hardly any list has a new item there is no price, and new items get a fixed part of the odds', () => {
  const { offset, ranks } = priced([...times(99, caseOf(1)), ...times(50, { ...caseOf(1), fresh: list() })]);
  assert.equal(offset, -1);
  assert.equal(ranks[0], 3);
  const rareOnly = times(200, { ...caseOf(1), fresh: list([5, 1]) });
  assert.equal(priced(rareOnly).offset, -1, 'items that are proposed because they are rare are not new');
});

test('an item in both lists has the higher of its scores', () => {
  const both: OffsetCase = { target: 1, ranked: list([0, 0], [1, -3]), fresh: list([1, 2]), behind: 9 };
  assert.deepEqual(ranksAt([both], -5), [2], 'its own score');
  assert.deepEqual(ranksAt([both], -1), [1], 'that of its text');
  assert.deepEqual(ranksAt([{ ...both, target: 0 }], -1), [2], 'it counts once');
});
