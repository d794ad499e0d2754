/** Columns that events move, compared with columns that are solved from scratch on the log with the events. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { centredContent, contentMean, createRandom } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { CONTENT_DIM, groupedLog, logOf } from '@lorekeep/testing';
import { packedPairs, sharedFoldIn } from '../../src/fold-in/local-fold-in.ts';
import type { UserChange } from '../../src/live/live-rows.ts';
import { withRoom } from '../../src/live/live-weights.ts';
import { openLocalSolver } from '../../src/local/local-solver.ts';
import { neighbourRows } from '../../src/local/neighbour-rows.ts';
import { type ItemModel, openItemModel } from '../../src/model/item-model.ts';
import { type Interactions, interactionsOf } from '../../src/solve/gram.ts';
import { dense } from '../dense.ts';

const settings = { lambda: 5, beta: 2 };
const { log, content: raw } = groupedLog({ users: 120 });
const items = log.itemIds.length;
/** The last four items come after the training. */
const known = items - 4;
const random = createRandom(5);
const noisy = raw.map((value) => value + 0.3 * random.normal());
const content = centredContent(noisy, contentMean(noisy, items, CONTENT_DIM));
// An item without text is one of the later ones too.
content.fill(0, (items - 1) * CONTENT_DIM);
/** The first users have further events; the other users have none of later items. */
const changing = 40;
const after = Array.from({ length: log.userIds.length }, (_, user) => {
  const history = [...log.items.subarray(log.offsets[user], log.offsets[user + 1])];
  return user < changing ? [...history, known + (user % 4)] : history.filter((item) => item < known);
});
const before = after.map((history, user) =>
  user < changing ? history.filter((item) => item < known).slice(0, -1) : history,
);

/** X with weights that depend on user and item, or of ones. */
function interactionsIn(histories: number[][], count: number, isWeighted: boolean): Interactions {
  const found = interactionsOf(leaveOneOut(logOf(histories, count), 'all'));
  if (!isWeighted) return found;
  const values = new Float32Array(found.rows.length);
  for (let user = 0; user + 1 < found.offsets.length; user++)
    for (let at = found.offsets[user]; at < found.offsets[user + 1]; at++)
      values[at] = weightIn(user, found.rows[at], histories[user].length);
  return { ...found, values };
}
/** Some values grow with later events. */
const weightIn = (user: number, item: number, events: number) =>
  0.5 + ((user + item) % 3) / 2 + (item % 7 === 0 ? events / 10 : 0);

const rowsOf = ({ offsets, rows, values }: Interactions, user: number) => {
  const [from, to] = [offsets[user], offsets[user + 1]];
  return {
    rows: [...rows.subarray(from, to)],
    values: values ? [...values.subarray(from, to)] : new Array(to - from).fill(1),
  };
};

interface Case {
  regressors: number;
  isWeighted: boolean;
}

async function solvedFromScratch({ regressors, isWeighted }: Case): Promise<number[][]> {
  const solver = await openLocalSolver(interactionsIn(after, items, isWeighted), content, { regressors, threads: 1 });
  const columns = await solver.solve(settings);
  await solver.close();
  return dense(neighbourRows(columns, items, items));
}

/** The model of the log before, the changes, and the items that they touch. */
async function opened({ regressors, isWeighted }: Case) {
  const interactions = interactionsIn(before, known, isWeighted);
  const texts = content.slice(0, known * CONTENT_DIM);
  const solver = await openLocalSolver(interactions, texts, { regressors, threads: 1 });
  const columns = await solver.solve(settings);
  await solver.close();
  const neighbours = neighbourRows(columns, known, items);
  const foldIn = sharedFoldIn({
    ...settings,
    content: texts,
    ...packedPairs(solver.data.counts),
    diagonal: Float32Array.from(columns.diagonal),
  });
  const model = openItemModel(
    {
      settings: { ...settings, decay: 1, neighboursPerItem: items, maxHistory: 50 },
      neighbours: withRoom(neighbours, items),
      foldIn,
      mean: new Float32Array(CONTENT_DIM),
      search: { steps: [], items: known, cases: 0 },
    },
    { threads: 1, live: true, regressors },
  );
  await model.fold(new Int32Array(items - known).fill(-1), content.slice(known * CONTENT_DIM));
  const now = interactionsIn(after, items, isWeighted);
  const changes: UserChange[] = [];
  const touched = new Set<number>();
  for (let user = 0; user < changing; user++) {
    const change = { before: rowsOf(interactions, user), after: rowsOf(now, user) };
    changes.push(change);
    for (const row of change.after.rows) touched.add(row);
  }
  return { model, changes, touched: [...touched], trained: dense(neighbours) };
}

/** B, row by row: the score of a history of one item is its row. */
function weightsOf(model: ItemModel): number[][] {
  return Array.from({ length: items }, (_, row) => {
    const weights = new Array<number>(items).fill(0);
    const found = model.score([row]);
    found.items.forEach((item, at) => {
      weights[item] = found.scores[at];
    });
    return weights;
  });
}

function assertColumns(actual: number[][], expected: number[][], columns: Iterable<number>, tolerance: number): number {
  let largest = 0;
  for (const column of columns)
    for (let row = 0; row < items; row++) {
      const [found, wanted] = [actual[row][column], Math.max(0, expected[row]?.[column] ?? 0)];
      assert.ok(Math.abs(found - wanted) < tolerance, `weight from ${row} to ${column}: ${found}, not ${wanted}`);
      largest = Math.max(largest, wanted);
    }
  return largest;
}

describe('columns that events move', () => {
  const cases = { 'all regressors': items - 1, 'twelve regressors': 12 };
  for (const [name, regressors] of Object.entries(cases))
    for (const isWeighted of [false, true])
      test(`are those of a new solution: ${name}, ${isWeighted ? 'weighted events' : 'plain events'}`, async () => {
        const { model, changes, touched, trained } = await opened({ regressors, isWeighted });
        const unchanged = weightsOf(model);
        model.learn(changes, touched);
        await model.settle();
        const actual = weightsOf(model);
        const expected = await solvedFromScratch({ regressors, isWeighted });
        assert.ok(assertColumns(actual, expected, touched, 1e-4) > 0.05);
        // The last item has no text: its column is that of its events alone.
        assert.ok(assertColumns(actual, expected, [items - 1], 1e-4) > 0.01);
        const others = Array.from({ length: known }, (_, row) => row).filter((row) => !touched.includes(row));
        assertColumns(actual, unchanged, others, 1e-9);
        for (let row = 0; row < known; row++)
          for (let column = 0; column < known; column++)
            assert.ok(Math.abs(unchanged[row][column] - trained[row][column]) < 1e-6, `${row} to ${column} as trained`);
        for (let row = 0; row < items; row++) assert.equal(model.isChosen(row), row >= known);
        await model.close();
      });

  test('are the same in all steps in which the events can come', async () => {
    const once = await opened({ regressors: 12, isWeighted: false });
    once.model.learn(once.changes, once.touched);
    await once.model.settle();
    const stepwise = await opened({ regressors: 12, isWeighted: false });
    for (const change of stepwise.changes) {
      stepwise.model.learn([change], change.after.rows);
      if (change.after.rows[0] % 3 === 0) await stepwise.model.settle();
    }
    await stepwise.model.settle();
    const all = Array.from({ length: items }, (_, row) => row);
    assertColumns(weightsOf(stepwise.model), weightsOf(once.model), all, 1e-6);
    await Promise.all([once.model.close(), stepwise.model.close()]);
  });
});
