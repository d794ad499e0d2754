/** Small dense vectors of meaning, changed in place. */
import type { Random } from '@lorekeep/core';

/** Width of every meaning vector. */
export const MEANING_DIM = 32;

/** A unit vector of uniformly random direction. */
export function randomDirection(random: Random): Float32Array {
  const vector = new Float32Array(MEANING_DIM);
  for (let i = 0; i < MEANING_DIM; i++) vector[i] = random.normal();
  return normalise(vector);
}

export function addScaled(target: Float32Array, source: Float32Array, scale: number): void {
  for (let i = 0; i < target.length; i++) target[i] += scale * source[i];
}

/** Scales to unit length in place and returns its argument. */
export function normalise(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] *= scale;
  return vector;
}

/** Inner product of two rows of a `[rows × MEANING_DIM]` matrix. */
export function rowProduct(matrix: Float32Array, a: number, b: number): number {
  let product = 0;
  for (let i = 0; i < MEANING_DIM; i++) product += matrix[a * MEANING_DIM + i] * matrix[b * MEANING_DIM + i];
  return product;
}
