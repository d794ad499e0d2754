/** A ratio of sums over independent groups of users, with its interval. */
import { addUser, emptySums, ratioOf } from '@lorekeep/experiments';

export interface Rate {
  value: number | null;
  /** 95 %; `null` with fewer than two groups. */
  interval: [number, number] | null;
}

/**
 * @param numerators, denominators `[groups]` sums of each group; groups without a denominator do not count
 * @returns a rate that is not below 0, which the normal interval of few events can be
 */
export function rateOf(numerators: readonly number[], denominators: readonly number[]): Rate {
  const sums = emptySums();
  denominators.forEach((denominator, group) => {
    if (denominator > 0) addUser(sums, numerators[group], denominator);
  });
  const { value, interval } = ratioOf(sums);
  return { value, interval: interval && [Math.max(0, interval[0]), interval[1]] };
}
