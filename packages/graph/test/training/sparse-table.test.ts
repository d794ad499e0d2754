/**
 * Tables of which a step uses few rows: lazy Adam against PyTorch's SparseAdam and the dense
 * optimiser.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { createRandom } from '@lorekeep/core';
import {
  createSparseTable,
  createTrainer,
  distinctRows,
  namedArray,
  type Rows,
  type SparseTable,
  type TrainerOptions,
  tf,
} from '../../src/index.ts';
import { assertClose, randomArrays } from '../compare.ts';

const tableOf = (rows: number, dim: number, values: ArrayLike<number>): SparseTable =>
  createSparseTable({
    rows,
    dim,
    initial: (row, into) => into.set(Array.from({ length: dim }, (_, i) => values[row * dim + i])),
  });

const trainerOf = (options: Partial<TrainerOptions>) =>
  createTrainer({
    loss: () => tf.scalar(0),
    parameters: {},
    optimiser: { learningRate: 0.05, clipNorm: Number.POSITIVE_INFINITY },
    random: createRandom(1),
    threads: 1,
    ...options,
  });

describe('a sparse table', () => {
  it('matches PyTorch’s SparseAdam in every step, with any number of shards', async () => {
    const reference = JSON.parse(await readFile(new URL('../fixtures/sparse-adam.json', import.meta.url), 'utf8'));
    const { rows, dim, steps } = reference;
    for (const shards of [1, 5]) {
      const table = tableOf(rows, dim, reference.initial);
      const trainer = await trainerOf({
        shards,
        tables: { items: table },
        loss: (p, { positions, targets }) =>
          tf.mean(tf.squaredDifference(tf.gather(p.items, positions as never), targets)),
      });
      for (const { ids, targets, loss } of steps) {
        const distinct = distinctRows(Int32Array.from(ids));
        const batch = {
          positions: namedArray([ids.length], distinct.positions),
          targets: namedArray([ids.length, dim], Float32Array.from(targets)),
        };
        assert.ok(Math.abs((await trainer.step(batch, { items: distinct.rows })).loss - loss) < 1e-6);
      }
      await trainer.close();
      const all = table.gather(Int32Array.from({ length: rows }, (_, row) => row));
      assertClose(all, namedArray([rows, dim], Float32Array.from(reference.final)), 2e-6, 'table');
      assert.deepEqual([...all.data.slice(-dim)], [...Float32Array.from(reference.initial.slice(-dim))]);
    }
  });

  it('equals a dense parameter if every step names all rows, with clipping and a schedule', async () => {
    const initial = randomArrays({ table: { shape: [7, 4] }, w: { shape: [4, 2] } }, 3);
    const { table, w } = initial;
    const loss: TrainerOptions['loss'] = (p, { ids, y }) =>
      tf.mean(tf.squaredDifference(tf.matMul(tf.gather(p.table, ids as never), p.w), tf.mul(y, 9)));
    const optimiser = {
      learningRate: 0.05,
      weightDecay: 0.3,
      decays: (name: string) => name === 'w',
      clipNorm: 0.5,
      schedule: { kind: 'cosine', warmupSteps: 2, totalSteps: 8 },
    } as const;
    const sparse = tableOf(7, 4, table.data as Float32Array);
    const dense = await trainerOf({ loss, optimiser, parameters: initial });
    const lazy = await trainerOf({ loss, optimiser, parameters: { w }, tables: { table: sparse }, shards: 2 });
    const rows = Int32Array.from([3, 0, -1, 1, 6, 5, 2, 4]);
    for (let i = 0; i < 6; i++) {
      const batch = randomArrays({ ids: { shape: [10], dtype: 'int32', range: [0, 7] }, y: { shape: [10, 2] } }, i);
      const positions = { ...batch.ids, data: Int32Array.from(batch.ids.data as Int32Array, (id) => rows.indexOf(id)) };
      const one = await dense.step(batch);
      const other = await lazy.step({ ...batch, ids: positions }, { table: rows });
      for (const key of ['loss', 'gradientNorm', 'learningRate'] as const)
        assert.ok(Math.abs(one[key] - other[key]) < 1e-5 * Math.max(1, one[key]), `step ${i}: ${key}`);
    }
    const all = sparse.gather(Int32Array.from([0, 1, 2, 3, 4, 5, 6]));
    assertClose(all, dense.parameters().table, 1e-5, 'table');
    assertClose(lazy.parameters().w, dense.parameters().w, 1e-5, 'w');
    const gradients = (
      await lazy.gradients(
        { ids: namedArray([2], Int32Array.of(0, 1)), y: namedArray([2, 2], new Float32Array(4)) },
        { table: rows },
      )
    ).gradients;
    assert.deepEqual(gradients.table.shape, [8, 4]);
    await dense.close();
    await lazy.close();
  });

  it('uses memory only for the rows that steps name, out of ten million', async () => {
    const before = process.memoryUsage.rss();
    const table = createSparseTable({ rows: 10_000_000, dim: 64, initial: (row, into) => into.fill(row) });
    const trainer = await trainerOf({
      tables: { table },
      loss: (p, { y }) => tf.mean(tf.squaredDifference(p.table, y)),
    });
    const rows = Int32Array.from({ length: 64 }, (_, i) => i * 150_000 + 7);
    const y = namedArray([64, 64], new Float32Array(64 * 64));
    for (let i = 0; i < 3; i++) await trainer.step({ y }, { table: rows });
    await trainer.close();
    const moved = table.gather(Int32Array.of(7, 8)).data;
    assert.ok(moved[0] < 7 && moved[0] > 6.5);
    assert.equal(moved[64], 8);
    // All three arrays together have 7.7 GB.
    assert.ok(process.memoryUsage.rss() - before < 500e6);
  });

  it('resumes bit for bit from its saved arrays, and rejects those of another table', async () => {
    const loss: TrainerOptions['loss'] = (p, { y }) => tf.mean(tf.squaredDifference(p.table, y));
    const make = () =>
      tableOf(
        6,
        2,
        Float32Array.from({ length: 12 }, (_, i) => i / 10),
      );
    const y = namedArray([2, 2], Float32Array.of(1, 2, 3, 4));
    const stepsOf = async (table: SparseTable, state: { step: number } | undefined, from: number, to: number) => {
      const trainer = await trainerOf({ loss, tables: { table } });
      if (state) trainer.restore({ ...trainer.state(), ...state });
      for (let i = from; i < to; i++) await trainer.step({ y }, { table: Int32Array.of(i % 5, (i + 1) % 5) });
      const after = trainer.state();
      await trainer.close();
      return after;
    };
    const whole = make();
    await stepsOf(whole, undefined, 0, 6);
    const first = make();
    const state = await stepsOf(first, undefined, 0, 3);
    const second = make();
    second.restore(structuredClone(first.arrays()));
    await stepsOf(second, state, 3, 6);
    assert.deepEqual(second.arrays(), whole.arrays());
    const { m, ...others } = first.arrays();
    assert.throws(() => second.restore(others), { code: 'GRAPH_BAD_STATE' });
    assert.throws(() => second.restore({ ...others, m: namedArray([2, 6], m.data) }), { code: 'GRAPH_BAD_STATE' });
  });

  it('keeps its values if a step is not finite, and rejects invalid rows', async () => {
    const table = tableOf(4, 1, [1, 2, 3, 4]);
    const trainer = await trainerOf({ tables: { table }, loss: (p, { y }) => tf.sum(tf.mul(tf.log(y), p.table)) });
    const y = (value: number) => ({ y: namedArray([2, 1], new Float32Array(2).fill(value)) });
    const before = structuredClone(table.arrays().m);
    await assert.rejects(trainer.step(y(0), { table: Int32Array.of(0, 1) }), { code: 'GRAPH_NOT_FINITE' });
    assert.deepEqual(table.arrays().m, before);
    for (const rows of [
      {},
      { table: Int32Array.of(0, 4) },
      { table: Int32Array.of(-2, 1) },
      { table: Int32Array.of(1, 1) },
    ] as Rows[])
      await assert.rejects(trainer.step(y(2), rows), { code: 'GRAPH_BAD_FEED' });
    await assert.rejects(trainer.step(y(2), { table: Int32Array.of(0, 1), other: Int32Array.of(1) }), {
      code: 'GRAPH_BAD_FEED',
    });
    await trainer.step(y(2), { table: Int32Array.of(0, -1) });
    await trainer.close();
    for (const size of [
      { rows: 0, dim: 1 },
      { rows: 1, dim: 0.5 },
    ])
      assert.throws(() => createSparseTable(size), { code: 'GRAPH_BAD_OPTION' });
  });

  it('gets distinct rows, padded to one of few lengths', () => {
    const { rows, positions } = distinctRows(Int32Array.of(9, 4, 9, 9, 1, 7, 2));
    assert.deepEqual([...rows], [9, 4, 1, 7, 2, -1]);
    assert.deepEqual([...positions], [0, 1, 0, 0, 2, 3, 4]);
    assert.throws(() => distinctRows(Int32Array.of(1, 2, 3), 2), { code: 'GRAPH_BAD_FEED' });
  });
});
