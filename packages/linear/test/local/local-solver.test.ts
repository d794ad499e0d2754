/** Columns solved on their regressors, compared with an inverse in float64 and with ridge regression. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { centredContent, contentMean, createRandom, dot } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { CONTENT_DIM, groupedLog } from '@lorekeep/testing';
import { openLocalSolver } from '../../src/local/local-solver.ts';
import { neighbourRows } from '../../src/local/neighbour-rows.ts';
import type { Columns } from '../../src/local/shared-data.ts';
import { type GramSettings, type Interactions, interactionsOf } from '../../src/solve/gram.ts';
import { dense } from '../dense.ts';
import { gramOf, inverseOf, solutionOf } from './dense-solution.ts';

const { log, content: raw } = groupedLog();
const items = log.itemIds.length;
const random = createRandom(5);
const noisy = raw.map((value) => value + 0.3 * random.normal());
const centred = centredContent(noisy, contentMean(noisy, items, CONTENT_DIM));
const interactions = interactionsOf(leaveOneOut(log));
const settings = { lambda: 5, beta: 2 };

async function columnsOf(
  { regressors, threads = 1, rows }: { regressors: number; threads?: number; rows?: Int32Array },
  content: Float32Array | undefined = centred,
  { lambda, beta }: GramSettings = settings,
  x: Interactions = interactions,
): Promise<Columns> {
  const solver = await openLocalSolver(x, content, { regressors, threads });
  try {
    return await solver.solve({ lambda, beta }, rows);
  } finally {
    await solver.close();
  }
}

const near = (actual: number, expected: number, what: string, tolerance = 1e-5) =>
  assert.ok(Math.abs(actual - expected) < tolerance, `${what}: ${actual}, not ${expected}`);

describe('a column solved on its regressors', () => {
  test('is that of the inverse if all other items are regressors', async () => {
    const inverse = inverseOf(gramOf(interactions, centred, settings));
    const columns = await columnsOf({ regressors: items });
    const rows = dense(neighbourRows(columns, items, items));
    for (let item = 0; item < items; item++) {
      near(columns.diagonal[item], inverse[item][item], `P of ${item}`);
      for (let other = 0; other < items; other++) {
        const exact = item === other ? 0 : -inverse[other][item] / inverse[item][item];
        near(rows[other][item], Math.max(0, exact), `weight from ${other} to ${item}`);
      }
    }
  });

  test('is ridge regression on its regressors, which are the strongest of its texts and pairs', async () => {
    const gram = gramOf(interactions, centred, settings);
    const columns = await columnsOf({ regressors: 12 });
    for (const item of [0, 17, items - 1]) {
      const own = [...columns.ids.subarray(item * 12, item * 12 + columns.lengths[item])];
      const sizes = own.map((other) => Math.abs(gram[item][other]));
      assert.deepEqual(
        sizes,
        sizes.toSorted((a, b) => b - a),
      );
      const cosines = gramOf(
        { ...interactions, rows: new Int32Array(0), offsets: Uint32Array.of(0) },
        centred,
        settings,
      );
      const nearest = [...cosines[item].keys()]
        .filter((other) => other !== item)
        .sort((a, b) => cosines[item][b] - cosines[item][a])
        .slice(0, 12);
      const offered = new Set([...nearest, ...chosenWith(item)]);
      const strongest = [...offered].sort((a, b) => Math.abs(gram[item][b]) - Math.abs(gram[item][a])).slice(0, 12);
      assert.deepEqual(new Set(own), new Set(strongest));
      const weights = solutionOf(
        own.map((a) => own.map((b) => gram[a][b])),
        own.map((a) => gram[a][item]),
      );
      weights.forEach((weight, at) => {
        near(columns.weights[item * 12 + at], weight, `weight of ${own[at]}`);
      });
      const rest = own.reduce((sum, a, at) => sum - gram[a][item] * weights[at], gram[item][item]);
      near(columns.diagonal[item], 1 / rest, 'P');
    }
  });

  test('reads weights of events, and works without text', async () => {
    const values = Float32Array.from(interactions.rows, () => [0.5, 1, 3][random.int(3)]);
    const x = { ...interactions, values };
    const settingsWithout = { lambda: 5, beta: 0 };
    const gram = gramOf(x, undefined, settingsWithout);
    const columns = await columnsOf({ regressors: 5 }, undefined, settingsWithout, x);
    for (let item = 0; item < items; item++) {
      const own = [...columns.ids.subarray(item * 5, item * 5 + columns.lengths[item])];
      const weights = solutionOf(
        own.map((a) => own.map((b) => gram[a][b])),
        own.map((a) => gram[a][item]),
      );
      weights.forEach((weight, at) => {
        near(columns.weights[item * 5 + at], weight, `weight of ${own[at]}`);
      });
    }
  });

  test('does not depend on the number of threads, nor on which other columns are solved', async () => {
    const one = await columnsOf({ regressors: 12 });
    assert.deepEqual(await columnsOf({ regressors: 12, threads: 3 }), one);
    const rows = Int32Array.of(3, 40, 41);
    const some = await columnsOf({ regressors: 12, rows });
    rows.forEach((row, at) => {
      assert.deepEqual(some.weights.slice(at * 12, at * 12 + 12), one.weights.slice(row * 12, row * 12 + 12));
      assert.equal(some.diagonal[at], one.diagonal[row]);
    });
  });
});

/** Other items of the users of an item. */
function chosenWith(item: number): Set<number> {
  const found = new Set<number>();
  const { offsets, rows } = interactions;
  for (let user = 0; user + 1 < offsets.length; user++) {
    const own = rows.subarray(offsets[user], offsets[user + 1]);
    if (own.includes(item)) for (const other of own) if (other !== item) found.add(other);
  }
  return found;
}

test('texts in cells: most of the nearest are found, and all of a small catalogue', async () => {
  const count = 3000;
  const groups = Float32Array.from({ length: 30 * CONTENT_DIM }, () => random.normal());
  const content = Float32Array.from(
    { length: count * CONTENT_DIM },
    (_, at) => groups[(Math.floor(at / CONTENT_DIM) % 30) * CONTENT_DIM + (at % CONTENT_DIM)] + 0.3 * random.normal(),
  );
  const vectors = centredContent(content, contentMean(content, count, CONTENT_DIM));
  const x = { items: count, offsets: Uint32Array.of(0), rows: new Int32Array(0) };
  const nearestWith = async (exactItems: number) => {
    const solver = await openLocalSolver(x, vectors, { regressors: 10, threads: 2, exactItems });
    await solver.close();
    return solver.data.nearest!;
  };
  const exact = await nearestWith(count);
  for (const item of [0, 1, 2999]) {
    const cosines = Array.from({ length: count }, (_, other) =>
      dot(vectors, item * CONTENT_DIM, vectors, other * CONTENT_DIM, CONTENT_DIM),
    );
    cosines[item] = -1;
    const expected = cosines.toSorted((a, b) => b - a).slice(0, 10);
    expected.forEach((cosine, at) => {
      near(exact.cosines[item * 10 + at], cosine, `cosine ${at} of ${item}`);
    });
  }
  const inCells = await nearestWith(0);
  let found = 0;
  for (let item = 0; item < count; item++) {
    const own = new Set(exact.ids.subarray(item * 10, item * 10 + 10));
    for (const id of inCells.ids.subarray(item * 10, item * 10 + 10)) if (own.has(id)) found++;
  }
  assert.ok(found > 0.9 * exact.ids.length, `${found} of ${exact.ids.length}`);
});

test('bad options and numbers are refused, and a stopped solver ends', async () => {
  const x = interactions;
  await assert.rejects(openLocalSolver(x, centred, { regressors: 0 }), { code: 'OPTION_INVALID' });
  await assert.rejects(openLocalSolver(x, centred, { threads: 0.5 }), { code: 'OPTION_INVALID' });
  await assert.rejects(columnsOf({ regressors: 5 }, centred, { lambda: 0, beta: 1 }), { code: 'OPTION_INVALID' });
  await assert.rejects(columnsOf({ regressors: 5 }, centred, { lambda: 1, beta: -1 }), { code: 'OPTION_INVALID' });
  const endless = centred.map((value, at) => (at === 70 ? Infinity : value));
  await assert.rejects(columnsOf({ regressors: items }, endless), { code: 'LINEAR_NOT_DEFINITE' });
  const controller = new AbortController();
  const progress = () => controller.abort(new Error('enough'));
  await assert.rejects(openLocalSolver(x, centred, { progress, signal: controller.signal }), /enough/);
  const solver = await openLocalSolver(x, centred, { threads: 1 });
  await assert.rejects(solver.solve(settings, undefined, { signal: AbortSignal.abort(new Error('stop')) }), /stop/);
  await solver.close();
});
