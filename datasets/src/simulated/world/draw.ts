/** Random draws from lists. */
import type { Random } from '@lorekeep/core';

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.int(values.length)];
}

/** Draws an index with probability proportional to its weight. */
export function pickWeighted(random: Random, weights: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  let left = random.next() * total;
  for (let i = 0; i < weights.length - 1; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return weights.length - 1;
}

/**
 * The first index whose cumulative weight exceeds `uniform` (from [0, 1)) times the total; by
 * bisection.
 */
export function indexByCumulative(cumulative: Float64Array, uniform: number): number {
  const target = uniform * cumulative[cumulative.length - 1];
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** An exponentially distributed number with this mean. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random.next());
}
