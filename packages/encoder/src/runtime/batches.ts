/**
 * How texts are packed into batches. Sorted by length, neighbours need next to no padding; a batch is bounded by its
 * tokens, not its rows, so that its activations keep their size whether texts are short or long.
 */

export interface Batch {
  /** Indices of the texts in this batch. */
  rows: number[];
  /** Tokens a row, padding included. */
  length: number;
}

/**
 * @param lengths tokens of every text
 * @param budget most tokens a batch may hold, padding included; a text longer than that is a batch of its own
 */
export function packBatches(lengths: readonly number[], budget: number): Batch[] {
  const order = lengths.map((_, index) => index).sort((a, b) => lengths[a] - lengths[b] || a - b);
  const batches: Batch[] = [];
  for (const index of order) {
    const length = lengths[index];
    const last = batches.at(-1);
    if (last !== undefined && (last.rows.length + 1) * length <= budget) {
      last.rows.push(index);
      last.length = length;
    } else batches.push({ rows: [index], length });
  }
  return batches;
}
