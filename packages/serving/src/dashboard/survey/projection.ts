/**
 * The map: the two directions in which the text vectors differ most (principal components), by
 * subspace iteration over a sample. Without randomness: the same catalogue gives the same map.
 */
import { setImmediate as pause } from 'node:timers/promises';
import { dot } from '@lorekeep/core';
import type { VectorSpace } from './vector-space.ts';

/** Items on the map: more dots hide each other. */
const MAX_POINTS = 5_000;
const ITERATIONS = 30;
/** Items between two pauses: about a millisecond. */
const SLICE = 512;

export interface Projection {
  /** Rows of the space that are on the map, spread evenly over the catalogue. */
  rows: number[];
  x: Float32Array;
  y: Float32Array;
  /** Share of the variance of the sample. */
  explained: number;
  /** @param vector centred, of length 1 */
  place(vector: Float32Array): [x: number, y: number];
}

export async function projectSpace(space: VectorSpace): Promise<Projection> {
  const { size, dim } = space;
  const count = Math.min(size, MAX_POINTS);
  const rows = Array.from({ length: count }, (_, at) => Math.floor((at * size) / count));
  const sample: Float32Array[] = [];
  for (let from = 0; from < count; from += SLICE) {
    sample.push(...rows.slice(from, from + SLICE).map((row) => space.centred(row)));
    await pause();
  }
  const axes = [start(dim, 0), start(dim, 1)];
  for (let step = 0; step < ITERATIONS; step++) {
    const next = axes.map(() => new Float32Array(dim));
    for (const [row, vector] of sample.entries()) {
      axes.forEach((axis, at) => {
        const weight = dot(vector, 0, axis, 0, dim);
        for (let k = 0; k < dim; k++) next[at][k] += weight * vector[k];
      });
      if (row % SLICE === SLICE - 1) await pause();
    }
    orthonormalise(next);
    next.forEach((axis, at) => {
      axes[at] = axis;
    });
    await pause();
  }
  for (const axis of axes) fixSign(axis);
  const place = (vector: Float32Array): [number, number] => [
    dot(vector, 0, axes[0], 0, dim),
    dot(vector, 0, axes[1], 0, dim),
  ];
  const places = sample.map(place);
  const total = sample.reduce((sum, vector) => sum + dot(vector, 0, vector, 0, dim), 0);
  const kept = places.reduce((sum, [x, y]) => sum + x * x + y * y, 0);
  return {
    rows,
    x: Float32Array.from(places, ([x]) => x),
    y: Float32Array.from(places, ([, y]) => y),
    explained: total === 0 ? 0 : kept / total,
    place,
  };
}

/** Two starts that are no multiples of each other. */
const start = (dim: number, which: number) =>
  Float32Array.from({ length: dim }, (_, k) => Math.cos((k + 1) * (which + 1) * 0.7) / Math.sqrt(dim));

function orthonormalise(axes: readonly Float32Array[]): void {
  axes.forEach((axis, at) => {
    for (const former of axes.slice(0, at)) {
      const overlap = dot(axis, 0, former, 0, axis.length);
      for (let k = 0; k < axis.length; k++) axis[k] -= overlap * former[k];
    }
    const length = Math.hypot(...axis) || 1;
    for (let k = 0; k < axis.length; k++) axis[k] /= length;
  });
}

/** The direction of an axis is arbitrary: its largest number is positive. */
function fixSign(axis: Float32Array): void {
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  if (largest < 0) for (let k = 0; k < axis.length; k++) axis[k] = -axis[k];
}
