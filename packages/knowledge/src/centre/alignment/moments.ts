/**
 * Sums over the entries that two versions share, from which a map is fitted and its residual
 * computed: no entry has to be kept.
 */

/** A: rows of the new version, B: rows of the former one. */
export interface Moments {
  rows: number;
  /** AᵀA, `[dim, dim]` */
  gram: Float64Array;
  /** AᵀB, `[dim, dim]` */
  cross: Float64Array;
  /** ‖B‖² */
  norm: number;
}

export const createMoments = (dim: number): Moments => ({
  rows: 0,
  gram: new Float64Array(dim * dim),
  cross: new Float64Array(dim * dim),
  norm: 0,
});

/** Adds a row of both versions, each `[dim]`. */
export function addRow(moments: Moments, a: Float32Array, b: Float32Array): void {
  const { gram, cross } = moments;
  const dim = a.length;
  moments.rows++;
  for (let j = 0; j < dim; j++) moments.norm += b[j] * b[j];
  for (let i = 0; i < dim; i++) {
    const value = a[i];
    if (value === 0) continue;
    for (let j = 0, at = i * dim; j < dim; j++, at++) {
      gram[at] += value * a[j];
      cross[at] += value * b[j];
    }
  }
}

/** ‖A·M − B‖ / ‖B‖. If B is zero: 0 for A·M = 0, else `UNBOUNDED`. */
export function residualOf({ gram, cross, norm }: Moments, map: Float64Array, dim: number): number {
  let squared = norm;
  const row = new Float64Array(dim);
  for (let i = 0; i < dim; i++) {
    row.fill(0);
    for (let k = 0; k < dim; k++) for (let j = 0; j < dim; j++) row[j] += gram[i * dim + k] * map[k * dim + j];
    for (let j = 0; j < dim; j++) squared += map[i * dim + j] * (row[j] - 2 * cross[i * dim + j]);
  }
  return relative(Math.max(0, squared), norm);
}

/** Above every residual that can be allowed; JSON has no infinity. */
export const UNBOUNDED = 1e9;

/** The root of a squared error relative to a squared norm. */
export function relative(squared: number, norm: number): number {
  if (norm > 0) return Math.sqrt(squared / norm);
  return squared > 0 ? UNBOUNDED : 0;
}
