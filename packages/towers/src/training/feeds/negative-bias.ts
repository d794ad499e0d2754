/**
 * What is added to the logits of negatives: the logQ correction, and the mask of items that are no
 * negatives.
 */
import type { TowerConfig } from '../../options.ts';

/**
 * logQ correction: −log(draws · q) for each negative, so that the sum over the drawn negatives
 * estimates the sum over all items (Bengio & Senécal 2008). All zeros without `loss.logQ`.
 *
 * @param items item rows of the negatives
 * @param draws number of draws, each of which gives an item with the probability exp(logQ)
 * @param logQ `[items]`
 */
export function logQCorrection(
  items: Int32Array,
  draws: number,
  logQ: Float32Array,
  { loss }: TowerConfig,
): Float32Array {
  return Float32Array.from(items, (item) => (loss.logQ ? -Math.log(Math.max(1, draws)) - logQ[item] : 0));
}

/**
 * `[items]` log of the share of targets: an item is in a batch as often as it is a target.
 *
 * @param counts `[items]` training events that may be targets
 */
export function inBatchLogQ(counts: Uint32Array): Float32Array {
  const trainEvents = counts.reduce((sum, count) => sum + count, 0);
  return Float32Array.from(counts, (count) => Math.log(Math.max(count, 1) / trainEvents));
}

/**
 * Whether an item is never a negative: no user has chosen it, and the towers read its text. Its
 * absence from histories tells nothing, and a content path that learns to push such items away
 * recommends nothing new.
 */
export function isExempt(item: number, counts: Uint32Array, { items }: TowerConfig): boolean {
  return items.content && counts[item] === 0;
}
