/** One round of spherical k-means: each centre becomes the mean direction of its vectors. */

/**
 * Replaces each centre by the mean of its vectors, with length 1. A centre without vectors, or with a
 * mean of 0, stays.
 *
 * @param vectors row-major, of width `dim`
 * @param rows the row of each vector. Default: vector i is row i.
 * @param cells `[vectors]` number of the centre of each vector
 * @param centres `[count × dim]`, changed in place
 */
export function moveCentres(
  vectors: Float32Array,
  dim: number,
  cells: Int32Array,
  centres: Float32Array,
  rows?: Int32Array,
): void {
  const sums = new Float64Array(centres.length);
  cells.forEach((cell, at) => {
    const from = (rows?.[at] ?? at) * dim;
    const to = cell * dim;
    for (let k = 0; k < dim; k++) sums[to + k] += vectors[from + k];
  });
  for (let first = 0; first < sums.length; first += dim) {
    let squared = 0;
    for (let k = first; k < first + dim; k++) squared += sums[k] ** 2;
    if (squared > 0) for (let k = first; k < first + dim; k++) centres[k] = sums[k] / Math.sqrt(squared);
  }
}
