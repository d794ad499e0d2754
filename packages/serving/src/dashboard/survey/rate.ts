/**
 * A ratio of sums over independent groups of users, with its interval. The variance of a quotient of
 * two means is that of its linear part (delta method; Deng, Knoblich and Lu, KDD 2018).
 */

export interface Rate {
  value: number | null;
  /** 95 %; `null` with fewer than two groups. */
  interval: [number, number] | null;
}

/** 97.5 % of a standard normal variable are below. */
const Z = 1.959963984540054;

/**
 * @param numerators, denominators `[groups]` sums of each group; groups without a denominator do not count
 * @returns a rate that is not below 0, which the normal interval of few events can be
 */
export function rateOf(numerators: readonly number[], denominators: readonly number[]): Rate {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const denominator = sum(denominators);
  if (denominator === 0) return { value: null, interval: null };
  const value = sum(numerators) / denominator;
  const groups = denominators.filter((one) => one > 0).length;
  if (groups < 2) return { value, interval: null };
  const squares = sum(numerators.map((one, at) => (one - value * denominators[at]) ** 2));
  const half = (Z * Math.sqrt((squares * groups) / (groups - 1))) / denominator;
  return { value, interval: [Math.max(0, value - half), value + half] };
}
