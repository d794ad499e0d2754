/** The weights of the linear model, compared with numpy and with their equation. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { centredContent, contentMean, errorCode, renumberedRows, type SparseRows } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { createMatmulPool } from '@lorekeep/graph';
import { groupedLog, logOf } from '@lorekeep/testing';
import { interactionsOf } from '../../src/solve/gram.ts';
import { strongestNeighbours } from '../../src/solve/neighbours.ts';
import { solveItems } from '../../src/solve/solve.ts';
import { at, createTiles } from '../../src/solve/tiles.ts';
import { dense } from '../dense.ts';

const pool = createMatmulPool(2);
after(() => pool.close());

interface Fixture {
  lambda: number;
  beta: number;
  items: number;
  dim: number;
  histories: number[][];
  content: number[];
  with_content: number[][];
  id_only: number[][];
}
const fixture = JSON.parse(readFileSync(new URL('../fixtures/ease.json', import.meta.url), 'utf8')) as Fixture;

const rowMap = ({ offsets, ids, values }: SparseRows, item: number) =>
  new Map(
    Array.from({ length: offsets[item + 1] - offsets[item] }, (_, k) => [
      ids[offsets[item] + k],
      values[offsets[item] + k],
    ]),
  );

describe('the weights of the linear model', () => {
  const split = leaveOneOut(logOf(fixture.histories, fixture.items));
  const raw = Float32Array.from(fixture.content);
  const content = centredContent(raw, contentMean(raw, fixture.items, fixture.dim));
  const { lambda, beta } = fixture;

  for (const [name, given, expected] of [
    ['with content', content, fixture.with_content],
    ['without content', undefined, fixture.id_only],
  ] as const)
    test(`${name} equal numpy's`, async () => {
      const inverse = await solveItems(interactionsOf(split), given, { lambda, beta }, { pool });
      const found = dense(strongestNeighbours(inverse, fixture.items));
      for (let i = 0; i < fixture.items; i++)
        for (let j = 0; j < fixture.items; j++)
          assert.ok(Math.abs(found[i][j] - Math.max(0, expected[i][j])) < 2e-6, `element ${i}, ${j}`);
    });

  test('reduced to 4 neighbours are the 4 largest of each row', async () => {
    const inverse = await solveItems(interactionsOf(split), content, { lambda, beta }, { pool });
    const { offsets, ids, values } = strongestNeighbours(inverse, 4);
    fixture.with_content.forEach((row, item) => {
      const expected = Array.from(row.keys())
        .filter((column) => row[column] > 0)
        .sort((a, b) => row[b] - row[a])
        .slice(0, 4);
      assert.deepEqual([...ids.subarray(offsets[item], offsets[item + 1])], expected);
      for (let k = offsets[item]; k < offsets[item + 1]; k++) assert.ok(Math.abs(values[k] - row[ids[k]]) < 2e-6);
    });
  });

  test('over several tiles solve their equation', async () => {
    const { log, content: text } = groupedLog({ users: 400, groups: 45, perGroup: 12 });
    const large = leaveOneOut(log);
    const items = log.itemIds.length;
    const rows = centredContent(text, contentMean(text, items, text.length / items));
    const inverse = await solveItems(interactionsOf(large), rows, { lambda: 5, beta: 2 }, { pool });
    assert.equal(inverse.tiles.length, 2);
    const dim = rows.length / items;
    const matrix = Array.from({ length: items }, (_, i) =>
      Array.from({ length: items }, (_, j) => {
        let sum = i === j ? 5 : 0;
        for (let k = 0; k < dim; k++) sum += 2 * rows[i * dim + k] * rows[j * dim + k];
        return sum;
      }),
    );
    const { offsets, rows: interacted } = interactionsOf(large);
    for (let user = 0; user + 1 < offsets.length; user++) {
      const own = interacted.subarray(offsets[user], offsets[user + 1]);
      for (const a of own) for (const b of own) matrix[a][b]++;
    }
    // A row of the inverse times the matrix is a row of the identity.
    for (const i of [0, 1, 511, 512, 539])
      for (let j = 0; j < items; j++) {
        let sum = 0;
        for (let k = 0; k < items; k++) sum += at(inverse, i, k) * matrix[k][j];
        assert.ok(Math.abs(sum - (i === j ? 1 : 0)) < 1e-5, `element ${i}, ${j}`);
      }
  });

  for (const settings of [
    { lambda: 0, beta: 1 },
    { lambda: Number.NaN, beta: 1 },
    { lambda: 1, beta: -1 },
    { lambda: 1, beta: Infinity },
  ])
    test(`λ = ${settings.lambda}, β = ${settings.beta} is refused`, async () => {
      await assert.rejects(
        solveItems(interactionsOf(split), content, settings, { pool }),
        (error) => errorCode(error) === 'OPTION_INVALID',
      );
    });

  test('0 neighbours per item are refused', () => {
    assert.throws(
      () => strongestNeighbours(createTiles(3), 0),
      (error) => errorCode(error) === 'OPTION_INVALID',
    );
  });
});

test('renumbered weights are the same weights in another order', async () => {
  const settings = { lambda: 5, beta: 2 };
  const { log } = groupedLog();
  const split = leaveOneOut(log);
  const items = log.itemIds.length;
  const neighbours = strongestNeighbours(await solveItems(interactionsOf(split), undefined, settings, { pool }), 6);
  const rowOf = Int32Array.from({ length: items }, (_, item) => (item === 3 ? -1 : items - item));
  const renumbered = renumberedRows(neighbours, rowOf, items + 1);
  for (const item of [0, 7, items - 1]) {
    const expected = new Map(
      [...rowMap(neighbours, item)].filter(([id]) => id !== 3).map(([id, value]) => [items - id, value]),
    );
    assert.deepEqual(rowMap(renumbered, items - item), expected);
  }
  assert.equal(rowMap(renumbered, items - 3).size, 0);
});
