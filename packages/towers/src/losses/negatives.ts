/**
 * The items a step draws for the sampled softmax, and how likely it was to draw each: with probability in proportion to
 * (training events + 1)^power, with replacement, so that an item nobody touched can be drawn as well.
 */
import type { Random } from '@lorekeep/core';

export interface Sampler {
  draw(count: number, random: Random): Int32Array;
  /** `[items]` log of the probability that one draw gives the item. */
  readonly logQ: Float32Array;
}

export function createSampler(counts: Uint32Array, power: number): Sampler {
  const upTo = new Float64Array(counts.length);
  let total = 0;
  for (let item = 0; item < counts.length; item++) {
    total += (counts[item] + 1) ** power;
    upTo[item] = total;
  }
  return {
    logQ: Float32Array.from(counts, (count) => Math.log((count + 1) ** power / total)),
    draw(count, random) {
      return Int32Array.from({ length: count }, () => {
        const wanted = random.next() * total;
        let low = 0;
        let high = upTo.length - 1;
        while (low < high) {
          const middle = (low + high) >> 1;
          if (upTo[middle] > wanted) high = middle;
          else low = middle + 1;
        }
        return low;
      });
    },
  };
}
