/**
 * The text vectors of the catalogue in memory, at 8 bits a number, for exact neighbours and for the
 * map. A hundred thousand items of 384 numbers take 38 MB. The rounding changes a cosine by less
 * than .01.
 */
import { setImmediate as pause } from 'node:timers/promises';
import { createTopK, dot } from '@lorekeep/core';

/** Numbers that are read between two pauses: about a millisecond. */
const SLICE = 500_000;

export interface VectorSpace {
  readonly dim: number;
  readonly size: number;
  /** `[dim]` of all rows. */
  readonly mean: Float32Array;
  /** The row, centred, of length 1; zeros for a row that is the mean. */
  centred(row: number): Float32Array;
  /**
   * Cosines with every row, both centred. `[size]`
   * @param query of any length, not centred
   */
  similarities(query: Float32Array): Promise<Float32Array>;
}

export interface VectorSpaceBuilder {
  readonly size: number;
  /** @param vector of any length but 0 */
  add(vector: Float32Array): void;
  finish(): Promise<VectorSpace>;
}

export function buildVectorSpace(dim: number, expected: number): VectorSpaceBuilder {
  let bytes = new Int8Array(Math.max(1, expected) * dim);
  let scales = new Float32Array(Math.max(1, expected));
  const sum = new Float64Array(dim);
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(vector) {
      if (size === scales.length) {
        bytes = grown(bytes, new Int8Array(2 * bytes.length));
        scales = grown(scales, new Float32Array(2 * scales.length));
      }
      const length = lengthOf(vector) || 1;
      let largest = 0;
      for (const value of vector) largest = Math.max(largest, Math.abs(value));
      const step = largest / 127 || 1;
      for (let k = 0; k < dim; k++) {
        bytes[size * dim + k] = Math.round(vector[k] / step);
        sum[k] += vector[k] / length;
      }
      scales[size++] = step / length;
    },
    finish: () =>
      vectorSpace(
        dim,
        bytes.subarray(0, size * dim),
        scales.subarray(0, size),
        Float32Array.from(sum, (value) => value / Math.max(1, size)),
      ),
  };
}

function grown<T extends Int8Array | Float32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

async function vectorSpace(
  dim: number,
  bytes: Int8Array,
  scales: Float32Array,
  mean: Float32Array,
): Promise<VectorSpace> {
  const size = scales.length;
  const rowsPerSlice = Math.max(1, Math.floor(SLICE / dim));

  /** Inner products of every row with a vector. */
  async function products(vector: Float32Array): Promise<Float32Array> {
    const result = new Float32Array(size);
    for (let from = 0; from < size; from += rowsPerSlice) {
      const to = Math.min(size, from + rowsPerSlice);
      for (let row = from; row < to; row++) {
        let sum = 0;
        for (let k = 0, at = row * dim; k < dim; k++, at++) sum += vector[k] * bytes[at];
        result[row] = sum * scales[row];
      }
      if (to < size) await pause();
    }
    return result;
  }

  const withMean = await products(mean);
  const meanSquare = mean.reduce((sum, value) => sum + value * value, 0);
  /** |x − m|² for |x| = 1. */
  const rest = (product: number) => Math.max(0, 1 - 2 * product + meanSquare);

  return {
    dim,
    size,
    mean,
    centred(row) {
      const result = new Float32Array(dim);
      for (let k = 0; k < dim; k++) result[k] = bytes[row * dim + k] * scales[row] - mean[k];
      const length = lengthOf(result);
      return length < 1e-4 ? result.fill(0) : result.map((value) => value / length);
    },
    async similarities(query) {
      const length = lengthOf(query) || 1;
      const unit = query.map((value) => value / length);
      const own = unit.reduce((sum, value, k) => sum + value * mean[k], 0);
      const found = await products(unit);
      const ownRest = rest(own);
      return found.map((product, row) => {
        const scale = Math.sqrt(ownRest * rest(withMean[row]));
        return scale < 1e-4 ? 0 : Math.min(1, Math.max(-1, (product - own - withMean[row] + meanSquare) / scale));
      });
    },
  };
}

const lengthOf = (vector: Float32Array) => Math.sqrt(dot(vector, 0, vector, 0, vector.length));

/** @returns the rows with the largest values, largest first */
export function largest(values: Float32Array, k: number, isLeftOut: (row: number) => boolean = () => false): number[] {
  const top = createTopK(k);
  for (let row = 0; row < values.length; row++) if (!isLeftOut(row)) top.offer(row, values[row]);
  return Array.from(top.best().keys);
}
