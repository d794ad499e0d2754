import assert from 'node:assert/strict';
import test from 'node:test';
import type { InteractionLog } from '@lorekeep/store';
import { logOf } from '@lorekeep/testing';
import {
  evaluationCases,
  type FitOn,
  leaveOneOut,
  type Protocol,
  type Split,
  splitBy,
  temporal,
  trainCounts,
  trainItems,
} from '../src/split/split.ts';

const casesOf = (split: Split, set: 'valid' | 'test') =>
  evaluationCases(split, set).map(({ history, target }, at) => [split.heldOut[set].users[at], [...history], target]);

test('leave-one-out holds out the last two events of users with at least three, and nothing of other users', () => {
  const split = leaveOneOut(logOf([[0, 1, 2, 3], [4, 5], [6], [], [7, 8, 9]], 10));
  assert.deepEqual([split.short, split.empty, split.trainEvents, split.transitions], [2, 1, 6, 2]);
  assert.deepEqual([...trainItems(split, 0)], [0, 1]);
  assert.deepEqual([...trainItems(split, 1)], [4, 5]);
  assert.deepEqual([...trainCounts(split)], [1, 1, 0, 0, 1, 1, 1, 1, 0, 0]);
  assert.deepEqual(casesOf(split, 'valid'), [
    [0, [0, 1], 2],
    [4, [7], 8],
  ]);
  assert.deepEqual(casesOf(split, 'test'), [
    [0, [0, 1, 2], 3],
    [4, [7, 8], 9],
  ]);
});

/** Each event as [item, time]. */
function timed(histories: [item: number, time: number][][]): InteractionLog {
  const items = histories.map((history) => history.map(([item]) => item));
  const log = logOf(items, 10);
  return { ...log, timestamps: Float64Array.from(histories.flat(), ([, time]) => time) };
}

test('a temporal split divides all users at the same two moments and holds out events with a history', () => {
  // Of twenty events, validation begins at the time of the 17th and test at the time of the 19th.
  const filler = Array.from({ length: 12 }, (_, at): [number, number] => [9, at]);
  const split = temporal(
    timed([
      filler,
      [
        [0, 12],
        [1, 16],
        [2, 17],
        [3, 18],
      ],
      [
        [4, 15],
        [5, 19],
      ],
      [
        [6, 13],
        [7, 14],
      ],
    ]),
  );
  assert.equal(split.protocol, 'temporal');
  assert.deepEqual([...trainItems(split, 1)], [0]);
  assert.deepEqual([...trainItems(split, 2)], [4]);
  assert.deepEqual(casesOf(split, 'valid'), [[1, [0], 1]]);
  assert.deepEqual(casesOf(split, 'test'), [
    [1, [0, 1, 2], 3],
    [2, [4], 5],
  ]);
  assert.deepEqual([split.trainEvents, split.short, split.empty], [16, 2, 0]);
});

test('the first event of a user is never a target', () => {
  const split = temporal(
    timed([
      Array.from({ length: 16 }, (_, at): [number, number] => [9, at]),
      [
        [1, 16],
        [2, 17],
      ],
      [
        [3, 18],
        [4, 19],
      ],
      [
        [5, 10],
        [6, 17],
        [7, 18],
      ],
    ]),
  );
  for (const set of ['valid', 'test'] as const)
    for (const [, history] of casesOf(split, set)) assert.ok((history as number[]).length > 0);
});

test('training can continue to the test targets or to the end, and then holds out nothing it reads', () => {
  const histories = [
    [1, 2, 3, 4],
    [5, 6],
    [7, 8, 9],
  ];
  const log = logOf(histories, 10);
  const trained = (protocol: Protocol, fitOn: FitOn, of = log) => {
    const found = splitBy(protocol, of, fitOn);
    return of.userIds.map((_, user) => [...trainItems(found, user)]);
  };
  assert.deepEqual(trained('leave-one-out', 'train'), [[1, 2], [5, 6], [7]]);
  assert.deepEqual(trained('leave-one-out', 'valid'), [
    [1, 2, 3],
    [5, 6],
    [7, 8],
  ]);
  assert.deepEqual(trained('leave-one-out', 'all'), histories);
  // The moments are 16 and 18, of twenty.
  const timedLog = timed([
    Array.from({ length: 15 }, (_, at): [number, number] => [9, at]),
    [
      [0, 15],
      [1, 16],
      [2, 17],
      [3, 18],
    ],
    [[4, 19]],
  ]);
  assert.deepEqual(trained('temporal', 'train', timedLog).slice(1), [[0], []]);
  assert.deepEqual(trained('temporal', 'valid', timedLog).slice(1), [[0, 1, 2], []]);
  assert.deepEqual(trained('temporal', 'all', timedLog).slice(1), [[0, 1, 2, 3], [4]]);
  for (const [protocol, of] of [
    ['leave-one-out', log],
    ['temporal', timedLog],
  ] as const) {
    const heldOutCases = (fitOn: FitOn) => [
      casesOf(splitBy(protocol, of, fitOn), 'valid'),
      casesOf(splitBy(protocol, of, fitOn), 'test'),
    ];
    const [, test] = heldOutCases('train');
    assert.ok(test.length > 0);
    assert.deepEqual(heldOutCases('valid'), [[], test], 'the same test cases');
    assert.deepEqual(heldOutCases('all'), [[], []]);
  }
  assert.throws(() => splitBy('temporal', timedLog, 'everything' as never), { code: 'EVALUATION_INPUT_INVALID' });
});

test('a log that cannot be split by time is refused, and so is an unknown protocol', () => {
  const flat = logOf(
    [
      [0, 1, 2],
      [3, 4, 5],
    ],
    6,
  );
  assert.throws(() => temporal({ ...flat, timestamps: new Float64Array(6) }), { code: 'EVALUATION_NO_CASES' });
  assert.throws(() => temporal(logOf([], 0)), { code: 'EVALUATION_NO_CASES' });
  assert.throws(() => splitBy('random' as never, flat), { code: 'EVALUATION_INPUT_INVALID' });
});
