/**
 * Truncated singular value decomposition of a sparse matrix by a randomised range finder with power
 * iterations (Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.1). Only the right singular
 * vectors are computed. Sums are in double precision. Everything runs in one thread in a fixed
 * order, so equal input gives equal output.
 */
import type { Random } from '@lorekeep/core';

/**
 * Compressed sparse rows: row `i` has the values and columns in the range
 * `[offsets[i], offsets[i + 1])`.
 */
export interface SparseMatrix {
  columnCount: number;
  offsets: Uint32Array;
  columns: Uint32Array;
  values: Float32Array;
}

const OVERSAMPLING = 16;
const POWER_ITERATIONS = 1;
/** Weaker directions, relative to the strongest, are rounding errors. */
const RANK_TOLERANCE = 1e-10;

/** `[columnCount × rank]`, strongest direction first; columns beyond the matrix's rank are zero. */
export function rightSingularVectors(matrix: SparseMatrix, rank: number, random: Random): Float32Array {
  const rows = matrix.offsets.length - 1;
  const { columnCount } = matrix;
  const width = Math.min(rank + OVERSAMPLING, rows, columnCount);
  const probe = new Float64Array(columnCount * width).map(() => random.normal());
  let range = times(matrix, probe, width);
  orthonormalise(range, width);
  for (let iteration = 0; iteration < POWER_ITERATIONS; iteration++) {
    range = times(matrix, transposeTimes(matrix, range, width), width);
    orthonormalise(range, width);
  }
  // B = QᵀA. The eigenvectors of BBᵀ = Qᵀ(A(AᵀQ)) turn it into right singular vectors: V =
  // BᵀUΛ^(-1/2).
  const projected = transposeTimes(matrix, range, width);
  const { values, vectors } = symmetricEigen(product(range, times(matrix, projected, width), width), width);
  const order = [...values.keys()].sort((a, b) => values[b] - values[a]).slice(0, rank);
  const used = order.filter((index) => values[index] > RANK_TOLERANCE * values[order[0]]);
  const rotation = new Float64Array(width * used.length);
  for (let i = 0; i < width; i++)
    for (let j = 0; j < used.length; j++)
      rotation[i * used.length + j] = vectors[used[j] * width + i] / Math.sqrt(values[used[j]]);

  const kept = new Float32Array(columnCount * rank);
  const sums = new Float64Array(used.length);
  for (let column = 0; column < columnCount; column++) {
    sums.fill(0);
    for (let i = 0; i < width; i++) {
      const value = projected[column * width + i];
      for (let j = 0, from = i * used.length; j < used.length; j++) sums[j] += value * rotation[from + j];
    }
    kept.set(sums, column * rank);
  }
  return kept;
}

/** `A · dense`, dense `[columnCount × width]` → `[rows × width]`. */
function times({ offsets, columns, values }: SparseMatrix, dense: Float64Array, width: number): Float64Array {
  const result = new Float64Array((offsets.length - 1) * width);
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let at = offsets[row]; at < offsets[row + 1]; at++) {
      const from = columns[at] * width;
      const value = values[at];
      for (let j = 0, to = row * width; j < width; j++) result[to + j] += value * dense[from + j];
    }
  }
  return result;
}

/** `Aᵀ · dense`, dense `[rows × width]` → `[columnCount × width]`. */
function transposeTimes(matrix: SparseMatrix, dense: Float64Array, width: number): Float64Array {
  const { columnCount, offsets, columns, values } = matrix;
  const result = new Float64Array(columnCount * width);
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let at = offsets[row]; at < offsets[row + 1]; at++) {
      const to = columns[at] * width;
      const value = values[at];
      for (let j = 0, from = row * width; j < width; j++) result[to + j] += value * dense[from + j];
    }
  }
  return result;
}

/** `XᵀY`, which must be symmetric, `[width × width]`. */
function product(x: Float64Array, y: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(width * width);
  for (let row = 0; row < x.length; row += width) {
    for (let i = 0; i < width; i++) {
      const value = x[row + i];
      for (let j = 0, to = i * width; j <= i; j++) sums[to + j] += value * y[row + j];
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) sums[j * width + i] = sums[i * width + j];
  return sums;
}

/**
 * Orthonormalises the columns in place (Cholesky QR, twice for precision). Dependent columns become
 * zero.
 */
function orthonormalise(x: Float64Array, width: number): void {
  for (let pass = 0; pass < 2; pass++) {
    const factor = product(x, x, width);
    let largest = 0;
    for (let i = 0; i < width; i++) largest = Math.max(largest, factor[i * width + i]);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = factor[i * width + j];
        for (let k = 0; k < j; k++) sum -= factor[i * width + k] * factor[j * width + k];
        const pivot = factor[j * width + j];
        if (i === j) factor[i * width + i] = sum > RANK_TOLERANCE * largest ? Math.sqrt(sum) : 0;
        else factor[i * width + j] = pivot === 0 ? 0 : sum / pivot;
      }
    }
    for (let row = 0; row < x.length; row += width) {
      for (let i = 0; i < width; i++) {
        let sum = x[row + i];
        for (let k = 0; k < i; k++) sum -= factor[i * width + k] * x[row + k];
        const pivot = factor[i * width + i];
        x[row + i] = pivot === 0 ? 0 : sum / pivot;
      }
    }
  }
}

/**
 * Eigenvalues and eigenvectors (one per row) of a symmetric matrix by cyclic Jacobi rotations.
 * Overwrites its argument.
 */
function symmetricEigen(a: Float64Array, width: number): { values: Float64Array; vectors: Float64Array } {
  const vectors = new Float64Array(width * width);
  let scale = 0;
  for (let i = 0; i < width; i++) {
    vectors[i * width + i] = 1;
    scale = Math.max(scale, Math.abs(a[i * width + i]));
  }
  const negligible = scale * 1e-14;
  for (let sweep = 0; sweep < 30; sweep++) {
    let rotated = false;
    for (let p = 0; p < width; p++) {
      for (let q = p + 1; q < width; q++) {
        const off = a[p * width + q];
        if (Math.abs(off) <= negligible) continue;
        rotated = true;
        const theta = (a[q * width + q] - a[p * width + p]) / (2 * off);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (let k = 0; k < width; k++) {
          const kp = a[k * width + p];
          const kq = a[k * width + q];
          a[k * width + p] = c * kp - s * kq;
          a[k * width + q] = s * kp + c * kq;
        }
        for (const m of [a, vectors]) {
          for (let k = 0; k < width; k++) {
            const pk = m[p * width + k];
            const qk = m[q * width + k];
            m[p * width + k] = c * pk - s * qk;
            m[q * width + k] = s * pk + c * qk;
          }
        }
      }
    }
    if (!rotated) break;
  }
  return { values: Float64Array.from({ length: width }, (_, i) => a[i * width + i]), vectors };
}
