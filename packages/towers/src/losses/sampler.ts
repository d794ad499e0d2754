/**
 * Draws the negatives of a step for the sampled softmax. The probability of an item is proportional
 * to (training events + 1)^power, with replacement, so items without events can be drawn as well.
 */
import type { Random } from '@lorekeep/core';

export interface Sampler {
  /** @returns `[count]` item rows */
  draw(count: number, random: Random): Int32Array;
  /** `[items]` log of the probability that one draw gives the item. */
  readonly logQ: Float32Array;
}

/** @param counts `[items]` training events */
export function createSampler(counts: Uint32Array, power: number): Sampler {
  /** `[items]` sum of the weights of an item and of those before it. */
  const cumulative = new Float64Array(counts.length);
  let total = 0;
  for (let item = 0; item < counts.length; item++) {
    total += (counts[item] + 1) ** power;
    cumulative[item] = total;
  }
  return {
    logQ: Float32Array.from(counts, (count) => Math.log((count + 1) ** power / total)),
    draw: (count, random) => Int32Array.from({ length: count }, () => firstAbove(cumulative, random.next() * total)),
  };
}

/** The first index of an ascending array whose value is above `value`, by binary search. */
function firstAbove(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
