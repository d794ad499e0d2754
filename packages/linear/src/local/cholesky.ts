/** Cholesky factorisation of small positive definite matrices, in float64. */

/**
 * A = L·Lᵀ, in place of the lower half of A, two rows and two columns at a time: each number that
 * is read takes part in two products, which is 1.5 times as fast as one row at a time.
 *
 * In exact arithmetic every pivot is at least `least`. If it is below half of that, entries of A
 * were missing; the pivot becomes infinite, and the solution has a 0 there.
 *
 * @param stride distance of two rows
 */
export function factorise(a: Float64Array, count: number, stride: number, least: number): void {
  const root = (pivot: number) => (pivot < least / 2 ? Infinity : Math.sqrt(pivot));
  for (let i = 0; i < count; i += 2) {
    const row = i * stride;
    const next = i + 1 < count ? row + stride : row;
    for (let j = 0; j < i; j += 2) eliminate(a, row, next, j * stride, stride, j);
    a[row + i] = root(a[row + i] - products(a, row, row, i));
    if (next === row) return;
    const below = (a[next + i] - products(a, next, row, i)) / a[row + i];
    a[next + i] = below;
    a[next + i + 1] = root(a[next + i + 1] - products(a, next, next, i) - below * below);
  }
}

/** The elements of two rows in the columns j and j + 1. */
function eliminate(a: Float64Array, row: number, next: number, column: number, stride: number, j: number): void {
  const after = column + stride;
  let s00 = a[row + j];
  let s01 = a[row + j + 1];
  let s10 = a[next + j];
  let s11 = a[next + j + 1];
  for (let k = 0; k < j; k++) {
    const x0 = a[row + k];
    const x1 = a[next + k];
    const y0 = a[column + k];
    const y1 = a[after + k];
    s00 -= x0 * y0;
    s01 -= x0 * y1;
    s10 -= x1 * y0;
    s11 -= x1 * y1;
  }
  const below = a[after + j];
  s00 /= a[column + j];
  s10 /= a[column + j];
  a[next + j] = s10;
  a[next + j + 1] = (s11 - s10 * below) / a[after + j + 1];
  a[row + j] = s00;
  a[row + j + 1] = (s01 - s00 * below) / a[after + j + 1];
}

function products(a: Float64Array, row: number, other: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += a[row + k] * a[other + k];
  return sum;
}

/** Solves L·Lᵀ·x = b. */
export function substitute(l: Float64Array, count: number, stride: number, b: Float32Array, x: Float64Array): void {
  for (let i = 0; i < count; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= l[i * stride + k] * x[k];
    x[i] = sum / l[i * stride + i];
  }
  for (let i = count - 1; i >= 0; i--) {
    x[i] /= l[i * stride + i];
    for (let k = 0; k < i; k++) x[k] -= l[i * stride + k] * x[i];
  }
}
