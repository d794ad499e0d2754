/** Targets, repeats and implausible users in a split. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { InteractionLog } from '@lorekeep/store';
import { logOf } from '@lorekeep/testing';
import { implausibleUsers } from '../src/index.ts';
import {
  evaluationCases,
  leaveOneOut,
  temporal,
  trainCounts,
  trainItems,
  trainTargetCounts,
  trainTargets,
  trainUsers,
  trainWeights,
} from '../src/split/split.ts';

/** Types as letters: `vvp`. */
function typed(histories: number[][], types: string[], weights?: number[]): InteractionLog {
  const log = logOf(histories, 10);
  const names = ['v', 'p'];
  const of = Uint16Array.from(types.join(''), (letter) => names.indexOf(letter));
  return { ...log, types: { names, of }, ...(weights === undefined ? {} : { weights: Float32Array.from(weights) }) };
}

test('only events of the target types are held out, with all events before them as history', () => {
  const log = typed(
    [
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8],
      [9, 9, 9],
    ],
    ['vpvpvp', 'vvp', 'pvp'],
  );
  const split = leaveOneOut(log, 'train', { target: ['p'] });
  const casesOf = (set: 'valid' | 'test') =>
    evaluationCases(split, set).map(({ history, target }) => [[...history], target]);
  assert.deepEqual(casesOf('valid'), [[[0, 1, 2], 3]]);
  assert.deepEqual(casesOf('test'), [[[0, 1, 2, 3, 4], 5]]);
  assert.deepEqual([...trainItems(split, 0)], [0, 1, 2]);
  assert.deepEqual([...trainTargets(split, 0)!], [0, 1, 0]);
  assert.deepEqual([...trainItems(split, 1)], [6, 7, 8]);
  assert.deepEqual([...trainTargetCounts(split)], [0, 1, 0, 0, 0, 0, 0, 0, 1, 2]);
  assert.deepEqual([split.short, split.trainEvents, split.transitions], [2, 9, 6]);
  assert.notEqual(split.choice, '');
  const refit = leaveOneOut(log, 'valid', { target: ['p'] });
  assert.deepEqual([...trainItems(refit, 0)], [0, 1, 2, 3, 4]);
  assert.throws(() => leaveOneOut(log, 'train', { target: ['x'] }), { code: 'TARGET_UNKNOWN' });
  assert.throws(() => leaveOneOut(logOf([[0]], 1), 'train', { target: ['p'] }), { code: 'TARGET_UNKNOWN' });
});

test('by time, the first event of a target type after each moment is held out', () => {
  const filler = Array.from({ length: 35 }, () => 9);
  const log = typed([filler, [0, 1, 2, 3, 4]], ['v'.repeat(35), 'vvpvp']);
  // Of forty events, validation begins at the time 31 and test at the time 33.
  const times = Float64Array.from([...filler.keys(), 0, 31.2, 31.4, 40, 41]);
  const split = temporal({ ...log, timestamps: times }, 'train', { target: ['p'] });
  const casesOf = (set: 'valid' | 'test') =>
    evaluationCases(split, set).map(({ history, target }) => [[...history], target]);
  assert.deepEqual(casesOf('valid'), [[[0, 1], 2]]);
  assert.deepEqual(casesOf('test'), [[[0, 1, 2, 3], 4]]);
});

test('of many events of a user with an item the first ones are trained on, and histories keep all', () => {
  const log = typed([[0, 0, 0, 1, 0, 2, 3]], ['vvvvvvv'], [1, 2, 3, 4, 5, 6, 7]);
  const split = leaveOneOut(log, 'train', { maxPairEvents: 2 });
  assert.deepEqual([...trainItems(split, 0)], [0, 0, 1]);
  assert.deepEqual([...trainWeights(split, 0)!], [1, 2, 4]);
  assert.deepEqual([...evaluationCases(split, 'test')[0].history], [0, 0, 0, 1, 0, 2]);
  assert.deepEqual([...trainCounts(split).slice(0, 3)], [2, 1, 0]);
  assert.deepEqual([...trainUsers(split).slice(0, 3)], [1, 1, 0]);
  const untouched = logOf([[0, 0, 1, 2]], 3);
  const limited = leaveOneOut(untouched, 'train', { maxPairEvents: 2, maxUserEvents: 'auto' });
  assert.deepEqual({ ...limited, userLimit: Number.POSITIVE_INFINITY }, leaveOneOut(untouched));
});

test('users with implausibly many events are neither trained on nor evaluated', () => {
  const crawler = Array.from({ length: 6000 }, (_, at) => at % 7);
  const people = Array.from({ length: 40 }, () => [7, 8, 9]);
  const log = logOf([...people.slice(0, 20), crawler, ...people.slice(20)], 10);
  assert.deepEqual(implausibleUsers(log, 'auto'), { limit: 1000, users: Uint32Array.of(20) });
  assert.deepEqual(implausibleUsers(log, 0).users.length, 0);
  assert.deepEqual(implausibleUsers(log, 2).users.length, 41);
  const split = leaveOneOut(log, 'train', { maxUserEvents: 'auto' });
  assert.deepEqual([...split.leftOut], [20]);
  assert.deepEqual([...trainItems(split, 20)], []);
  assert.equal(split.heldOut.test.users.includes(20), false);
  assert.deepEqual([...trainCounts(split)], [0, 0, 0, 0, 0, 0, 0, 40, 0, 0]);
  // Where everybody has many events, nobody is implausible.
  const busy = logOf(
    Array.from({ length: 30 }, (_, user) => crawler.slice(user * 90)),
    10,
  );
  assert.equal(implausibleUsers(busy, 'auto').users.length, 0);
});
