import assert from 'node:assert/strict';
import test from 'node:test';
import { type OffsetCase, offsetTrials, pricedTrial } from '../../src/reranker/new-items/offset.ts';

const NEW = 100;
const isNew = (item: number) => item >= NEW;
const selectOffset = (cases: OffsetCase[]) =>
  pricedTrial(offsetTrials(cases), cases.filter(({ target }) => isNew(target)).length / cases.length);
const list = (...pairs: [number, number][]) => ({
  items: Int32Array.from(pairs, ([item]) => item),
  scores: Float32Array.from(pairs, ([, score]) => score),
});

/** One new item, with the log odds −1 against a known one whose score is 0. */
const caseOf = (target: number): OffsetCase => ({
  target,
  ranked: list([0, 0], [1, -3]),
  fresh: list([NEW, -1]),
  behind: 50,
});

test('an offset places new items among the others by score; a target in no list keeps its rank behind', () => {
  const cases = [caseOf(0), caseOf(1), caseOf(NEW), caseOf(7)];
  const { ranks, offset } = selectOffset(cases);
  // A quarter of the targets is new: an eighth of the quality may be given up.
  assert.ok(offset > 1, `offset ${offset}`);
  assert.deepEqual(Array.from(ranks), [2, 3, 1, 50]);
});

test('without a new target an offset costs at most three quarters of a per cent', () => {
  const { offset, ranks } = selectOffset(Array.from({ length: 50 }, () => caseOf(0)));
  // At 1 both scores are equal, and the known item comes first.
  assert.equal(offset, 1);
  assert.ok(ranks.every((rank) => rank === 1));
});

test('the price grows with the share of new targets', () => {
  const offsetFor = (fresh: number) =>
    selectOffset([
      ...Array.from({ length: 100 - fresh }, (_, at) => ({ ...caseOf(0), fresh: list([NEW, -at / 25]) })),
      ...Array.from({ length: fresh }, () => ({ ...caseOf(NEW), fresh: list([NEW, -6]) })),
    ]).offset;
  const offsets = [0, 10, 30].map(offsetFor);
  assert.ok(offsets[0] < offsets[1] && offsets[1] < offsets[2], offsets.join());
});

test('an item in both lists has the higher of its scores', () => {
  const both: OffsetCase = { target: 1, ranked: list([0, 0], [1, -3]), fresh: list([1, -1]), behind: 9 };
  const rankAt = (offset: number) => offsetTrials([both]).find((trial) => trial.offset === offset)?.ranks[0];
  assert.equal(rankAt(-4), 2, 'its own score');
  assert.equal(rankAt(1.5), 1, 'that of its text');
  const other: OffsetCase = { ...both, target: 0 };
  assert.equal(offsetTrials([other]).find(({ offset }) => offset === 1.5)?.ranks[0], 2, 'it counts once');
});
