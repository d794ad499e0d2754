/**
 * Packs texts into batches. Texts are sorted by length, so a batch needs little padding. A batch is
 * limited by tokens, not by rows, so its activations have about the same size for short and long
 * texts.
 */

export interface Batch {
  /** Indices of the texts in this batch. */
  rows: number[];
  /** Tokens per row, padding included. */
  length: number;
}

/**
 * @param lengths tokens of every text
 * @param budget maximal tokens per batch, padding included; a longer text is a batch of its own
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

/**
 * Token ids and attention mask of a batch, `[rows × length]` each, padded with zeros on the right.
 */
export function batchInputs(tokens: readonly number[][], { rows, length }: Batch) {
  const ids = new BigInt64Array(rows.length * length);
  const mask = new BigInt64Array(rows.length * length);
  rows.forEach((row, r) => {
    const text = tokens[row];
    for (let t = 0; t < text.length; t++) ids[r * length + t] = BigInt(text[t]);
    mask.fill(1n, r * length, r * length + text.length);
  });
  return { ids, mask };
}
