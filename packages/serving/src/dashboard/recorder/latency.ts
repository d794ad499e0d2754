/**
 * A histogram of times to answer, with intervals that grow by 5 %: a quantile is at most 5 % off,
 * from 20 µs to over a minute, in a few hundred numbers.
 */
const FIRST_MS = 0.02;
const GROWTH = Math.log(1.05);
const BINS = 320;

export interface LatencyHistogram {
  readonly count: number;
  add(ms: number): void;
  /** @returns the upper end of the interval with the quantile; `undefined` without values */
  quantile(q: number): number | undefined;
  clear(): void;
}

export function createLatencyHistogram(): LatencyHistogram {
  const bins = new Uint32Array(BINS);
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(ms) {
      const at = Math.ceil(Math.log(Math.max(ms, FIRST_MS) / FIRST_MS) / GROWTH);
      bins[Math.min(at, BINS - 1)]++;
      count++;
    },
    quantile(q) {
      if (count === 0) return undefined;
      let left = Math.max(1, Math.ceil(q * count));
      let at = 0;
      while (at < BINS - 1 && left > bins[at]) left -= bins[at++];
      return FIRST_MS * Math.exp(at * GROWTH);
    },
    clear() {
      bins.fill(0);
      count = 0;
    },
  };
}
