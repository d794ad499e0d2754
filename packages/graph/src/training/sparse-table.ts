/**
 * Tables too large to pass to a graph at every step: rows are gathered here, trained in the graph as an array of their
 * own, and scattered back by lazy Adam. Only rows that a batch names cost anything, time and memory alike: a row never
 * named is not even made, because the operating system hands out pages when they are first written.
 *
 * Lazy means that moments decay when a row is touched, not between (as in PyTorch's SparseAdam): for rows that every
 * batch names it is Adam itself. Bias corrections count all steps. Rows do not decay.
 */

import { type Arrays, dataFits, type NamedArray, namedArray } from '../arrays.ts';
import { badFeed, badOption, badState } from '../errors.ts';
import { bucketLength } from '../runtime/session.ts';
import { ADAMW_DEFAULTS, type AdamWOptions } from './adamw.ts';

export interface SparseTableOptions {
  /** 1 to 2³¹ − 1. */
  rows: number;
  /** Width of a row. */
  dim: number;
  /**
   * Writes the initial values of a row, asked for when the row is first needed and in no particular order: they must
   * follow from the row's number alone. Default: zeros.
   */
  initial?: (row: number, into: Float32Array) => void;
}

/** Ten million rows of 64 take at most 7.7 GB with both moments, less while some have not been touched. */
export interface SparseTable {
  readonly rows: number;
  readonly dim: number;
  /**
   * Copies of rows, `[ids.length, dim]`; −1 gives zeros.
   *
   * @throws LorekeepError `GRAPH_BAD_FEED` for an id outside the table
   */
  gather(ids: Int32Array): NamedArray;
  /**
   * What there is to save: `parameter`, `m`, `v` `[rows, dim]`, and `made [rows]`, 1 for rows that have been needed.
   * Not copies.
   */
  arrays(): Arrays;
  /** @throws LorekeepError `GRAPH_BAD_STATE` if names or shapes differ; nothing is changed then */
  restore(arrays: Arrays): void;
}

export interface LazyAdamStep {
  /** Steps done before this one. */
  step: number;
  learningRate: number;
  /** What gradients are multiplied by: below 1 where the global norm is clipped. */
  clip: number;
}

/** A table that the trainer can write to. */
export interface WritableTable extends SparseTable {
  /** @param gradient `[ids.length, dim]`; ids differ from each other, −1 stands for none */
  apply(ids: Int32Array, gradient: Float32Array, optimiser: AdamWOptions, at: LazyAdamStep): void;
}

/** @throws LorekeepError `GRAPH_BAD_OPTION` */
export function createSparseTable({ rows, dim, initial }: SparseTableOptions): SparseTable {
  const check = (name: string, value: number, most: number) => {
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw badOption(`table.${name}`, `must be an integer from 1 to ${most}, not ${value}`);
  };
  check('rows', rows, 2 ** 31 - 1);
  check('dim', dim, 65_536);
  const parameter = new Float32Array(rows * dim);
  const m = new Float32Array(rows * dim);
  const v = new Float32Array(rows * dim);
  const made = new Uint8Array(rows);

  function make(row: number): void {
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
        if (row < -1 || row >= rows) throw badFeed('a table', `has ${rows} rows, none with the number ${row}`);
        if (row < 0) continue;
        make(row);
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
      for (const [name, { shape, dtype }] of Object.entries(own)) {
        const given = arrays[name];
        if (given === undefined) throw badState(`the table lacks "${name}"`);
        if (given.dtype !== dtype || String(given.shape) !== String(shape) || !dataFits(dtype, given.data))
          throw badState(`the table has "${name}" as ${given.dtype} [${given.shape}], not ${dtype} [${shape}]`);
      }
      for (const [name, { data }] of Object.entries(own)) (data as Float32Array).set(arrays[name].data as Float32Array);
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

/**
 * The rows that a batch names, each once, and where in that list each id stands: what `trainer.step` takes as rows, and
 * what the batch carries instead of ids. The list is filled up with −1 to one of few lengths, so that few graphs serve.
 *
 * @param most longest list; default as long as `ids`
 * @throws LorekeepError `GRAPH_BAD_FEED` where `ids` has more than `most` different ones
 */
export function distinctRows(ids: Int32Array, most = ids.length): { rows: Int32Array; positions: Int32Array } {
  const places = new Map<number, number>();
  const positions = new Int32Array(ids.length);
  for (const [i, id] of ids.entries()) {
    let place = places.get(id);
    if (place === undefined) places.set(id, (place = places.size));
    positions[i] = place;
  }
  if (places.size > most) throw badFeed('ids', `names ${places.size} different rows, at most ${most} are allowed`);
  const rows = new Int32Array(bucketLength(Math.max(1, places.size), Math.max(1, most))).fill(-1);
  for (const [id, place] of places) rows[place] = id;
  return { rows, positions };
}
