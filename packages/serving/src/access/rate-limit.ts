/**
 * How many requests a key may send: a bucket of tokens. A request takes one token; `perSecond` tokens
 * come back each second, up to `burst`.
 */

export interface Rate {
  /** Requests per second in the long run. */
  perSecond: number;
  /** Requests at once. */
  burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * @param now seconds of a clock that never goes back
 * @returns takes a token of a key; how many seconds until there is one, 0 if it got one
 */
export function createRateLimiter(now: () => number = () => performance.now() / 1000) {
  const buckets = new Map<string, Bucket>();
  return (key: string, { perSecond, burst }: Rate): number => {
    const at = now();
    const { tokens, at: last } = buckets.get(key) ?? { tokens: burst, at };
    const left = Math.min(burst, tokens + (at - last) * perSecond);
    const isGiven = left >= 1;
    buckets.set(key, { tokens: isGiven ? left - 1 : left, at });
    return isGiven ? 0 : (1 - left) / perSecond;
  };
}
