/**
 * Tables that are too large to pass to a graph in every step. Rows are gathered here, trained in
 * the graph as an array of their own, and updated here by lazy Adam. Only rows that a batch names
 * cost time and memory: other rows are not initialised, and the operating system allocates a page
 * of memory when it is first written.
 *
 * Lazy means that the moments of a row decay only in steps that name it (as in PyTorch's
 * SparseAdam). For rows that every batch names, lazy Adam is Adam. Bias corrections count all
 * steps. Rows have no weight decay.
 */
import { type Arrays, copyValues, dataFits, mapValues, type NamedArray, namedArray } from '../arrays.ts';
import { errors } from '../errors.ts';
import { bucketLength } from '../runtime/bucket-length.ts';
import { ADAMW_DEFAULTS, type AdamWOptions } from './adamw.ts';

export interface SparseTableOptions {
  /** 1 to 2³¹ − 1. */
  rows: number;
  /** Width of a row. */
  dim: number;
  /**
   * Writes the initial values of a row. It is called when the row is first used, so the order of
   * the calls is arbitrary and the values may depend only on the row number. Default: zeros.
   */
  initial?: (row: number, into: Float32Array) => void;
}

/** Ten million rows of 64 numbers take at most 7.7 GB with both moments; unused rows take none. */
export interface SparseTable {
  readonly rows: number;
  readonly dim: number;
  /**
   * Copies of rows, `[ids.length, dim]`; −1 gives zeros.
   *
   * @throws LorekeepError `GRAPH_BAD_FEED` for an id outside of the table
   */
  gather(ids: Int32Array): NamedArray;
  /**
   * The state to save: `parameter`, `m`, `v` `[rows, dim]`, and `made [rows]`, 1 for initialised
   * rows. Not copies.
   */
  arrays(): Arrays;
  /** @throws LorekeepError `GRAPH_BAD_STATE` if names or shapes differ; then nothing has changed */
  restore(arrays: Arrays): void;
}

export interface LazyAdamStep {
  /** Number of completed steps. */
  step: number;
  learningRate: number;
  /** Factor of the gradients: below 1 if the global norm is clipped. */
  clip: number;
}

/** The trainer's view of a table. */
export interface WritableTable extends SparseTable {
  /**
   * Updates rows by lazy Adam.
   *
   * @param ids distinct rows; −1 is an empty entry
   * @param gradient `[ids.length, dim]`
   */
  apply(ids: Int32Array, gradient: Float32Array, optimiser: AdamWOptions, at: LazyAdamStep): void;
}

/** @throws LorekeepError `GRAPH_BAD_OPTION` */
export function createSparseTable({ rows, dim, initial }: SparseTableOptions): SparseTable {
  checkSize('rows', rows, 2 ** 31 - 1);
  checkSize('dim', dim, 65_536);
  const parameter = new Float32Array(rows * dim);
  const m = new Float32Array(rows * dim);
  const v = new Float32Array(rows * dim);
  const made = new Uint8Array(rows);

  function initialise(row: number): void {
    if (made[row] !== 0) return;
    made[row] = 1;
    initial?.(row, parameter.subarray(row * dim, (row + 1) * dim));
  }

  const table: WritableTable = {
    rows,
    dim,
    gather(ids) {
      const data = new Float32Array(ids.length * dim);
      for (const [i, row] of ids.entries()) {
        if (row < -1 || row >= rows)
          throw errors.GRAPH_BAD_FEED({ name: 'rows', problem: `contains ${row}, but the table has ${rows} rows` });
        if (row < 0) continue;
        initialise(row);
        data.set(parameter.subarray(row * dim, (row + 1) * dim), i * dim);
      }
      return namedArray([ids.length, dim], data);
    },
    arrays: () => ({
      parameter: namedArray([rows, dim], parameter),
      m: namedArray([rows, dim], m),
      v: namedArray([rows, dim], v),
      made: namedArray([rows], made, 'uint8'),
    }),
    restore(arrays) {
      const own = table.arrays();
      checkSame(own, arrays);
      copyValues(own, arrays);
    },
    apply(ids, gradient, optimiser, { step, learningRate, clip }) {
      const { beta1, beta2, epsilon } = { ...ADAMW_DEFAULTS, ...optimiser };
      const correction2 = Math.sqrt(1 - beta2 ** (step + 1));
      const stepSize = (learningRate * correction2) / (1 - beta1 ** (step + 1));
      const stepEpsilon = epsilon * correction2;
      for (let i = 0; i < ids.length; i++) {
        if (ids[i] < 0) continue;
        const first = ids[i] * dim;
        for (let j = 0; j < dim; j++) {
          const g = gradient[i * dim + j] * clip;
          const at = first + j;
          m[at] = beta1 * m[at] + (1 - beta1) * g;
          v[at] = beta2 * v[at] + (1 - beta2) * g * g;
          parameter[at] -= (stepSize * m[at]) / (Math.sqrt(v[at]) + stepEpsilon);
        }
      }
    },
  };
  return table;
}

function checkSize(name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  throw errors.GRAPH_BAD_OPTION({
    name: `table.${name}`,
    problem: `must be an integer from 1 to ${max}, not ${value}`,
  });
}

function checkSame(own: Arrays, given: Arrays): void {
  for (const [name, { shape, dtype }] of Object.entries(own)) {
    const array = given[name];
    if (array === undefined) throw errors.GRAPH_BAD_STATE({ problem: `the table lacks "${name}"` });
    if (array.dtype !== dtype || String(array.shape) !== String(shape) || !dataFits(dtype, array.data))
      throw errors.GRAPH_BAD_STATE({
        problem: `the table has "${name}" as ${array.dtype} [${array.shape}], not ${dtype} [${shape}]`,
      });
  }
}

/**
 * Gathers the rows of one step from all tables.
 *
 * @throws LorekeepError `GRAPH_BAD_FEED` if `rows` does not name distinct rows of every table
 */
export function gatherRows(tables: Record<string, SparseTable>, rows: Record<string, Int32Array>): Arrays {
  for (const name of Object.keys(rows))
    if (!(name in tables)) throw errors.GRAPH_BAD_FEED({ name, problem: 'has rows but is not a table' });
  return mapValues(tables, (table, name) => {
    const ids = rows[name];
    if (ids === undefined) throw errors.GRAPH_BAD_FEED({ name, problem: 'is a table, so the step must name its rows' });
    const real = ids.filter((id) => id >= 0);
    if (new Set(real).size < real.length)
      throw errors.GRAPH_BAD_FEED({ name, problem: 'has the same row twice in one step' });
    return table.gather(ids);
  });
}

/**
 * The distinct rows that a batch names, and the position of each id among them. `trainer.step`
 * takes the rows; the batch contains the positions instead of the ids. The rows are padded with −1
 * to one of few lengths, so that few graphs are compiled.
 *
 * @param limit maximum number of rows. Default: `ids.length`.
 * @throws LorekeepError `GRAPH_BAD_FEED` if `ids` contains more than `limit` distinct rows
 */
export function distinctRows(ids: Int32Array, limit = ids.length): { rows: Int32Array; positions: Int32Array } {
  const positionOf = new Map<number, number>();
  const positions = new Int32Array(ids.length);
  for (const [i, id] of ids.entries()) {
    let position = positionOf.get(id);
    if (position === undefined) positionOf.set(id, (position = positionOf.size));
    positions[i] = position;
  }
  if (positionOf.size > limit)
    throw errors.GRAPH_BAD_FEED({
      name: 'ids',
      problem: `contains ${positionOf.size} distinct rows, but the limit is ${limit}`,
    });
  const rows = new Int32Array(bucketLength(Math.max(1, positionOf.size), Math.max(1, limit))).fill(-1);
  for (const [id, position] of positionOf) rows[position] = id;
  return { rows, positions };
}
