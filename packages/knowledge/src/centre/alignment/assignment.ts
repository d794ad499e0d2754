/**
 * The assignment problem: which column belongs to which row so that the sum of the chosen scores is
 * largest. The Hungarian method with potentials, O(n³).
 *
 * @param scores `[size, size]`
 * @returns row → column
 */
export function bestAssignment(scores: Float64Array, size: number): Int32Array {
  const rowPotential = new Float64Array(size + 1);
  const columnPotential = new Float64Array(size + 1);
  // Column → row, both from 1 on; column 0 is the start of a search.
  const owner = new Int32Array(size + 1);
  const from = new Int32Array(size + 1);
  for (let row = 1; row <= size; row++) {
    owner[0] = row;
    let column = 0;
    const slack = new Float64Array(size + 1).fill(Infinity);
    const isUsed = new Uint8Array(size + 1);
    do {
      isUsed[column] = 1;
      const current = owner[column];
      let least = Infinity;
      let next = 0;
      for (let j = 1; j <= size; j++) {
        if (isUsed[j]) continue;
        const cost = -scores[(current - 1) * size + j - 1] - rowPotential[current] - columnPotential[j];
        if (cost < slack[j]) {
          slack[j] = cost;
          from[j] = column;
        }
        if (slack[j] < least) {
          least = slack[j];
          next = j;
        }
      }
      for (let j = 0; j <= size; j++) {
        if (isUsed[j]) {
          rowPotential[owner[j]] += least;
          columnPotential[j] -= least;
        } else slack[j] -= least;
      }
      column = next;
    } while (owner[column] !== 0);
    while (column !== 0) {
      owner[column] = owner[from[column]];
      column = from[column];
    }
  }
  const result = new Int32Array(size);
  for (let j = 1; j <= size; j++) result[owner[j] - 1] = j - 1;
  return result;
}
