/** Which rows count for which task. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { ImpressionColumns } from '@lorekeep/store';
import { createLabeller } from '../../src/ranker/labels.ts';

const names = { surfaceNames: ['home', 'mail'], outcomeNames: ['click', 'buy', 'share'] };
const [CLICK, BUY] = [1, 2];
const columnsOf = (rows: [surface: number, outcomes: number][]): ImpressionColumns => ({
  users: new Int32Array(rows.length),
  items: new Int32Array(rows.length),
  timestamps: new Float64Array(rows.length),
  surfaces: Int32Array.from(rows, ([surface]) => surface),
  positions: new Int32Array(rows.length),
  requests: new Float64Array(rows.length),
  outcomes: Uint32Array.from(rows, ([, outcomes]) => outcomes),
});
const all = (columns: ImpressionColumns) => Int32Array.from(columns.users.keys());

test('a row counts where its outcome was ever recorded, and among the rows of its base outcome', () => {
  const columns = columnsOf([
    [0, 0],
    [0, CLICK],
    [0, CLICK + BUY],
    [1, CLICK],
    [1, 0],
    [-1, CLICK],
  ]);
  const labeller = createLabeller(
    [{ outcome: 'click' }, { outcome: 'buy', among: 'click' }, { outcome: 'buy' }],
    names,
  );
  labeller.learn(columns, all(columns));
  const { labels, weights } = labeller.read(columns, all(columns), 7);
  const column = (values: Float32Array, t: number) => [...values].filter((_, i) => i % 3 === t);
  assert.deepEqual(column(labels, 0), [0, 1, 1, 1, 0, 1, 0]);
  assert.deepEqual(column(weights, 0), [1, 1, 1, 1, 1, 1, 0]);
  assert.deepEqual(column(labels, 1), [0, 0, 1, 0, 0, 0, 0]);
  assert.deepEqual(column(weights, 1), [0, 1, 1, 0, 0, 0, 0], 'purchases are recorded on "home" only');
  assert.deepEqual(column(weights, 2), [1, 1, 1, 0, 0, 0, 0]);
  assert.deepEqual(labeller.state(), [['home', 'mail', null], ['home'], ['home']]);
});

test('a labeller that continues from a state knows surfaces by their names', () => {
  const turned = { ...names, surfaceNames: ['mail', 'home'] };
  const labeller = createLabeller([{ outcome: 'click' }], turned, [['home']]);
  const columns = columnsOf([
    [0, 0],
    [1, 0],
  ]);
  assert.deepEqual([...labeller.read(columns, all(columns), 2).weights], [0, 1]);
});

test('of an outcome that was learned and has gone from the log, no row counts', () => {
  const emptied = { surfaceNames: ['home'], outcomeNames: ['click'] };
  const tasks = [{ outcome: 'click' }, { outcome: 'buy' }, { outcome: 'click', among: 'buy' }];
  const labeller = createLabeller(tasks, emptied, [['home'], ['home'], ['home']]);
  // The bit of a former outcome may be set by another one.
  const columns = columnsOf([
    [0, CLICK],
    [0, 2 ** 31 + BUY],
  ]);
  labeller.learn(columns, all(columns));
  const { labels, weights } = labeller.read(columns, all(columns), 2);
  assert.deepEqual([...labels], [1, 0, 1, 0, 0, 0]);
  assert.deepEqual([...weights], [1, 0, 0, 1, 0, 0]);
  assert.deepEqual(labeller.state()[1], ['home']);
});

test('an outcome that the log does not know is refused', () => {
  assert.throws(() => createLabeller([{ outcome: 'like' }], names), {
    code: 'RANKING_TASK_UNKNOWN',
    hint: 'It has: click, buy, share.',
  });
  assert.throws(() => createLabeller([{ outcome: 'buy', among: 'like' }], names), { code: 'RANKING_TASK_UNKNOWN' });
});
