/** The closed form: the blocked inverse against Gauss–Jordan in float64, its weights against numpy, its ranks against the graph's. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import type { SparseRows } from '@lorekeep/core';
import { centredContent, contentMean, createRandom, createTopK, errorCode } from '@lorekeep/core';
import {
  createRankEvaluator,
  createScorer,
  evaluationCases,
  leaveOneOut,
  rankByNeighbours,
} from '@lorekeep/evaluation';
import { createMatmulPool } from '@lorekeep/graph';
import { groupedLog, logOf } from '@lorekeep/testing';
import { type TwinFactors, twinFactors } from '../src/factors/twin-factors.ts';
import { interactionsOf } from '../src/solve/gram.ts';
import { invertTiles } from '../src/solve/inverse.ts';
import { strongestNeighbours } from '../src/solve/neighbours.ts';
import { solveItems } from '../src/solve/solve.ts';
import { addAt, at, createTiles, type SymmetricTiles } from '../src/solve/tiles.ts';

const pool = createMatmulPool(2);
after(() => pool.close());

/** Gauss–Jordan with row exchange, float64. */
function gaussJordan(matrix: number[][]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[best][k])) best = i;
    [rows[k], rows[best]] = [rows[best], rows[k]];
    const pivot = rows[k][k];
    for (let j = 0; j < 2 * n; j++) rows[k][j] /= pivot;
    for (let i = 0; i < n; i++) {
      const factor = rows[i][k];
      if (i === k || factor === 0) continue;
      for (let j = 0; j < 2 * n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return rows.map((row) => row.slice(n));
}

function positiveDefinite(n: number, block: number, seed = 3) {
  const random = createRandom(seed);
  const factors = Array.from({ length: n }, () => Array.from({ length: n }, () => random.normal()));
  const matrix = factors.map((a, i) =>
    factors.map((b, j) => a.reduce((sum, value, k) => sum + value * b[k], i === j ? n : 0)),
  );
  const tiles = createTiles(n, block);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) addAt(tiles, i, j, matrix[i][j]);
  return { matrix, tiles };
}

describe('the blocked inverse', () => {
  for (const [n, block] of [
    [1, 1],
    [12, 12],
    [30, 10],
    [61, 8],
  ])
    test(`of ${n} rows in tiles of ${block} is the inverse`, async () => {
      const { matrix, tiles } = positiveDefinite(n, block);
      const expected = gaussJordan(matrix);
      const stages: number[] = [];
      await invertTiles(tiles, pool, { progress: ({ done }) => stages.push(done) });
      const largest = Math.max(...expected.flat().map(Math.abs));
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++)
          assert.ok(Math.abs(at(tiles, i, j) - expected[i][j]) < 3e-6 * largest, `element ${i}, ${j}`);
      assert.equal(stages.at(-1), Math.ceil(n / block));
    });

  test('a matrix that is not positive definite is refused', async () => {
    const tiles = createTiles(4, 2);
    for (let row = 0; row < 4; row++) addAt(tiles, row, row, row === 2 ? -1 : 1);
    await assert.rejects(invertTiles(tiles, pool), (error) => errorCode(error) === 'LINEAR_NOT_DEFINITE');
  });

  test('can be stopped', async () => {
    const { tiles } = positiveDefinite(30, 10);
    const controller = new AbortController();
    const progress = () => controller.abort(new Error('enough'));
    await assert.rejects(invertTiles(tiles, pool, { progress, signal: controller.signal }), /enough/);
  });
});

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
const fixture = JSON.parse(readFileSync(new URL('./fixtures/ease.json', import.meta.url), 'utf8')) as Fixture;

const dense = ({ items, offsets, ids, values }: SparseRows) => {
  const b = Array.from({ length: items }, () => new Array<number>(items).fill(0));
  for (let row = 0; row < items; row++)
    for (let k = offsets[row]; k < offsets[row + 1]; k++) b[row][ids[k]] = values[k];
  return b;
};

describe('the weights of the linear model', () => {
  const split = leaveOneOut(logOf(fixture.histories, fixture.items));
  const raw = Float32Array.from(fixture.content);
  const content = centredContent(raw, contentMean(raw, fixture.items, fixture.dim));
  const { lambda, beta } = fixture;

  for (const [name, given, expected] of [
    ['with content', content, fixture.with_content],
    ['of events alone', undefined, fixture.id_only],
  ] as const)
    test(`${name} are numpy's`, async () => {
      const inverse = await solveItems(interactionsOf(split), given, { lambda, beta }, { pool });
      const found = dense(strongestNeighbours(inverse, fixture.items));
      for (let i = 0; i < fixture.items; i++)
        for (let j = 0; j < fixture.items; j++)
          assert.ok(Math.abs(found[i][j] - Math.max(0, expected[i][j])) < 2e-6, `element ${i}, ${j}`);
    });

  test('cut to 4 neighbours are the 4 largest of each row', async () => {
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

  test('in several tiles solve their equation', async () => {
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
    const { offsets, rows: chosen } = interactionsOf(large);
    for (let user = 0; user + 1 < offsets.length; user++) {
      const own = chosen.subarray(offsets[user], offsets[user + 1]);
      for (const a of own) for (const b of own) matrix[a][b]++;
    }
    // Rows of the inverse times the matrix are rows of the identity.
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

  test('no neighbours at all are refused', () => {
    assert.throws(
      () => strongestNeighbours(createTiles(3), 0),
      (error) => errorCode(error) === 'OPTION_INVALID',
    );
  });
});

describe('a history scored by its neighbours', () => {
  const { log } = groupedLog();
  const split = leaveOneOut(log);
  const asked = evaluationCases(split, 'test');
  const settings = { decay: 0.7, maxHistory: 3 };
  let inverse: SymmetricTiles;
  const cut = async () => {
    inverse ??= await solveItems(interactionsOf(split), undefined, { lambda: 3, beta: 0 }, { pool });
    return strongestNeighbours(inverse, 5);
  };

  test('ranks as a full ranking of the same scores does', async () => {
    const neighbours = await cut();
    const b = dense(neighbours);
    const items = log.itemIds.length;
    const scores = new Float32Array(asked.length * items);
    asked.forEach(({ history }, user) => {
      const recent = history.slice(-3);
      recent.forEach((item, place) => {
        for (let i = 0; i < items; i++)
          scores[user * items + i] += Math.fround(0.7 ** (recent.length - 1 - place) * b[item][i]);
      });
    });
    const ranker = createRankEvaluator({ threads: 1 });
    const expected = await ranker.rankScores(scores, asked);
    await ranker.close();
    const found = rankByNeighbours(neighbours, asked, settings);
    // Sums in another order may tie or part what is equal but for rounding: nowhere here by more than one place.
    const off = (a: Float64Array, c: Float64Array) => a.filter((rank, user) => Math.abs(rank - c[user]) > 0.5).length;
    assert.ok(off(found.seenIncluded, expected.seenIncluded) <= 1);
    assert.ok(off(found.seenExcluded, expected.seenExcluded) <= 1);
    assert.equal(found.width, 10);
    assert.equal(found.top[0], expected.top[0]);
  });

  test('names each item once, whatever was asked before', async () => {
    const scorer = createScorer(await cut());
    const [first, second] = [asked[0].history, asked[1].history];
    const before = {
      items: [...scorer.score(first, settings).items],
      scores: [...scorer.score(first, settings).scores],
    };
    scorer.score(second, settings);
    const { items, scores } = scorer.score(first, settings);
    assert.deepEqual({ items: [...items], scores: [...scores] }, before);
    assert.equal(new Set(items).size, items.length);
    assert.equal(scorer.of(items[0]), scores[0]);
  });

  test('an item without neighbours says nothing, a row that is none is refused', async () => {
    const scorer = createScorer(await cut());
    assert.equal(scorer.score([-1], settings).items.length, 0);
    assert.throws(
      () => scorer.score([log.itemIds.length], settings),
      (error) => errorCode(error) === 'EVALUATION_INPUT_INVALID',
    );
  });
});

test('the largest are seenIncluded in order, the lower id first of equals', () => {
  const random = createRandom(9);
  const values = Float32Array.from({ length: 200 }, () => Math.round(20 * random.next()) / 20);
  const largest = createTopK(12);
  values.forEach((value, id) => {
    if (value > largest.least) largest.offer(id, value);
  });
  const ids = new Int32Array(12);
  const seenIncluded = new Float32Array(12);
  assert.equal(largest.drain(ids, seenIncluded, 0), 12);
  const expected = Array.from(values)
    .sort((a, b) => b - a)
    .slice(0, 12);
  assert.deepEqual([...seenIncluded], expected);
  for (const [place, id] of ids.entries()) assert.equal(values[id], seenIncluded[place]);
});

describe('the twin-tower form', () => {
  const { log, content } = groupedLog();
  const items = log.itemIds.length;
  const interactions = interactionsOf(leaveOneOut(log));
  const centred = centredContent(content, contentMean(content, items, content.length / items));
  const settings = { lambda: 5, beta: 2 };
  const score = ({ inputs, vectors, rank }: TwinFactors, from: number, to: number) => {
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += inputs[from * rank + k] * vectors[to * rank + k];
    return sum;
  };

  test('at full rank is the exact model off the diagonal, and nearer to it the higher the rank', async () => {
    const inverse = await solveItems(interactions, centred, settings, { pool });
    const errors: number[] = [];
    for (const rank of [4, 16, items]) {
      const twin = await twinFactors(interactions, centred, settings, { rank, threads: 1 });
      assert.equal(twin.rank, rank);
      let worst = 0;
      for (let i = 0; i < items; i++)
        for (let j = 0; j < items; j++)
          if (i !== j) worst = Math.max(worst, Math.abs(score(twin, i, j) + at(inverse, i, j) / at(inverse, j, j)));
      errors.push(worst);
    }
    assert.ok(errors[0] > errors[1] && errors[1] > errors[2], String(errors));
    assert.ok(errors[2] < 1e-5, String(errors));
  });

  test('is the same for the same seed, can be stopped, and refuses a rank that is none', async () => {
    const options = { rank: 5, threads: 1, seed: 7 };
    const twin = await twinFactors(interactions, undefined, { lambda: 5, beta: 0 }, options);
    assert.deepEqual(await twinFactors(interactions, undefined, { lambda: 5, beta: 0 }, options), twin);
    const controller = new AbortController();
    const progress = () => controller.abort(new Error('enough'));
    await assert.rejects(
      twinFactors(interactions, centred, settings, { ...options, progress, signal: controller.signal }),
      /enough/,
    );
    for (const rank of [0, 2049, 1.5])
      await assert.rejects(
        twinFactors(interactions, centred, settings, { rank }),
        (error) => errorCode(error) === 'OPTION_INVALID',
      );
  });
});
