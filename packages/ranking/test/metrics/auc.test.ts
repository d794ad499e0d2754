/** AUC and GAUC against scikit-learn and against the definition, pair by pair. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { auc } from '../../src/metrics/auc.ts';
import { gauc } from '../../src/metrics/gauc.ts';
import { groupsOf } from '../../src/metrics/groups.ts';
import { close } from './support/close.ts';
import { reference } from './support/reference.ts';

const { users, surfaces, windows, labels, a } = reference;
const surface1 = Uint8Array.from(surfaces, (surface) => Number(surface === 1));
const none = new Float32Array(0);

/** By the definition: every positive row against every negative row. */
function aucByPairs(scores: Float32Array, of: Uint8Array, rows: number[]): number {
  let sum = 0;
  let pairs = 0;
  for (const positive of rows.filter((row) => of[row] === 1))
    for (const negative of rows.filter((row) => of[row] === 0)) {
      sum += scores[positive] > scores[negative] ? 1 : scores[positive] === scores[negative] ? 0.5 : 0;
      pairs++;
    }
  return sum / pairs;
}

test('AUC is that of scikit-learn, on all rows and on those of one surface', () => {
  a.forEach((scores, run) => {
    close(auc(scores, labels), reference.auc[run]);
    close(auc(scores, labels, surface1), reference.aucOfSurface1[run]);
  });
});

test('AUC is the share of pairs in the right order, with half of each tie', () => {
  const random = createRandom(3);
  for (const levels of [2, 5, 1000]) {
    const scores = Float32Array.from({ length: 120 }, () => random.int(levels) - levels / 2);
    const of = Uint8Array.from(scores, () => random.int(2));
    close(auc(scores, of), aucByPairs(scores, of, [...scores.keys()]));
    const rows = Int32Array.from({ length: 50 }, (_, at) => 2 * at);
    const mask = new Uint8Array(120);
    for (const row of rows) mask[row] = 1 + row;
    assert.equal(auc(scores, of, mask), auc(scores, of, rows));
    close(auc(scores, of, rows), aucByPairs(scores, of, [...rows]));
  }
  assert.equal(auc(new Float32Array(9), Uint8Array.from([0, 1, 0, 1, 1, 1, 0, 0, 0])), 0.5);
  // Minus zero and zero are a tie.
  assert.equal(auc(Float32Array.from([-0, 0]), Uint8Array.from([1, 0])), 0.5);
});

test('there is no AUC of one class or of no rows', () => {
  assert.ok(Number.isNaN(auc(Float32Array.from([1, 2]), Uint8Array.from([1, 1]))));
  assert.ok(Number.isNaN(auc(Float32Array.from([1, 2]), Uint8Array.from([0, 0]))));
  assert.ok(Number.isNaN(auc(none, new Uint8Array(0))));
  assert.ok(Number.isNaN(auc(Float32Array.from([1, 2]), Uint8Array.from([0, 1]), new Uint8Array(2))));
});

test('GAUC is the weighted mean of the AUC of scikit-learn in each user, surface and window', () => {
  const { groups, by } = groupsOf({ users, surfaces, windows });
  assert.deepEqual(by, ['users', 'surfaces', 'windows']);
  a.forEach((scores, run) => {
    for (const weight of ['impressions', 'positives', 'groups'] as const)
      close(gauc(scores, labels, groups, { weight }).value, reference.gauc[weight][run]);
    close(gauc(scores, labels, groups).value, reference.gauc.impressions[run]);
    close(gauc(scores, labels, groups, { rows: surface1 }).value, reference.gaucOfSurface1[run]);
  });
});

test('GAUC counts what it is about, and leaves out groups with one class', () => {
  const scores = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
  const of = Uint8Array.from([0, 1, 1, 1, 0, 0, 1, 0]);
  const groups = Int32Array.from([0, 0, 1, 1, 2, 3, 3, 3]);
  const counts = { groups: 2, groupsLeftOut: 2, rows: 5, rowsLeftOut: 3 };
  assert.deepEqual(gauc(scores, of, groups), { value: (2 * 1 + 3 * 0.5) / 5, ...counts });
  assert.deepEqual(gauc(scores, of, groups, { weight: 'groups' }), { value: 0.75, ...counts });
  const rows = Int32Array.from([2, 3, 4]);
  const nothing = gauc(scores, of, groups, { rows });
  assert.ok(Number.isNaN(nothing.value));
  assert.deepEqual({ ...nothing, value: 0 }, { value: 0, groups: 0, groupsLeftOut: 2, rows: 0, rowsLeftOut: 3 });
  assert.equal(gauc(none, new Uint8Array(0), new Int32Array(0)).groups, 0);
});

test('GAUC does not change if the scores of a group move together', () => {
  const { groups } = groupsOf({ users, surfaces, windows });
  const moved = a[0].map((score, row) => score + 10 * (groups[row] % 7));
  // Adding 10 rounds the scores and can make ties of near values.
  assert.ok(Math.abs(gauc(moved, labels, groups).value - gauc(a[0], labels, groups).value) < 1e-5);
  assert.ok(Math.abs(auc(moved, labels) - auc(a[0], labels)) > 0.1);
});

test('rows with equal keys form a group, numbered in the order of their first rows', () => {
  const result = groupsOf({ users: [70_000, -4, 70_000, 70_000, -4], windows: [0, 0, 1, 0, 0] });
  assert.deepEqual(result, { groups: Int32Array.from([0, 1, 2, 0, 1]), count: 3, by: ['users', 'windows'] });
  assert.deepEqual(groupsOf({ users: [] }), { groups: new Int32Array(0), count: 0, by: ['users'] });
  const keys = Array.from(users, (user, row) => `${user} ${surfaces[row]} ${windows[row]}`);
  const first = [...new Set(keys)];
  const { groups, count } = groupsOf({ users, surfaces, windows });
  assert.equal(count, first.length);
  assert.deepEqual(
    [...groups],
    keys.map((key) => first.indexOf(key)),
  );
});

test('a wrong input is an error that names it', () => {
  const of = Uint8Array.from([0, 1, 1]);
  const scores = Float32Array.from([1, 2, 3]);
  const fails = (work: () => unknown, message: RegExp) =>
    assert.throws(work, { code: 'EVALUATION_INPUT_INVALID', kind: 'usage', message });
  for (const value of [Number.NaN, Infinity, -Infinity]) {
    const broken = Float32Array.from([1, value, 3]);
    fails(() => auc(broken, of), /scores must be finite numbers, but row 1 has/);
    // Also where the group has one class and its scores do not matter.
    fails(() => gauc(broken, of, Int32Array.from([0, 1, 0])), /scores must be finite/);
    assert.equal(auc(broken, of, Int32Array.from([0, 2])), 1);
  }
  fails(() => auc(scores, Uint8Array.from([0, 2, 1])), /label of row 1 is 2/);
  fails(() => auc(scores, new Uint8Array(4)), /scores have 3 rows, but the labels have 4/);
  fails(() => auc(scores, of, Int32Array.from([3])), /rows name row 3, but there are 3/);
  fails(() => auc(scores, of, Int32Array.from([-1])), /rows name row -1/);
  fails(() => auc(scores, of, new Uint8Array(2)), /rows have 2 rows/);
  fails(() => gauc(scores, of, Int32Array.from([0, 0])), /groups have 2 rows/);
  fails(() => gauc(scores, of, Int32Array.from([0, 9, 0])), /row 1 has group 9/);
  fails(() => gauc(scores, of, Int32Array.from([0, -1, 0])), /row 1 has group -1/);
  fails(() => groupsOf({}), /at least one of users, surfaces and windows/);
  fails(() => groupsOf({ users: [1, 2], surfaces: [1] }), /surfaces have 1 rows, but the users have 2/);
  fails(() => groupsOf({ users: [1, 2.5] }), /users must be integers, but row 1/);
});
