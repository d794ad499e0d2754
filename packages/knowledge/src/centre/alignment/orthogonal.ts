/**
 * Orthogonal Procrustes (Schönemann 1966): the orthogonal R that minimises ‖A·R − B‖ is U·Vᵀ of the
 * singular value decomposition AᵀB = U·Σ·Vᵀ.
 *
 * The decomposition is one-sided Jacobi: pairs of columns are rotated until all are orthogonal. It is
 * exact for small singular values too, and needs no library for a few hundred columns.
 */
const SWEEPS = 60;
const EPSILON = 1e-15;

/**
 * U·Vᵀ of a square matrix. Directions that the matrix does not have are filled up, so the result is
 * orthogonal for every input.
 *
 * @param matrix `[dim, dim]`, finite
 */
export function orthogonalFactor(matrix: Float64Array, dim: number): Float64Array {
  // Columns of the matrix and of V, each contiguous.
  const work = transposed(matrix, dim);
  const right = new Float64Array(dim * dim);
  for (let j = 0; j < dim; j++) right[j * dim + j] = 1;
  for (let sweep = 0, isDone = false; sweep < SWEEPS && !isDone; sweep++) {
    isDone = true;
    for (let p = 0; p < dim; p++)
      for (let q = p + 1; q < dim; q++) {
        const [a, b, c] = [inner(work, p, p, dim), inner(work, q, q, dim), inner(work, p, q, dim)];
        if (Math.abs(c) <= EPSILON * Math.sqrt(a * b)) continue;
        isDone = false;
        const zeta = (b - a) / (2 * c);
        const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        rotate(work, p, q, dim, cosine, cosine * tangent);
        rotate(right, p, q, dim, cosine, cosine * tangent);
      }
  }
  const left = normalised(work, dim);
  const result = new Float64Array(dim * dim);
  for (let k = 0; k < dim; k++)
    for (let i = 0; i < dim; i++) {
      const factor = left[k * dim + i];
      if (factor !== 0) for (let j = 0; j < dim; j++) result[i * dim + j] += factor * right[k * dim + j];
    }
  return result;
}

/** The columns, divided by their lengths; a column without length becomes one orthogonal to the others. */
function normalised(columns: Float64Array, dim: number): Float64Array {
  const lengths = Float64Array.from({ length: dim }, (_, k) => Math.sqrt(inner(columns, k, k, dim)));
  const largest = lengths.reduce((a, b) => Math.max(a, b), 0);
  const result = Float64Array.from(columns);
  const done: number[] = [];
  const missing: number[] = [];
  for (let k = 0; k < dim; k++) {
    if (lengths[k] <= largest * dim * EPSILON) missing.push(k);
    else {
      done.push(k);
      for (let j = 0; j < dim; j++) result[k * dim + j] /= lengths[k];
    }
  }
  let axis = 0;
  for (const k of missing) {
    for (; ; axis++) {
      result.fill(0, k * dim, (k + 1) * dim);
      result[k * dim + axis] = 1;
      // Twice is enough for orthogonality to rounding.
      for (let pass = 0; pass < 2; pass++)
        for (const other of done) {
          const share = inner(result, k, other, dim);
          for (let j = 0; j < dim; j++) result[k * dim + j] -= share * result[other * dim + j];
        }
      const length = Math.sqrt(inner(result, k, k, dim));
      // Some axis leaves at least 1/√dim.
      if (length < 0.5 / Math.sqrt(dim)) continue;
      for (let j = 0; j < dim; j++) result[k * dim + j] /= length;
      break;
    }
    done.push(k);
  }
  return result;
}

function inner(columns: Float64Array, p: number, q: number, dim: number): number {
  let sum = 0;
  for (let j = 0, a = p * dim, b = q * dim; j < dim; j++) sum += columns[a + j] * columns[b + j];
  return sum;
}

function rotate(columns: Float64Array, p: number, q: number, dim: number, cosine: number, sine: number): void {
  for (let j = 0, a = p * dim, b = q * dim; j < dim; j++, a++, b++) {
    const [left, right] = [columns[a], columns[b]];
    columns[a] = cosine * left - sine * right;
    columns[b] = sine * left + cosine * right;
  }
}

function transposed(matrix: Float64Array, dim: number): Float64Array {
  const result = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) for (let j = 0; j < dim; j++) result[j * dim + i] = matrix[i * dim + j];
  return result;
}
