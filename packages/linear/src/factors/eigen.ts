/**
 * All eigenpairs of a symmetric matrix: Householder reduction to tridiagonal form, then QL with
 * implicit shifts (Wilkinson & Reinsch 1971, `tred2` and `tql2` of EISPACK; Golub & Van Loan,
 * chapter 8). It takes about 4·n³ operations in float64; a 600 × 600 matrix takes a second.
 * Eigenvectors are stored as rows, so that inner loops read adjacent elements.
 */

/**
 * @param matrix `[width, width]`; the mean of it and its transpose is used
 * @returns `values [width]` in no particular order, and `vectors [width, width]` with the
 *   eigenvector of `values[i]` in row i
 */
export function symmetricEigen(
  matrix: ArrayLike<number>,
  width: number,
): { values: Float64Array; vectors: Float64Array } {
  const n = width;
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * n + j] = (matrix[i * n + j] + matrix[j * n + i]) / 2;
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  const vectors = identity(n);
  tridiagonalise(a, vectors, diagonal, off, n);
  implicitQl(diagonal, off, vectors, n);
  return { values: diagonal, vectors };
}

function identity(n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) result[i * n + i] = 1;
  return result;
}

/**
 * Reflections H_k set column k to zero below its first off-diagonal element, and row k likewise:
 * A ← H·A·H. Their product Qᵀ accumulates in `vectors`; it maps back from the eigenvectors of the
 * tridiagonal matrix.
 */
function tridiagonalise(a: Float64Array, vectors: Float64Array, diagonal: Float64Array, off: Float64Array, n: number) {
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    let norm = 0;
    for (let i = k + 1; i < n; i++) norm += a[i * n + k] ** 2;
    norm = Math.sqrt(norm);
    if (norm === 0) continue;
    const alpha = a[(k + 1) * n + k] > 0 ? -norm : norm;
    v.fill(0);
    for (let i = k + 1; i < n; i++) v[i] = a[i * n + k];
    v[k + 1] -= alpha;
    let squared = 0;
    for (let i = k + 1; i < n; i++) squared += v[i] * v[i];
    if (squared === 0) continue;
    const beta = 2 / squared;
    // w = β·A·v − (β²/2)(vᵀAv)·v; then A ← A − v·wᵀ − w·vᵀ.
    let vw = 0;
    for (let i = k; i < n; i++) {
      let sum = 0;
      for (let j = k + 1, at = i * n + k + 1; j < n; j++, at++) sum += a[at] * v[j];
      w[i] = beta * sum;
      vw += v[i] * w[i];
    }
    const half = (beta * vw) / 2;
    for (let i = k; i < n; i++) w[i] -= half * v[i];
    for (let i = k; i < n; i++) {
      const vi = v[i];
      const wi = w[i];
      for (let j = k, at = i * n + k; j < n; j++, at++) a[at] -= vi * w[j] + wi * v[j];
    }
    // Qᵀ ← H·Qᵀ changes only the rows from k + 1 on.
    const projection = new Float64Array(n);
    for (let i = k + 1; i < n; i++) {
      const vi = v[i];
      if (vi !== 0) for (let j = 0, at = i * n; j < n; j++, at++) projection[j] += vi * vectors[at];
    }
    for (let i = k + 1; i < n; i++) {
      const scaled = beta * v[i];
      if (scaled !== 0) for (let j = 0, at = i * n; j < n; j++, at++) vectors[at] -= scaled * projection[j];
    }
  }
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i];
  for (let i = 0; i + 1 < n; i++) off[i] = a[(i + 1) * n + i];
}

/** Diagonalises the tridiagonal matrix and applies the rotations to the rows of `vectors`. */
function implicitQl(d: Float64Array, e: Float64Array, vectors: Float64Array, n: number): void {
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; iteration < 60; iteration++) {
      let m = l;
      for (; m < n - 1; m++) {
        const size = Math.abs(d[m]) + Math.abs(d[m + 1]);
        if (Math.abs(e[m]) <= Number.EPSILON * size) break;
      }
      if (m === l) break;
      let g = (d[l + 1] - d[l]) / (2 * e[l]);
      let r = Math.hypot(g, 1);
      g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        let f = s * e[i];
        const b = c * e[i];
        r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        for (let k = 0, upper = (i + 1) * n, lower = i * n; k < n; k++, upper++, lower++) {
          f = vectors[upper];
          const own = vectors[lower];
          vectors[upper] = s * own + c * f;
          vectors[lower] = c * own - s * f;
        }
      }
      if (r === 0 && i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
}
