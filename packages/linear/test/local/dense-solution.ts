/** A, its inverse and solutions of its blocks, in float64 and by plain loops. */
import type { GramSettings, Interactions } from '../../src/solve/gram.ts';

export function gramOf(
  { items, offsets, rows, values }: Interactions,
  content: Float32Array | undefined,
  { lambda, beta }: GramSettings,
): number[][] {
  const dim = content === undefined ? 0 : content.length / items;
  const gram = Array.from({ length: items }, (_, i) =>
    Array.from({ length: items }, (_, j) => {
      let sum = i === j ? lambda : 0;
      for (let k = 0; k < dim; k++) sum += beta * content![i * dim + k] * content![j * dim + k];
      return sum;
    }),
  );
  for (let user = 0; user + 1 < offsets.length; user++)
    for (let a = offsets[user]; a < offsets[user + 1]; a++)
      for (let b = offsets[user]; b < offsets[user + 1]; b++)
        gram[rows[a]][rows[b]] += (values?.[a] ?? 1) * (values?.[b] ?? 1);
  return gram;
}

/** Gaussian elimination with row pivots. */
export function solutionOf(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const size = rows.length;
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let i = k + 1; i < size; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = 0; i < size; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= size; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return rows.map((row, i) => row[size] / row[i]);
}

export const inverseOf = (matrix: readonly (readonly number[])[]): number[][] =>
  matrix.map((_, column) =>
    solutionOf(
      matrix,
      matrix.map((_, row) => (row === column ? 1 : 0)),
    ),
  );
