/** The linear map that minimises ‖A·M − B‖² + λ‖M‖²: M = (AᵀA + λI)⁻¹ AᵀB, by Cholesky's method. */

/** λ relative to the mean of the diagonal of AᵀA. */
const RIDGE = 1e-3;

/**
 * @param gram AᵀA, `[dim, dim]`
 * @param cross AᵀB, `[dim, dim]`
 */
export function ridgeMap(gram: Float64Array, cross: Float64Array, dim: number): Float64Array {
  let trace = 0;
  for (let j = 0; j < dim; j++) trace += gram[j * dim + j];
  const lambda = (RIDGE * trace) / dim + Number.MIN_VALUE;
  const lower = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++)
    for (let j = 0; j <= i; j++) {
      let sum = gram[i * dim + j] + (i === j ? lambda : 0);
      for (let k = 0; k < j; k++) sum -= lower[i * dim + k] * lower[j * dim + k];
      if (i === j) lower[i * dim + i] = Math.sqrt(Math.max(sum, lambda * 1e-6));
      else lower[i * dim + j] = sum / lower[j * dim + j];
    }
  const map = Float64Array.from(cross);
  for (let column = 0; column < dim; column++) {
    for (let i = 0; i < dim; i++) {
      let sum = map[i * dim + column];
      for (let k = 0; k < i; k++) sum -= lower[i * dim + k] * map[k * dim + column];
      map[i * dim + column] = sum / lower[i * dim + i];
    }
    for (let i = dim - 1; i >= 0; i--) {
      let sum = map[i * dim + column];
      for (let k = i + 1; k < dim; k++) sum -= lower[k * dim + i] * map[k * dim + column];
      map[i * dim + column] = sum / lower[i * dim + i];
    }
  }
  return map;
}
